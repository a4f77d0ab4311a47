"""What the fake does beyond the contract: what its tests ask of it, and what they see."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from inspect import signature
from typing import Any

import pytest

from phone_verification import (
    KIND_FACTS,
    Client,
    ErrorKind,
    IdempotencyConflictError,
    NotAcceptedError,
    NotReadableError,
    Operation,
    Outcome,
    PollState,
    Result,
    VerificationClient,
)
from phone_verification.testing import FakeVerificationClient, Limits

NUMBER = "010-1234-5678"
METHODS = sorted({name for name in vars(VerificationClient) if not name.startswith("_")})


@pytest.fixture
def fake() -> FakeVerificationClient:
    """A fake as it comes."""
    return FakeVerificationClient()


def check(fake: FakeVerificationClient, code: str, handle: str) -> Result:
    """Type a code for a handle."""
    return done(fake, fake.check(code, phone_number=NUMBER, verification_id=handle))


def done(fake: FakeVerificationClient, task_id: str) -> Result:
    """Return the result of a task that is done."""
    result = fake.status(task_id).result
    assert result is not None
    return result


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("kind", [FakeVerificationClient, Client])
def test_the_fake_and_the_protocol_have_every_method(kind: Any, name: str) -> None:
    """With the real client's own signature, so that nothing fits one and not the other."""
    assert signature(getattr(kind, name)) == signature(getattr(VerificationClient, name))


@pytest.mark.parametrize("operation", list(Operation))
@pytest.mark.parametrize("kind", sorted(set(ErrorKind) - {ErrorKind.IDEMPOTENCY_CONFLICT}))
def test_every_kind_can_be_asked_for(
    fake: FakeVerificationClient, kind: ErrorKind, operation: Operation
) -> None:
    """Once, for the next run of that operation, with all that the catalogue says of it."""
    fake.fail_next(kind, operation=operation, provider_code=12345, retry_after=17)
    handle = fake.send(NUMBER)
    asked = {
        Operation.SEND: handle,
        Operation.CHECK: fake.check("000000", phone_number=NUMBER, verification_id=handle),
        Operation.MESSAGE: fake.send_message(NUMBER, "your parcel is here"),
    }

    failed = done(fake, asked[operation])

    assert failed.error is not None
    assert (failed.error.kind, failed.outcome, failed.ok) == (kind, KIND_FACTS[kind].outcome, False)
    assert (failed.error.http_status, failed.error.fault) == (
        KIND_FACTS[kind].http_status,
        KIND_FACTS[kind].fault,
    )
    assert (failed.error.provider_code, failed.error.retry_after) == (12345, 17)
    fake.advance(31)
    assert done(fake, fake.send(NUMBER)).ok


def test_a_conflict_that_is_asked_for_is_raised(fake: FakeVerificationClient) -> None:
    """As the durable door does it: by the call, not by a result."""
    fake.fail_next(ErrorKind.IDEMPOTENCY_CONFLICT)

    with pytest.raises(IdempotencyConflictError):
        fake.send(NUMBER, task_id="order-17-sms")

    assert fake.status("order-17-sms").state is PollState.NOT_FOUND


@pytest.mark.parametrize(("kind", "wait"), [
    (ErrorKind.RECIPIENT_OPTED_OUT, 30),
    (ErrorKind.OUTCOME_UNKNOWN, 30),
    (ErrorKind.PROVIDER_UNAVAILABLE, 0),
    (ErrorKind.RECIPIENT_UNVERIFIED, 0),
    (ErrorKind.RATE_LIMITED, 0),
])  # fmt: skip
def test_a_send_that_failed_counts_as_it_does_for_the_worker(
    fake: FakeVerificationClient, kind: ErrorKind, wait: int
) -> None:
    """A refusal of Twilio's and a lost answer do; a fault that is not the person's does not."""
    fake.fail_next(kind)

    verification = done(fake, fake.send(NUMBER)).verification

    assert verification is not None
    assert verification.next_send_in == wait


