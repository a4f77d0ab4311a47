"""Metrics: what a worker counts of its own doing.

Lives here: every counter and histogram, and one function for each event that moves them. Must not: have a
label whose values somebody outside could add to: no number, no id, no text. A country is one of
ALLOWED_COUNTRIES, a code one of the catalogue, anything else is `other`.
"""

from collections.abc import Collection
from functools import cache
from typing import Final

from prometheus_client import Counter, Histogram

from gateway.answer import Answer, Endpoint, Reason
from gateway.breaker import Condition
from gateway.catalogue import CATALOGUE
from models.closed_sets import GuardRule
from phone_verification.deliveries import DeliveryReason, DeliveryStatus
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState
from tasks.registry import REGISTRY

_NONE: Final = "none"
_OTHER: Final = "other"

_RUNS: Final = REGISTRY.counter(
    "runs_total",
    "Runs that ended, by how; kind is none when it went well.",
    *("operation", "outcome", "kind"),
    normal="`sent` and `approved` lead; some `invalid_code`; kinds whose fault is the operator's stay at 0",
)
_VERDICT: Final = REGISTRY.histogram(
    "time_to_verdict_seconds",
    "From acceptance to the frozen result: what a person waits.",
    *("operation", "outcome"),
    buckets=(0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 130),
    normal="a send and a check take a little more than Twilio does; nothing beyond the deadline and 10 s",
)
_HANDED_BACK: Final = REGISTRY.counter(
    "runs_handed_back_total",
    "Runs let go of for later: waiting when nothing left for sure, ambiguous when an answer was lost.",
    *("operation", "state", "kind"),
    normal="near 0; `waiting` rises while Twilio is away, `ambiguous` with every lost answer",
)
_STARTED: Final = REGISTRY.counter(
    "verifications_started_total",
    "Verifications whose first text was sent, by country of ALLOWED_COUNTRIES.",
    "country",
    normal="follows your traffic",
)
_APPROVED: Final = REGISTRY.counter(
    "verifications_approved_total",
    "Verifications that were approved, once each, by country of ALLOWED_COUNTRIES.",
    "country",
    normal="a steady share of those started: learn yours; half of it is an alarm",
)
_CALLS: Final = REGISTRY.histogram(
    "provider_call_duration_seconds",
    "Calls to Twilio that were made, by what their answer means.",
    *("endpoint", "answer_class"),
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 3, 5, 7.5, 10, 12),
    normal="`succeeded` and `refused` well under a second; hardly any `maybe_sent`",
)
_ANSWERS: Final = REGISTRY.counter(
    "provider_answers_total",
    "Calls to Twilio by what happened; breaker_open and lease_over are calls that were not made.",
    *("endpoint", "reason"),
    normal="`answered`, and `refused` for what people mistype",
)
_CODES: Final = REGISTRY.counter(
    "provider_codes_total",
    "Error codes of Twilio's answers (docs/errors.md); other is one that the catalogue does not know.",
    "code",
    normal="20404 and 60202 come with people; an unknown code, or one of your account's, is worth a look",
)
_BREAKER_CHANGES: Final = REGISTRY.counter(
    "breaker_changes_total",
    "Changes of an endpoint's breaker, by the state it went to.",
    *("endpoint", "state"),
    normal="0; `open` once an outage",
)
_OBJECTIONS: Final = REGISTRY.counter(
    "guard_objections_total",
    "Objections of the guard, by rule; is_enforced is false where the watch only records.",
    *("rule", "is_enforced"),
    normal="a few `resend_wait`; hundreds an hour of any rule is somebody at work",
)
_LOOKS: Final = REGISTRY.counter(
    "settling_looks_total",
    "Looks at what became of a lost answer, by conclusion.",
    *("operation", "conclusion"),
    normal="0 while nothing is lost; `found` is a text that was saved from being sent twice",
)
_DELIVERIES: Final = REGISTRY.counter(
    "text_deliveries_total",
    "Texts of which nothing more will be heard, by what became of them; reason is none unless lost.",
    *("delivery", "reason"),
    normal="`delivered` leads; `undelivered` by a reason of yours (filtered, sender_not_registered) is 0",
)
_DUPLICATES: Final = REGISTRY.counter(
    "sms_duplicates_total",
    "Texts beyond the first that one intent caused.",
    normal="0; every one is explained by a log line run.texts_doubled",
)
_SWEPT: Final = REGISTRY.counter(
    "swept_runs_total",
    "Runs that the sweeper acted on: lapsed (lease over), ended (deadline over), rung (published).",
    "action",
    normal="`rung` follows retries and a broker's trouble; `lapsed` means that a worker died or froze",
)
_PASSES: Final = REGISTRY.counter(
    "loop_passes_total",
    "Passes of this worker's own threads, by whether they failed.",
    *("loop", "result"),
    normal="`ok` every few seconds; `failed` while the database is away",
)
_CONFLICTS: Final = REGISTRY.counter(
    "idempotency_conflicts_total",
    "Open-door messages that used a task id again for another wish.",
    normal="0; else mend the caller",
)
_DROPPED: Final = REGISTRY.counter(
    "messages_dropped_total",
    "Messages that were none of ours, by flaw (docs/hardening.md).",
    "flaw",
    normal="0",
)
_RESULTS_LOST: Final = REGISTRY.counter(
    "results_lost_total",
    "Results that could not be copied to Celery's result key; the row has them.",
    normal="0; rises while the result backend is away",
)
_DATABASE_AWAY: Final = REGISTRY.counter(
    "database_away_total",
    "Deliveries that found the database away.",
    normal="0",
)

