"""What a client tells while something is broken, over the fake and over the real one."""

import pytest

from phone_verification import ErrorKind, NotAcceptedError, NotReadableError, Outcome, PollState
from phone_verification.task_ids import new_task_id
from tests.contract.asking import check, error, kind, reach, result, send, verification
from tests.contract.stages import Stage


def test_a_slow_worker_leaves_a_wish_queued(stage: Stage, number: str) -> None:
    """Accepted is not yet begun; when somebody takes it, it is done."""
    stage.pause()
    handle = stage.client.send(number)

    status = stage.client.status(handle)
    assert (status.state, status.result, status.is_done) == (PollState.QUEUED, None, False)
    assert 1 <= status.poll_after <= 5
    assert stage.sent(number) == 0

    stage.resume()
    assert result(stage, handle).outcome is Outcome.SENT
    assert stage.client.status(handle).poll_after == 0


def test_waiting_ends_without_a_result_when_the_time_is_up(stage: Stage, number: str) -> None:
    """What was seen last is returned: an endpoint answers 202 then."""
    stage.pause()
    handle = stage.client.send(number)

    assert stage.client.wait(handle, timeout_seconds=0.2).state is PollState.QUEUED


def test_a_wish_that_nobody_takes_ends_at_its_deadline(stage: Stage, number: str) -> None:
    """A send after 120 s, a check after 30 s: unavailable, and nothing is sent afterwards."""
    handle = send(stage, number)
    stage.advance(31)
    stage.pause()
    checked = stage.client.check(stage.code(number), phone_number=number, verification_id=handle)
    stage.advance(31)
    stage.resume()
    assert kind(result(stage, checked)) is ErrorKind.PROVIDER_UNAVAILABLE
    stage.pause()
    resent = stage.client.send(number)
    stage.advance(121)
    stage.resume()

    overdue = result(stage, resent)

    assert (kind(overdue), overdue.outcome) == (ErrorKind.PROVIDER_UNAVAILABLE, Outcome.FAILED)
    assert (error(overdue).http_status, error(overdue).retryable) == (503, True)
    told = verification(overdue)
    assert (told.id, told.sends, told.next_send_in) == (resent, 0, 0)
    assert stage.sent(number) == 1


def test_an_outage_is_ridden_out(stage: Stage, number: str) -> None:
    """While Twilio is away a send is retried, and then one text leaves."""
    stage.begin_outage()
    handle = stage.client.send(number)
    reach(stage, handle, PollState.RETRYING)
    assert 1 <= stage.client.status(handle).poll_after <= 5
    stage.end_outage()

    assert result(stage, handle).outcome is Outcome.SENT
    assert stage.sent(number) == 1


def test_an_outage_that_lasts_is_told_at_the_deadline(stage: Stage, number: str) -> None:
    """Nothing was sent, so nobody has to wait before asking again."""
    stage.begin_outage()
    handle = stage.client.send(number)
    reach(stage, handle, PollState.RETRYING)
    stage.advance(121)

    overdue = result(stage, handle)

    assert (kind(overdue), stage.sent(number)) == (ErrorKind.PROVIDER_UNAVAILABLE, 0)
    assert verification(overdue).next_send_in == 0
    stage.end_outage()
    assert result(stage, stage.client.send(number)).outcome is Outcome.SENT


def test_what_needs_no_asking_is_answered_in_an_outage(stage: Stage, number: str) -> None:
    """A malformed number, a malformed code, a code that was approved: Twilio knows nothing more."""
    handle = send(stage, number)
    check(stage, stage.code(number), number, handle)
    stage.begin_outage()

    assert kind(result(stage, stage.client.send("010-1234-567"))) is ErrorKind.INVALID_PHONE_NUMBER
    assert kind(check(stage, "12", number, handle)) is ErrorKind.INVALID_CODE
    assert check(stage, stage.code(number), number, handle).replayed


def test_an_acceptance_that_nobody_confirmed_is_asked_again(stage: Stage, number: str) -> None:
    """The error carries the id, and trying again with it is one intent."""
    with stage.without_database() as client:
        with pytest.raises(NotAcceptedError) as raised:
            client.send(number)
        task_id = raised.value.task_id or ""
        assert task_id in str(raised.value)
        with pytest.raises(NotReadableError) as unreadable:
            client.status(task_id)
        assert unreadable.value.task_id == task_id
    assert stage.client.status(task_id).state is PollState.NOT_FOUND

    for _ in range(2):
        assert stage.client.send(number, task_id=task_id) == task_id

    assert result(stage, task_id).outcome is Outcome.SENT
    assert stage.sent(number) == 1


def test_a_wish_exists_when_its_session_commits(stage: Stage, number: str) -> None:
    """Not before; and then it is a wish like any other."""
    with stage.session() as session:
        handle = stage.client.send(number, session=session)
        assert stage.client.status(handle).state is PollState.NOT_FOUND
        assert stage.client.send(number, task_id=handle, session=session) == handle
        session.commit()

    assert result(stage, handle).outcome is Outcome.SENT
    assert stage.sent(number) == 1


@pytest.mark.parametrize("way", ["rollback", "close"])
def test_a_wish_goes_with_its_session(stage: Stage, number: str, way: str) -> None:
    """Rolled back or closed without a commit, it never was; its id is free, and the session too."""
    task_id = new_task_id()
    with stage.session() as session:
        stage.client.send(number, channel="call", task_id=task_id, session=session)
        getattr(session, way)()
        session.commit()
        assert stage.client.status(task_id).state is PollState.NOT_FOUND
        stage.client.send(number, task_id=task_id, session=session)
        session.commit()

    assert verification(result(stage, task_id)).channel == "sms"
    assert stage.sent(number) == 1


def test_a_savepoint_takes_its_wishes_along(stage: Stage, number: str) -> None:
    """Rolled back with it, or kept with it and told when the whole is committed."""
    other = number.replace("5678", "8765")
    with stage.session() as session:
        session.connection()
        with session.begin_nested() as savepoint:
            dropped = stage.client.send(number, session=session)
            savepoint.rollback()
        with session.begin_nested():
            kept = stage.client.send(other, session=session)
        assert stage.client.status(kept).state is PollState.NOT_FOUND
        session.commit()

    assert result(stage, kept).outcome is Outcome.SENT
    assert stage.client.status(dropped).state is PollState.NOT_FOUND
    assert stage.sent(number) == 0