def test_a_text_whose_answer_was_lost_is_on_the_phone(fake: FakeVerificationClient) -> None:
    """Its code is good for the handle that nobody could confirm."""
    fake.fail_next(ErrorKind.OUTCOME_UNKNOWN)
    handle = fake.send(NUMBER)
    assert done(fake, handle).outcome is Outcome.UNKNOWN

    assert check(fake, fake.code(NUMBER), handle).outcome is Outcome.APPROVED


def test_a_check_whose_answer_was_lost_is_found_out(fake: FakeVerificationClient) -> None:
    """The same code pressed again is approved, not replayed; another one is not."""
    handle = fake.send(NUMBER)
    code = fake.code(NUMBER)
    fake.fail_next(ErrorKind.OUTCOME_UNKNOWN)
    assert check(fake, code, handle).outcome is Outcome.UNKNOWN

    other, again = check(fake, "000000" if code != "000000" else "111111", handle), check(fake, code, handle)

    assert other.error is not None
    assert other.error.kind is ErrorKind.NO_VERIFICATION_RECORD
    assert (again.outcome, again.replayed) == (Outcome.APPROVED, False)


def test_a_wrong_code_whose_answer_was_lost_stays_wrong(fake: FakeVerificationClient) -> None:
    """Nothing is approved by guess."""
    handle = fake.send(NUMBER)
    wrong = "000000" if fake.code(NUMBER) != "000000" else "111111"
    fake.fail_next(ErrorKind.OUTCOME_UNKNOWN)
    check(fake, wrong, handle)

    again = check(fake, wrong, handle)

    assert again.error is not None
    assert again.error.kind is ErrorKind.INVALID_CODE


@pytest.mark.parametrize("although_accepted", [True, False])
def test_an_acceptance_is_lost_either_way(fake: FakeVerificationClient, *, although_accepted: bool) -> None:
    """Whichever it was, the same call with the same id is one text."""
    fake.fail_next_acceptance(although_accepted=although_accepted, times=2)
    for _ in range(2):
        with pytest.raises(NotAcceptedError):
            fake.send(NUMBER, task_id="order-17-sms")
    assert len(fake.texts(NUMBER)) == int(although_accepted)

    fake.send(NUMBER, task_id="order-17-sms")

    assert done(fake, "order-17-sms").ok
    assert len(fake.texts(NUMBER)) == 1


def test_a_look_can_fail(fake: FakeVerificationClient) -> None:
    """As often as was asked for, whether one polls or waits."""
    handle = fake.send(NUMBER)
    fake.fail_next_status(times=2)

    with pytest.raises(NotReadableError):
        fake.status(handle)
    with pytest.raises(NotReadableError):
        fake.wait(handle)
    assert fake.wait(handle).is_done


def test_waiting_takes_no_time_and_moves_the_clock(fake: FakeVerificationClient) -> None:
    """To where the time is up, or to the deadline at which the task ends."""
    fake.begin_outage()
    begun, handle = fake.now, fake.send(NUMBER)

    assert fake.wait(handle, timeout_seconds=5).state is PollState.RETRYING
    assert fake.now == begun + timedelta(seconds=5)
    status = fake.wait(handle, timeout_seconds=3_600)

    assert status.result is not None
    assert status.result.finished_at == fake.now == begun + timedelta(seconds=120)


def test_a_paused_worker_takes_what_there_is_once(fake: FakeVerificationClient) -> None:
    """`run` takes what waits, what comes later waits again, `resume` ends it."""
    fake.pause()
    first = fake.send(NUMBER)
    fake.run()
    second = fake.send("010-8765-4321")
    states = [fake.status(first).state, fake.status(second).state]
    fake.resume()

    assert states == [PollState.DONE, PollState.QUEUED]
    assert fake.status(second).is_done


