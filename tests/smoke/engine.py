"""Whether there is a Docker Engine to try the image on."""

import gc
import os
import warnings

import docker
from docker.errors import DockerException


def why_not() -> str | None:
    """Say why there are no containers here; None when there can be."""
    with warnings.catch_warnings():
        # The SDK forgets the socket that it could not connect.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            docker.from_env(timeout=10).close()
        except DockerException as error:
            return f"no Docker Engine answers here ({type(error).__name__}): the image was not tried"
        finally:
            gc.collect()
    return None


def is_required() -> bool:
    """Whether a missing engine is a failure: where `SMOKE=required` says so, as CI does."""
    return os.environ.get("SMOKE") == "required"
