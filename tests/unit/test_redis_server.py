"""A redis-server of one's own is one's own, though others look for ports at the same time."""

import pytest

from worker.demo import redis_server as module
from worker.demo.redis_server import redis_server


def test_a_port_that_somebody_took_first_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two servers never stand behind one address, whoever was quicker."""
    find = module.free_port
    with redis_server() as first:
        offered = iter([first.port, first.port])
        monkeypatch.setattr(module, "free_port", lambda: next(offered, None) or find())

        with redis_server() as second:
            assert second.port != first.port
            assert next(offered, None) is None