def test_the_inbox_tells_what_was_sent(fake: FakeVerificationClient) -> None:
    """To whom, how, in which language, for which task; however the number is written."""
    handle = fake.send(NUMBER, channel="call", locale="ko")
    fake.send("010-8765-4321")

    (text,) = fake.texts("01012345678")

    assert (text.to, text.channel, text.locale, text.task_id) == ("+821012345678", "call", "ko", handle)
    assert (text.code, text.at) == (fake.code("+82 10-1234-5678"), fake.now)
    assert len(fake.texts()) == 2


def test_a_phone_without_a_text_has_no_code(fake: FakeVerificationClient) -> None:
    """The error shows the mask alone."""
    with pytest.raises(LookupError, match=r"\+82\*{5}5678"):
        fake.code(NUMBER)
    with pytest.raises(ValueError, match="no phone number"):
        fake.code("010-1234")


def test_the_clock_begins_where_it_is_told(fake: FakeVerificationClient) -> None:
    """At a moment of the test's, else at the present; it does not go back."""
    moment = datetime(2026, 11, 23, 10, tzinfo=UTC)

    begun = FakeVerificationClient(now=moment)

    assert done(begun, begun.send(NUMBER)).finished_at == moment
    assert abs(fake.now - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(ValueError, match="back"):
        fake.advance(-1)


def test_limits_are_the_tests_to_set() -> None:
    """None at all, but for Twilio's own five texts for one code."""
    fake = FakeVerificationClient(limits=Limits.none(), allowed_countries=("KR", "US"), default_region="US")

    sent = [done(fake, fake.send("212-555-2368")) for _ in range(6)]

    assert [one.outcome for one in sent] == [Outcome.SENT] * 5 + [Outcome.REJECTED]
    assert sent[5].error is not None
    assert (sent[5].error.kind, sent[5].error.provider_code) == (ErrorKind.MAX_SEND_ATTEMPTS, 60203)


def test_everybody_together_stays_under_the_ceiling() -> None:
    """Set low, it is met by three numbers."""
    fake = FakeVerificationClient(limits=Limits(sends_an_hour=2))
    sent = [done(fake, fake.send(f"010-1234-000{digit}")) for digit in range(3)]

    assert [one.ok for one in sent] == [True, True, False]
    assert sent[2].error is not None
    assert (sent[2].error.kind, sent[2].error.retry_after) == (ErrorKind.RATE_LIMITED, 3_600)


def test_one_id_from_many_threads_is_one_text(fake: FakeVerificationClient) -> None:
    """A test's web server may answer from a pool."""
    with ThreadPoolExecutor(8) as threads:
        handles = set(threads.map(lambda _: fake.send(NUMBER, task_id="order-17-sms"), range(64)))

    assert handles == {"order-17-sms"}
    assert len(fake.texts()) == 1


def test_nothing_private_is_in_what_it_calls_itself(fake: FakeVerificationClient) -> None:
    """A failing test prints its values."""
    fake.pause()
    waiting = fake.send(NUMBER, client_ref="a-session")
    fake.run()
    fake.resume()
    checked = fake.check("918273", phone_number=NUMBER, verification_id=waiting)

    said = f"{fake!r} {vars(fake)!r} {fake.texts()!r} {fake.status(checked)!r} {fake.status(waiting)!r}"

    for private in ("12345678", "1234-5678", "918273", "a-session", fake.code(NUMBER)):
        assert private not in said.replace(waiting, "").replace(checked, "")


def test_it_needs_nothing_that_a_backend_has_not() -> None:
    """Neither the worker's packages nor a test runner is imported."""
    program = (
        "import sys, phone_verification.testing\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    imported = set(told.stdout.split())
    assert "phone_verification" in imported
    foreign = {"worker", "tasks", "models", "gateway", "simulator", "tests", "twilio", "structlog", "pytest"}
    assert not imported & foreign
