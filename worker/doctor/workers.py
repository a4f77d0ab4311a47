"""Workers: does anybody consume the queues, and does what was accepted move."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import redis
from kombu.exceptions import OperationalError
from redis import RedisError

from models import track_record
from models.database import Database
from models.track_record import Ending, Late, Loss
from phone_verification.deliveries import DELIVERY_FACTS, DeliveryFacts, DeliveryReason
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import Fault
from phone_verification.publisher import make_celery
from phone_verification.queues import QUEUES
from worker.doctor.finding import Check, Finding

_PATIENCE_SECONDS: Final = 1.0
# Two operations may share a queue.
_NAMES: Final = tuple(dict.fromkeys(QUEUES.values()))
_LONG_QUEUE: Final = 1_000
OVERDUE_SECONDS: Final = 10.0
"""A run is final so long after its deadline, or the first promise is broken."""
_BEGUN_SECONDS: Final = 30.0
_MOVING_SECONDS: Final = 60.0
_TOLD_ENDINGS: Final = 3

_WORKERS: Final = Check(
    "workers", "workers", "Without one nothing is sent; what was accepted ends at its deadline."
)
_ALIVE: Final = _WORKERS.ok("{count} answered")
_NONE: Final = _WORKERS.fail("none answers", fix="Start one: celery -A worker worker")
_SILENT: Final = _WORKERS.warn(
    "none answers, yet a run was begun {seconds:.0f} s ago",
    fix="See that workers use this Redis, and that remote control is on (worker_enable_remote_control).",
)

_QUEUES: Final = Check("workers", "queues", "Texts and checks have a queue each, and each needs a consumer.")
_CONSUMED: Final = _QUEUES.ok("both are consumed; {waiting:,} messages wait")
_UNCONSUMED: Final = _QUEUES.fail(
    "nobody consumes {queues}", fix="Start a worker without -Q, or with -Q {queues}."
)
_LONG: Final = _QUEUES.warn(
    "{waiting:,} messages wait", fix="Start more workers, or see why calls are slow (the last day, below)."
)

_OVERDUE: Final = Check("workers", "overdue", "An accepted run always ends within 10 s of its deadline.")
_NONE_OVERDUE: Final = _OVERDUE.ok("no run is past its deadline")
_SOME_OVERDUE: Final = _OVERDUE.fail(
    "{runs:,} past the deadline, the first by {seconds:.0f} s: nobody sweeps",
    fix="Start a worker, or once: python -m worker sweep",
)

_BEGUN: Final = Check(
    "workers", "begun", "What is accepted is taken up within seconds, by message or by sweep."
)
_ALL_BEGUN: Final = _BEGUN.ok("no accepted run waits to be taken up")
_SOME_UNBEGUN: Final = _BEGUN.fail(
    "{runs:,} accepted and not begun, the first for {seconds:.0f} s: nobody came",
    fix="Start a worker; if one runs, see in its log whether it can reach this database.",
)

_DAY: Final = Check("workers", "last day", "How runs really ended tells what no look at the account can.")
_GOOD_DAY: Final = _DAY.ok("{total:,} runs, none failed for a fault of yours or Twilio's")
_BAD_DAY: Final = _DAY.warn("{runs:,} of {total:,} runs ended {ending}", fix="{action}")

_TEXTS: Final = Check(
    "workers", "arrivals", "That Twilio took a text says nothing of the phone; the carrier's word follows."
)
_NOT_FOLLOWED: Final = _TEXTS.ok("no text of the last day was followed")
_ARRIVING: Final = _TEXTS.ok("{lost:,} of {texts:,} texts of the last day did not arrive")
_LOSING: Final = _TEXTS.warn(
    "{lost:,} of {texts:,} texts of the last day did not arrive; {of_reason:,} of them {reason}",
    fix="{action}",
)
# As the alert has it: deploy/prometheus/alerts.yml.
_LOSING_SHARE: Final = 0.2
_LEAST_LOST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFacts:
    """Which queues each worker that answered consumes, and how many messages wait in them."""

    queues: Mapping[str, Sequence[str]]
    waiting: int


def ask_workers(broker_url: str) -> WorkerFacts | None:
    """Ask all workers for their queues; None when the broker is away."""
    with make_celery(broker_url) as celery:
        try:
            told = celery.control.inspect(timeout=_PATIENCE_SECONDS).active_queues() or {}
        except (OperationalError, RedisError, OSError):
            return None
    return WorkerFacts(
        queues={worker: [queue["name"] for queue in queues] for worker, queues in told.items()},
        waiting=_waiting(broker_url),
    )


def judge_workers(facts: WorkerFacts, moved_seconds_ago: float | None) -> Iterator[Finding]:
    """Say whether somebody works; `moved_seconds_ago` is when a run was last begun."""
    if not facts.queues:
        is_moving = moved_seconds_ago is not None and moved_seconds_ago < _MOVING_SECONDS
        yield _SILENT.found(seconds=moved_seconds_ago) if is_moving else _NONE.found()
        return
    yield _ALIVE.found(count=len(facts.queues))
    consumed = {queue for queues in facts.queues.values() for queue in queues}
    unconsumed = [queue for queue in _NAMES if queue not in consumed]
    if unconsumed:
        yield _UNCONSUMED.found(queues=",".join(unconsumed))
    else:
        yield (_LONG if facts.waiting > _LONG_QUEUE else _CONSUMED).found(waiting=facts.waiting)


def examine_runs(opened: Database) -> Iterator[Finding]:
    """Look at what has not ended, and at what ended badly; raises SQLAlchemyError."""
    yield judge_overdue(track_record.overdue(opened, OVERDUE_SECONDS))
    yield judge_begun(track_record.not_begun(opened, _BEGUN_SECONDS))
    yield from judge_day(*track_record.endings_of_a_day(opened))
    yield judge_arrivals(*track_record.losses_of_a_day(opened))


def judge_overdue(late: Late) -> Finding:
    """Say whether the first promise holds."""
    if not late.runs:
        return _NONE_OVERDUE.found()
    return _SOME_OVERDUE.found(runs=late.runs, seconds=late.longest_seconds)


def judge_begun(late: Late) -> Finding:
    """Say whether what was accepted is taken up."""
    if not late.runs:
        return _ALL_BEGUN.found()
    return _SOME_UNBEGUN.found(runs=late.runs, seconds=late.longest_seconds)


def judge_day(total: int, endings: Sequence[Ending]) -> Iterator[Finding]:
    """Name the most frequent faults of the last day, and what an operator does about each."""
    if not endings:
        yield _GOOD_DAY.found(total=total)
    for ending in endings[:_TOLD_ENDINGS]:
        code = f" ({ending.provider_code})" if ending.provider_code else ""
        yield _BAD_DAY.found(
            runs=ending.runs,
            total=total,
            ending=f"{ending.kind.value}{code}",
            action=KIND_FACTS[ending.kind].operator_action,
        )


def judge_arrivals(texts: int, losses: Sequence[Loss]) -> Finding:
    """Say whether texts arrive; a single one that an operator can mend counts, others by their share."""
    lost = sum(loss.texts for loss in losses)
    if not texts:
        return _NOT_FOLLOWED.found()
    is_many = lost >= _LEAST_LOST and lost > _LOSING_SHARE * texts
    told = losses if is_many else [loss for loss in losses if _facts_of(loss).fault is Fault.OPERATOR]
    if not told:
        return _ARRIVING.found(lost=lost, texts=texts)
    reason = told[0].reason or DeliveryReason.UNKNOWN
    return _LOSING.found(
        lost=lost,
        texts=texts,
        of_reason=told[0].texts,
        reason=reason.value,
        action=_facts_of(told[0]).operator_action,
    )


def _facts_of(loss: Loss) -> DeliveryFacts:
    return DELIVERY_FACTS[loss.reason or DeliveryReason.UNKNOWN]


def _waiting(broker_url: str) -> int:
    try:
        with redis.Redis.from_url(broker_url, socket_timeout=_PATIENCE_SECONDS) as client:
            return sum(int(client.llen(queue)) for queue in _NAMES)
    except (RedisError, OSError, ValueError):
        return 0
