"""The story: a person verifies a number, with the mistakes that people and Twilio make.

Lives here: what is asked in which order. What is shown is what the client was told, as it changed.
"""

import textwrap
import time
from collections.abc import Callable
from itertools import count

from phone_verification.results import Result
from worker.demo.stage import Stage

_NUMBER = "010-1234-5678"
_OTHER_NUMBER = "010-8765-4321"
_PAUSE_SECONDS = 0.01
_OUTAGE_SECONDS = 4.0
_LONGEST_SECONDS = 40.0


def play(stage: Stage, say: Callable[[str], None]) -> None:
    """Play the whole story."""
    steps = count(1)

    def title(text: str) -> None:
        say("")
        say(f"{next(steps)}. {text}")

    title(f"Send a code to {_NUMBER}")
    handle = stage.client.send(_NUMBER)
    follow(stage, handle, say)
    code = stage.phone.code("+821012345678") or ""
    say(f"   the phone shows   {code}")

    title("A wrong code")
    follow(stage, _check(stage, _other_than(code), handle), say)

    title("The right code")
    follow(stage, _check(stage, code, handle), say)

    title("Another code, after it is verified")
    follow(stage, _check(stage, _other_than(code), handle), say)

    title("A malformed number: 010-1234-567")
    follow(stage, stage.client.send("010-1234-567"), say)

    title(f"Twilio is down for {_OUTAGE_SECONDS:g} seconds; send to {_OTHER_NUMBER}")
    _through_an_outage(stage, say)


def follow(
    stage: Stage,
    task_id: str,
    say: Callable[[str], None],
    *,
    meanwhile: Callable[[float], None] = lambda _: None,
) -> Result:
    """Poll a task and say each state that the client is told, until it is done."""
    begun, last = time.monotonic(), None
    while True:
        status, seconds = stage.client.status(task_id), time.monotonic() - begun
        if status.state is not last:
            last = status.state
            say(f"   {seconds:5.2f} s  {status.state.value}")
        if status.result is not None:
            _tell(status.result, say)
            return status.result
        if seconds > _LONGEST_SECONDS:
            raise TimeoutError(f"task {task_id} did not end; the worker's log:\n{_tail(stage)}")
        meanwhile(seconds)
        time.sleep(_PAUSE_SECONDS)


def _tail(stage: Stage) -> str:
    return stage.worker_log.read_text()[-2000:]


def _tell(result: Result, say: Callable[[str], None]) -> None:
    verification = result.verification
    about = f" {verification.phone}" if verification else ""
    if verification and verification.checks_left is not None and result.error:
        about += f", {verification.checks_left} tries left"
    kind = f" ({result.error.kind.value})" if result.error else ""
    say(f"   -> {result.outcome.value}{kind}{about}")
    if result.error:
        for line in textwrap.wrap(result.error.message.en, 70):
            say(f"      {line}")


def _check(stage: Stage, code: str, handle: str) -> str:
    return stage.client.check(code, phone_number=_NUMBER, verification_id=handle)


def _other_than(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def _through_an_outage(stage: Stage, say: Callable[[str], None]) -> None:
    stage.phone.outage("refuse")
    is_down = True

    def come_back(seconds: float) -> None:
        nonlocal is_down
        if is_down and seconds > _OUTAGE_SECONDS:
            is_down = False
            stage.phone.outage("off")
            say(f"   {seconds:5.2f} s  (Twilio is back)")

    follow(stage, stage.client.send(_OTHER_NUMBER), say, meanwhile=come_back)
