"""The process' one set of services."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import cast

import pytest

from tasks import services
from tasks.services import Services


def test_threads_that_come_first_at_once_share_one_set() -> None:
    """Two sets would be two breakers: each would have to learn of an outage by itself."""
    made: list[object] = []
    second = Event()

    def make() -> Services:
        mine = object()
        made.append(mine)
        if len(made) > 1:
            second.set()
        # A second maker, if there can be one, comes within this time.
        second.wait(0.3)
        return cast("Services", mine)

    services.provide(make)
    together = Barrier(8)

    def ask(_: int) -> int:
        together.wait(10)
        return id(services.current())

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert len(made) == 1


def test_nothing_provided_is_said_in_one_sentence() -> None:
    """Whoever imports the tasks without a worker is told what to start."""
    services.provide(cast("Callable[[], Services]", None))

    with pytest.raises(RuntimeError, match="celery -A worker worker"):
        services.current()
