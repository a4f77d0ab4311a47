"""What a worker refuses to start with."""

import pytest
from celery.concurrency.thread import TaskPool

from worker.settings import SettingsError
from worker.startup import refuse_pool


def test_threads_are_fine() -> None:
    """The pool that we recommend starts."""
    refuse_pool(TaskPool, autoscale=None)


def test_a_pool_that_stalls_on_redis_is_refused() -> None:
    """Both gevent and eventlet lose acknowledgements on Redis; any pool that was not tried is refused."""
    green = type("TaskPool", (), {"__module__": "celery.concurrency.gevent"})

    with pytest.raises(SettingsError, match="pool=threads"):
        refuse_pool(green, autoscale=None)


def test_autoscale_is_refused() -> None:
    """The threads pool cannot grow."""
    with pytest.raises(SettingsError, match="autoscale"):
        refuse_pool(TaskPool, autoscale="8,2")
