"""What a caller pays: accepting and polling, one after the other, and what a worker needs to start."""

import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import Any, Final

from phone_verification import VerificationClient
from tests.benchmark.machine import cpu_seconds, family, memory_mib
from tests.benchmark.rounds import Say
from tests.benchmark.stage import Stage

_CALLS: Final = 500
_IDLE_SECONDS: Final = 10.0


def caller(on: Stage, say: Say) -> dict[str, Any]:
    """Time accepting and polling in a caller's own thread."""
    with VerificationClient(
        database=on.environment["DATABASE_URL"],
        broker_url=on.redis.url(6),
        hmac_keys=on.environment["HMAC_KEYS"],
        seal_keys=on.environment["SEAL_KEYS"],
    ) as client:
        ids: list[str] = []
        told = {
            "accept": _timed(lambda n: ids.append(client.send(f"010-{n % 9000 + 1000}-{n:04d}"))),
            "poll": _timed(lambda n: client.status(ids[n])),
        }
    for name, figures in told.items():
        say(f"{name:8} p50 {figures['p50_ms']:.2f} ms   p99 {figures['p99_ms']:.2f} ms")
    return told


def _timed(act: Callable[[int], object]) -> dict[str, float]:
    took: list[float] = []
    for number in range(_CALLS):
        begun = time.monotonic()
        act(number)
        took.append((time.monotonic() - begun) * 1000)
    return {"p50_ms": round(median(took), 2), "p99_ms": round(quantiles(took, n=100)[98], 2)}


def start_up(on: Stage, say: Say) -> dict[str, Any]:
    """Time a worker from its command to ready, and what it takes while nothing is asked of it."""
    begun = time.monotonic()
    with on.worker("worker", threads=32) as worker:
        took = time.monotonic() - begun
        members = family(worker.pid)
        cpu = cpu_seconds(members)
        time.sleep(_IDLE_SECONDS)
        idle = (cpu_seconds(members) - cpu) / _IDLE_SECONDS * 1000
        told = {
            "ready_seconds": round(took, 2),
            "cpu_seconds": round(cpu, 2),
            "memory_mib": round(memory_mib(members), 1),
            "idle_cpu_ms_a_second": round(idle, 1),
        }
    say(f"{told}")
    return told
