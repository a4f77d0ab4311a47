"""Asking a client the way a backend does: hand over, poll, read the result."""

from phone_verification.kinds import ErrorKind, Outcome, PollState
from phone_verification.results import ErrorAnswer, Result, VerificationAnswer
from tests.contract.stages import Stage
from worker.demo.waiting import wait_until

_PATIENCE_SECONDS = 30


def result(stage: Stage, task_id: str) -> Result:
    """Wait for a task's result."""
    status = stage.client.wait(task_id, timeout_seconds=_PATIENCE_SECONDS)
    assert status.state is PollState.DONE, status
    assert status.result is not None
    return status.result


def reach(stage: Stage, task_id: str, state: PollState) -> None:
    """Poll until a task is seen in this state."""
    wait_until(
        lambda: stage.client.status(task_id).state is state,
        f"{task_id} is {state}",
        seconds=_PATIENCE_SECONDS,
    )


def send(stage: Stage, number: str) -> str:
    """Have a code sent; return the handle."""
    handle = stage.client.send(number)
    assert result(stage, handle).outcome is Outcome.SENT
    return handle


def check(stage: Stage, code: str, number: str, handle: str | None) -> Result:
    """Type a code for a handle, or for the number alone; return what came of it."""
    task_id = stage.client.check(
        code, phone_number=number, verification_id=handle, by_number_alone=handle is None
    )
    return result(stage, task_id)


def wrong(stage: Stage, number: str, at: int = 0) -> str:
    """Return a code that is not the one on the phone, another for each `at`."""
    right = stage.code(number)
    return [code for code in (f"{digit}" * 6 for digit in range(10)) if code != right][at]


def kind(answer: Result) -> ErrorKind:
    """Return why a result is not a good one."""
    return error(answer).kind


def error(answer: Result) -> ErrorAnswer:
    """Return the error of a result that has one."""
    assert answer.error is not None, answer
    return answer.error


def verification(answer: Result) -> VerificationAnswer:
    """Return the verification that a result tells."""
    assert answer.verification is not None, answer
    return answer.verification
