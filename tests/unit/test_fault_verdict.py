"""The verdict of the fault matrix can fail: each broken promise is named, and a good run has none."""

import pytest

from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState
from tests.faults.evidence import Call, Evidence, Intent, Run
from tests.faults.promises import Trial, broken
from tests.faults.timeline import Absence, Act, Part, Timeline

TO = "+821012345678"
SEND = Intent(task_id="send", operation=Operation.SEND, to=TO)
RIGHT = Intent(task_id="check", operation=Operation.CHECK, to=TO, code="123456", is_right=True)


def run(outcome: Outcome | None, kind: ErrorKind | None = None, *, finished_at: float | None = 1.0) -> Run:
    """A run that was accepted at 0 and had until 120."""
    state = RunState.DONE if finished_at is not None else RunState.AMBIGUOUS
    return Run(
        state=state, outcome=outcome, kind=kind, created_at=0, deadline_at=120, finished_at=finished_at
    )


def call(endpoint: str, at: float, *, fault: str | None = None, status: int = 201) -> Call:
    """A call that Twilio carried out."""
    return Call(endpoint=endpoint, at=at, fault=fault, processed_at=at, twilio_status=status, status=status)


def verdict(
    intent: Intent,
    ended: Run | None,
    *,
    texts: int = 1,
    calls: tuple[Call, ...] = (),
    approved: tuple[str, ...] = (),
    timeline: Timeline | None = None,
) -> list[str]:
    """Judge one intent."""
    evidence = Evidence(
        runs={} if ended is None else {intent.task_id: ended},
        texts={TO: ["123456"] * texts},
        calls={TO: list(calls)},
        approved={TO: set(approved)},
    )
    return broken(Trial(intents=[intent], evidence=evidence, timeline=timeline or Timeline(), scale=1))


def test_a_good_send_and_a_good_check_break_nothing() -> None:
    """One text and `sent`, one approval and `approved`."""
    assert verdict(SEND, run(Outcome.SENT)) == []
    assert verdict(RIGHT, run(Outcome.APPROVED), approved=("123456",)) == []


UNKNOWN = run(Outcome.UNKNOWN, ErrorKind.OUTCOME_UNKNOWN, finished_at=120)
UNAVAILABLE = run(Outcome.FAILED, ErrorKind.PROVIDER_UNAVAILABLE)
LOST = call("start", 1, fault="drop_after")


@pytest.mark.parametrize(
    ("ended", "texts", "calls", "said"),
    [
        (None, 1, (), "no such run"),
        (run(None, finished_at=None), 1, (), "never ended"),
        (run(Outcome.SENT, finished_at=140), 1, (), "after its deadline"),
        (run(Outcome.SENT), 2, (), "2 texts for 1 wishes"),
        (UNAVAILABLE, 0, (), "were owed"),
        (run(Outcome.SENT), 0, (), "was told"),
        (UNAVAILABLE, 1, (), "was told"),
        (UNKNOWN, 1, (call("start", 1),), "no answer was lost"),
        (UNKNOWN, 1, (LOST, call("fetch", 9, status=200)), "a probe had told"),
    ],
    ids=["missing", "endless", "late", "twice", "owed", "sent", "unavailable", "unknown", "told"],
)
def test_a_broken_promise_to_a_sender_is_named(
    ended: Run | None, texts: int, calls: tuple[Call, ...], said: str
) -> None:
    """Doubled, lost, late, endless, untrue or needlessly unknown."""
    assert any(said in sentence for sentence in verdict(SEND, ended, texts=texts, calls=calls))


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (run(Outcome.APPROVED), "Twilio knows nothing of it"),
        (run(Outcome.REJECTED, ErrorKind.INVALID_CODE), "was called invalid_code"),
        (run(Outcome.REJECTED, ErrorKind.NO_VERIFICATION_RECORD), "was called no_verification_record"),
    ],
    ids=["by guess", "wrong code", "no record"],
)
def test_a_broken_promise_about_a_code_is_named(ended: Run, said: str) -> None:
    """Approved by guess, or a right code called a failure."""
    assert any(said in sentence for sentence in verdict(RIGHT, ended))


def test_nobody_is_owed_a_text_while_twilio_is_away() -> None:
    """An outage, or a fault in the middle, leaves no calm minute."""
    away = Timeline(absences=[Absence(Part.TWILIO, 0, 60)])
    broken_call = Timeline(acts=[Act(40, "start: drop before", Part.TWILIO)])

    assert verdict(SEND, UNAVAILABLE, texts=0, timeline=away) == []
    assert verdict(SEND, UNAVAILABLE, texts=0, timeline=broken_call) == []


def test_time_without_a_database_is_not_counted() -> None:
    """A run may end as late as the database was away after its deadline."""
    away = Timeline(absences=[Absence(Part.DATABASE, 110, 150)])

    assert verdict(SEND, run(Outcome.SENT, finished_at=155), timeline=away) == []
    assert verdict(SEND, run(Outcome.SENT, finished_at=170), timeline=away) != []
