"""A phone number is verified, end to end: real Redis, real database, real HTTP, a real worker."""

import pytest
from sqlalchemy import select

from models import ProviderCall, SendAttempt, TaskRun, Verification
from phone_verification.kinds import ErrorKind, Outcome
from phone_verification.results import Result
from tests.integration.conftest import Backend, each_service

pytestmark = each_service


def send(backend: Backend) -> tuple[str, str]:
    """Send a code; return the handle and the code on the phone."""
    handle = backend.client.send(backend.number)
    assert backend.result(handle).outcome is Outcome.SENT
    return handle, backend.phone.code(backend.e164) or ""


def check(backend: Backend, code: str, handle: str | None) -> Result:
    """Check a code for a handle, or by the number alone."""
    task_id = backend.client.check(
        code, phone_number=backend.number, verification_id=handle, by_number_alone=handle is None
    )
    return backend.result(task_id)


def wrong(code: str) -> str:
    """A code that is not this one."""
    return "000000" if code != "000000" else "111111"


def test_a_right_code_is_approved_and_the_rows_tell_it(backend: Backend) -> None:
    """Send, wrong code, right code: each outcome is told, and the rows are in the database."""
    handle, code = send(backend)

    mistyped, approved = check(backend, wrong(code), handle), check(backend, code, handle)

    assert mistyped.error is not None
    assert mistyped.error.kind is ErrorKind.INVALID_CODE
    assert mistyped.verification is not None
    assert mistyped.verification.checks_left == 4
    assert approved.ok
    assert approved.outcome is Outcome.APPROVED
    assert approved.verification is not None
    assert approved.verification.id == handle
    assert approved.verification.phone == "+82*****5678"
    with backend.database.transaction() as connection:
        text = connection.execute(select(SendAttempt).where(SendAttempt.task_id == handle)).one()
        verification = connection.execute(
            select(Verification).where(Verification.id == text.verification_id)
        ).one()
        runs = connection.execute(
            select(TaskRun).where(TaskRun.phone_fingerprint == verification.phone_fingerprint)
        ).all()
        calls = connection.scalars(
            select(ProviderCall.endpoint)
            .where(ProviderCall.task_id.in_([run.task_id for run in runs]))
            .order_by(ProviderCall.id)
        ).all()
    assert (verification.status.value, verification.failed_checks) == ("approved", 1)
    assert {(row.state.value, row.sealed_arguments) for row in runs} == {("done", None)}
    assert calls == (["message"] if backend.is_messaging else ["start", "check", "check"])


def test_the_same_right_code_again_is_approved_as_a_replay(backend: Backend) -> None:
    """A form that was sent twice tells the truth twice; another code is already verified."""
    handle, code = send(backend)
    check(backend, code, handle)

    again, other = check(backend, code, handle), check(backend, wrong(code), handle)

    assert (again.outcome, again.replayed) == (Outcome.APPROVED, True)
    assert again.approved_at is not None
    assert other.error is not None
    assert other.error.kind is ErrorKind.ALREADY_VERIFIED


def test_guessing_after_an_approval_closes_the_replay(backend: Backend) -> None:
    """Five codes that are not the approved one, and even the right one is only already verified."""
    handle, code = send(backend)
    check(backend, code, handle)
    for _ in range(5):
        check(backend, wrong(code), handle)

    assert check(backend, code, handle).error is not None


def test_an_approval_is_for_its_own_handle(backend: Backend) -> None:
    """After one handle's approval another handle of the same number has nothing to check."""
    first, code = send(backend)
    second, _ = send(backend)
    check(backend, code, first)

    stranger = check(backend, code, second)

    assert stranger.error is not None
    assert stranger.error.kind is ErrorKind.NO_VERIFICATION_RECORD


def test_a_number_alone_is_told_that_it_is_verified(backend: Backend) -> None:
    """Without a handle an approved number is already verified, and no handle is given away."""
    handle, code = send(backend)
    check(backend, code, handle)

    alone = check(backend, code, None)

    assert alone.error is not None
    assert alone.error.kind is ErrorKind.ALREADY_VERIFIED
    assert alone.verification is not None
    assert alone.verification.id is None


def test_a_repeated_wrong_code_burns_one_try(backend: Backend) -> None:
    """A wrong code sent twice is asked at Twilio once."""
    handle, code = send(backend)
    check(backend, wrong(code), handle)

    again = check(backend, wrong(code), handle)

    assert again.error is not None
    assert again.error.kind is ErrorKind.INVALID_CODE
    assert again.verification is not None
    assert again.verification.checks_left == 4
    assert len(backend.phone.requests(endpoint="check")) == (0 if backend.is_messaging else 1)


def test_five_wrong_codes_lock_the_verification(backend: Backend) -> None:
    """The sixth try is told that five were the most, and when to come back."""
    handle, code = send(backend)
    for digit in "23456":
        check(backend, digit * 6 if digit * 6 != code else "777777", handle)

    sixth = check(backend, "888888" if code != "888888" else "999999", handle)

    assert sixth.error is not None
    assert sixth.error.kind is ErrorKind.MAX_CHECK_ATTEMPTS
    assert sixth.error.retry_after is not None
    assert 0 < sixth.error.retry_after <= 600


def test_an_expired_code_is_named(backend: Backend) -> None:
    """Twilio's 404 after ten minutes has a name of its own only when our clock agrees."""
    handle, code = send(backend)
    backend.let_codes_expire()

    late = check(backend, code, handle)

    assert late.error is not None
    kind = ErrorKind.VERIFICATION_EXPIRED if backend.is_messaging else ErrorKind.NO_VERIFICATION_RECORD
    assert late.error.kind is kind
    assert late.error.title == "No Verification Record"


def test_a_check_without_a_send_has_no_record(backend: Backend) -> None:
    """Nothing was sent, so there is nothing to check."""
    alone = check(backend, "123456", None)

    assert alone.error is not None
    assert alone.error.kind is ErrorKind.NO_VERIFICATION_RECORD


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("010-1234-567", ErrorKind.INVALID_PHONE_NUMBER),
        ("02-312-3456", ErrorKind.UNSUPPORTED_PHONE_TYPE),
        ("+1 212 555 2368", ErrorKind.COUNTRY_BLOCKED),
    ],
)
def test_a_number_that_gets_no_code_is_told_without_asking(
    backend: Backend, number: str, kind: ErrorKind
) -> None:
    """What our own rules refuse never reaches Twilio."""
    result = backend.result(backend.client.send(number))

    assert result.error is not None
    assert result.error.kind is kind
    assert backend.phone.requests() == []


def test_a_malformed_code_is_told_without_asking(backend: Backend) -> None:
    """Three digits are no code, and burn no try."""
    handle, _ = send(backend)

    result = check(backend, "123", handle)

    assert result.error is not None
    assert result.error.kind is ErrorKind.INVALID_CODE
    assert backend.phone.requests(endpoint="check") == []


def test_an_outage_is_ridden_out(backend: Backend) -> None:
    """While Twilio cannot be reached a send waits and retries, and then one text leaves."""
    backend.phone.outage("refuse", seconds=2)

    task_id = backend.client.send(backend.number)
    result = backend.result(task_id)

    assert result.outcome is Outcome.SENT
    assert backend.phone.sent(backend.e164) == 1
    with backend.database.transaction() as connection:
        calls = connection.scalars(
            select(ProviderCall.answer_class).where(ProviderCall.task_id == task_id).order_by(ProviderCall.id)
        ).all()
    assert calls[-1] == "succeeded"
    assert set(calls[:-1]) == {"not_sent"}