# What an alert waits for must be there before it happens: a counter that appears with 1 has not risen.
for _operation in Operation:
    for _kind, _facts in KIND_FACTS.items():
        _RUNS.labels(_operation, _facts.outcome, _kind)
_RUNS.labels(Operation.SEND, Outcome.SENT, _NONE)
_RUNS.labels(Operation.MESSAGE, Outcome.SENT, _NONE)
_RUNS.labels(Operation.CHECK, Outcome.APPROVED, _NONE)
for _reason in DeliveryReason:
    _DELIVERIES.labels(DeliveryStatus.UNDELIVERED, _reason)
for _rule in GuardRule:
    _OBJECTIONS.labels(_rule, "true")
for _endpoint in set(Endpoint) - {Endpoint.SERVICE, Endpoint.REACH}:
    for _condition in Condition:
        _BREAKER_CHANGES.labels(_endpoint, _condition)

_CATALOGUED: Final = frozenset(row.code for row in CATALOGUE)
_NOT_MADE: Final = (Reason.BREAKER_OPEN, Reason.LEASE_OVER, Reason.ABSENT)


@cache
def _counter(metric: Counter, *labels: str) -> Counter:
    """Look a series up once: what is counted for every run is found by a dictionary."""
    return metric.labels(*labels)


@cache
def _histogram(metric: Histogram, *labels: str) -> Histogram:
    return metric.labels(*labels)


def count_run(operation: Operation, outcome: Outcome, kind: ErrorKind | None, seconds: float) -> None:
    """Count a run that ended so many seconds after it was accepted."""
    _counter(_RUNS, operation, outcome, kind or _NONE).inc()
    _histogram(_VERDICT, operation, outcome).observe(seconds)


def count_hand_back(operation: Operation, state: RunState, kind: ErrorKind) -> None:
    """Count a run that goes on later."""
    _counter(_HANDED_BACK, operation, state, kind).inc()


def count_conversion(country: str | None, allowed: Collection[str], *, is_approval: bool) -> None:
    """Count a verification that began, or was approved."""
    label = country if country is not None and country in allowed else _OTHER
    _counter(_APPROVED if is_approval else _STARTED, label).inc()


def count_answer(answer: Answer) -> None:
    """Count a call to Twilio by its answer, and one that was not made by why."""
    _counter(_ANSWERS, answer.endpoint, answer.reason).inc()
    if answer.provider_code is not None:
        code = str(answer.provider_code) if answer.provider_code in _CATALOGUED else _OTHER
        _counter(_CODES, code).inc()
    if answer.reason not in _NOT_MADE:
        _histogram(_CALLS, answer.endpoint, answer.answer_class).observe(answer.duration_seconds)


def count_breaker_change(endpoint: Endpoint, condition: Condition) -> None:
    """Count a breaker that went to a condition."""
    _counter(_BREAKER_CHANGES, endpoint, condition).inc()


def count_objection(rule: GuardRule, *, is_enforced: bool) -> None:
    """Count what the guard said no to."""
    _counter(_OBJECTIONS, rule, str(is_enforced).lower()).inc()


def count_look(operation: Operation, conclusion: str) -> None:
    """Count a look at a lost answer; `conclusion` is a member of a closed set."""
    _counter(_LOOKS, operation, conclusion).inc()


def count_delivery(delivery: DeliveryStatus, reason: DeliveryReason | None) -> None:
    """Count a text of which nothing more will be heard."""
    _counter(_DELIVERIES, delivery, reason or _NONE).inc()


def count_duplicates(texts: int) -> None:
    """Count texts that one intent caused beyond its first."""
    _DUPLICATES.inc(texts)


def count_swept(*, lapsed: int = 0, ended: int = 0, rung: int = 0) -> None:
    """Count what a pass of the sweeper did, in runs."""
    for action, runs in (("lapsed", lapsed), ("ended", ended), ("rung", rung)):
        _counter(_SWEPT, action).inc(runs)


def count_pass(loop: str, *, is_ok: bool) -> None:
    """Count a pass of one of the worker's own threads, by the thread's name."""
    _counter(_PASSES, loop, "ok" if is_ok else "failed").inc()


def count_conflict() -> None:
    """Count a task id that was used for two wishes."""
    _CONFLICTS.inc()


def count_dropped(flaw: str) -> None:
    """Count a message that was dropped; `flaw` is one of our own words for it."""
    _counter(_DROPPED, flaw).inc()


def count_lost_result() -> None:
    """Count a result that Celery's backend did not take."""
    _RESULTS_LOST.inc()


def count_database_away() -> None:
    """Count a delivery that found no database."""
    _DATABASE_AWAY.inc()
