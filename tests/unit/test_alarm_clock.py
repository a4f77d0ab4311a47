"""The alarm clock: alarms ring in order of time, and one that fails silences no other."""

import queue
import threading
import time

import pytest

from worker.alarm_clock import AlarmClock


def test_alarms_ring_in_order_of_time() -> None:
    """The later one was set first."""
    rung: queue.Queue[str] = queue.Queue()
    clock = AlarmClock()

    clock.set(0.1, lambda: rung.put("later"))
    clock.set(0.02, lambda: rung.put("sooner"))

    assert [rung.get(timeout=5), rung.get(timeout=5)] == ["sooner", "later"]


def test_an_alarm_rings_no_earlier_than_asked() -> None:
    """Its wait is whole."""
    rung: queue.Queue[float] = queue.Queue()
    begun = time.monotonic()

    AlarmClock().set(0.1, lambda: rung.put(time.monotonic()))

    assert rung.get(timeout=5) - begun >= 0.1


def test_an_alarm_that_fails_silences_no_other() -> None:
    """A broker that is away loses its own alarm only."""
    rung: queue.Queue[str] = queue.Queue()
    clock = AlarmClock()

    def fail() -> None:
        raise ConnectionError

    clock.set(0, fail)
    clock.set(0.01, lambda: rung.put("the next"))

    assert rung.get(timeout=5) == "the next"


def test_a_thread_that_could_not_be_had_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next alarm starts it, and rings for both."""
    rung: queue.Queue[str] = queue.Queue()
    clock = AlarmClock()

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError):
            clock.set(0.01, lambda: rung.put("first"))
    clock.set(0.02, lambda: rung.put("second"))

    assert [rung.get(timeout=5), rung.get(timeout=5)] == ["first", "second"]
