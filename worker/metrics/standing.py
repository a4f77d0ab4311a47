"""How things stand at the moment of a scrape: what is read then, and not counted before.

Lives here: gauges. Must not: wait for anybody.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gateway.answer import Endpoint
from gateway.breaker import Condition
from gateway.guarded import GuardedGateway, GuardedMessenger
from models.database import AnyRow
from phone_verification.kinds import Operation, RunState
from tasks.registry import REGISTRY, Declared
from tasks.services import Services
from worker.metrics.backlog import BacklogLook

_BREAKERS: Final = REGISTRY.declare(
    "gauge",
    "breaker_state",
    "1 for the state that an endpoint's breaker is in, 0 for the others.",
    *("endpoint", "state"),
    normal="`closed`; `open` or `held` means that nothing is asked there",
)
_IN_FLIGHT: Final = REGISTRY.declare(
    "gauge",
    "sends_in_flight",
    "Sends that this worker has under way.",
    normal="well below `send_slots`",
)
_SLOTS: Final = REGISTRY.declare(
    "gauge",
    "send_slots",
    "Sends that this worker may have under way: SEND_SLOTS_PERCENT of its threads.",
    normal="constant",
)
_UNFINISHED: Final = REGISTRY.declare(
    "gauge",
    "unfinished_runs",
    "Runs of the whole database that have not ended; absent while the database does not answer.",
    *("operation", "state"),
    normal="follows your traffic; `ambiguous` and `settling` near 0",
)
_DUE: Final = REGISTRY.declare(
    "gauge",
    "due_runs",
    "Unfinished runs whose time has come and that nobody holds: what to scale on.",
    "operation",
    normal="0, or a few for a moment",
)
_AGE: Final = REGISTRY.declare(
    "gauge",
    "queue_age_seconds",
    "For how long the oldest due run has been due; 0 when none is.",
    "operation",
    normal="under 2 s; more means too few workers, or none that works",
)
_DATABASE: Final = REGISTRY.declare(
    "gauge",
    "database_up",
    "1 when the database answered this worker's last look at the backlog.",
    normal="1",
)


class Standing(Collector):
    """Reads a process' services, and its last look at the backlog."""

    def __init__(self, services: Callable[[], Services], backlog: BacklogLook) -> None:
        self._services = services
        self._backlog = backlog

    def collect(self) -> Iterator[Metric]:
        """Tell how things stand."""
        services = self._services()
        guarded = [
            way
            for way in (services.gateway, services.messenger)
            if isinstance(way, GuardedGateway | GuardedMessenger)
        ]
        yield _breakers({endpoint: now for way in guarded for endpoint, now in way.conditions().items()})
        yield _gauge(_IN_FLIGHT, {(): services.send_slots.taken})
        yield _gauge(_SLOTS, {(): services.send_slots.most})
        rows = self._backlog.rows
        if self._backlog.is_answered is not None:
            yield _gauge(_DATABASE, {(): self._backlog.is_answered})
        if rows is not None:
            yield from _standing(rows)


def _standing(rows: Sequence[AnyRow]) -> Iterator[Metric]:
    """Tell of what has not ended; a state without runs is told as 0."""
    unfinished: dict[tuple[str, ...], float] = {
        (operation, state): 0 for operation in Operation for state in RunState if state is not RunState.DONE
    }
    due, age = dict.fromkeys(Operation, 0), dict.fromkeys(Operation, 0.0)
    for row in rows:
        unfinished[row.operation, row.state] = row.runs
        due[row.operation] += row.due
        age[row.operation] = max(age[row.operation], row.oldest_due_seconds or 0)
    yield _gauge(_UNFINISHED, unfinished)
    yield _gauge(_DUE, {(operation,): runs for operation, runs in due.items()})
    yield _gauge(_AGE, {(operation,): seconds for operation, seconds in age.items()})


def _breakers(conditions: Mapping[Endpoint, Condition]) -> Metric:
    return _gauge(
        _BREAKERS,
        {
            (endpoint, condition): condition is current
            for endpoint, current in conditions.items()
            for condition in Condition
        },
    )


def _gauge(declared: Declared, values: dict[tuple[str, ...], float]) -> Metric:
    family = GaugeMetricFamily(declared.name, declared.told, labels=declared.labels)
    for labels, value in values.items():
        family.add_metric(list(labels), value)
    return family
