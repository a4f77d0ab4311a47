"""A case: wishes of people, and faults in between.

Lives here: asking as a web backend does, waiting for ends, breaking Twilio. The verdict is `judge`'s.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select

from models import ProviderCall, TaskRun
from phone_verification.errors import NotAcceptedError, NotReadableError
from phone_verification.kinds import Operation, Outcome, RunState
from phone_verification.results import Result
from phone_verification.task_ids import new_task_id
from tests.faults.evidence import Intent
from tests.faults.record import Record
from tests.faults.stage import Stage
from tests.faults.timeline import Part
from worker.demo.waiting import wait_until

_RESTART_SECONDS: Final = 10.0


def e164(number: str) -> str:
    """Return a Korean number as Twilio is told it."""
    return "+82" + number.replace("-", "")[1:]


def national(number: str) -> str:
    """Return what `e164` made of a Korean number as a person types it."""
    return "0" + number.removeprefix("+82")


def wrong(code: str) -> str:
    """Return another code of the same length."""
    return ("1" if code[0] != "1" else "2") + code[1:]


@dataclass(slots=True)
class Case:
    """One play on a stage; `name` stands in the report, `record` is what the judge found."""

    name: str
    stage: Stage
    intents: list[Intent] = field(default_factory=list)
    record: Record | None = None

    def send(self, number: str, *, task_id: str | None = None) -> str:
        """Ask for a code, as often as it takes to be accepted; return the handle."""
        handle = task_id or new_task_id()
        self._insist(lambda: self.stage.client.send(number, task_id=handle))
        return self.note_send(handle, number)

    def message(self, number: str, body: str) -> str:
        """Ask for a text of our own words."""
        task_id = new_task_id()
        self._insist(lambda: self.stage.client.send_message(number, body, task_id=task_id))
        self.intents.append(Intent(task_id=task_id, operation=Operation.MESSAGE, to=e164(number)))
        return task_id

    def lasting(self, production_seconds: float) -> None:
        """Let a fault last for that long, as production counts."""
        time.sleep(self.stage.seconds(production_seconds))

    def note_send(self, handle: str, number: str) -> str:
        """Count a send that was asked for in another way."""
        self.intents.append(Intent(task_id=handle, operation=Operation.SEND, to=e164(number)))
        return handle

    def check(
        self,
        code: str,
        number: str,
        handle: str | None,
        *,
        is_right: bool = False,
        task_id: str | None = None,
    ) -> str:
        """Ask whether a code is right; `is_right` when nothing but its approval would be true."""
        check_id = task_id or new_task_id()
        self._insist(
            lambda: self.stage.client.check(
                code,
                phone_number=number,
                verification_id=handle,
                by_number_alone=handle is None,
                task_id=check_id,
            )
        )
        intent = Intent(
            task_id=check_id, operation=Operation.CHECK, to=e164(number), code=code, is_right=is_right
        )
        self.intents.append(intent)
        return check_id

    def sent(self, number: str) -> tuple[str, str]:
        """Send a code and wait for it; return the handle and the code."""
        handle = self.send(number)
        assert self.result(handle).outcome is Outcome.SENT
        return handle, self.code(number)

    def code(self, number: str) -> str:
        """Return the code on the person's phone, once it is there."""
        return str(wait_until(lambda: self.stage.phone.code(e164(number)), "a text arrives", seconds=20))

    def result(self, task_id: str) -> Result:
        """Return a run's result, waiting as long as the promise allows."""
        seconds = self.stage.seconds(130) + _RESTART_SECONDS
        give_up_at = time.monotonic() + seconds
        while (left := give_up_at - time.monotonic()) > 0:
            try:
                result = self.stage.client.wait(task_id, timeout_seconds=left).result
            except NotReadableError:
                continue
            if result is not None:
                return result
        raise TimeoutError(f"waited {seconds:g} s in vain: {task_id} ends")

    def is_out_of_hand(self, task_id: str) -> bool:
        """Whether a run is over, or its first holder has lost it."""
        with self.stage.database.transaction() as connection:
            row = connection.execute(
                select(TaskRun.state, TaskRun.epoch).where(TaskRun.task_id == task_id)
            ).one()
        return row.state is RunState.DONE or row.epoch > 1 or row.state is RunState.AMBIGUOUS

    def attempts(self, task_id: str) -> int:
        """Return how many calls of a run were written down."""
        query = select(func.count()).where(ProviderCall.task_id == task_id)
        with self.stage.database.transaction() as connection:
            return int(connection.scalar(query) or 0)

    def texts(self, number: str) -> int:
        """Return how many texts left."""
        return self.stage.phone.sent(e164(number))

    @contextmanager
    def twilio_away(self, mode: str) -> Iterator[None]:
        """Take the whole of Twilio away: `503` or `refuse`."""
        self.stage.timeline.note(f"Twilio {mode}", Part.TWILIO)
        self.stage.timeline.fall(Part.TWILIO)
        self.stage.phone.outage(mode)
        try:
            yield
        finally:
            self.stage.phone.outage("off")
            self.stage.timeline.note("Twilio back", Part.TWILIO)
            self.stage.timeline.rise(Part.TWILIO)

    def fault(self, action: str, endpoint: str, **fields: Any) -> int:
        """Break single calls."""
        self.stage.timeline.note(f"{endpoint}: {_words(action, fields)}", Part.TWILIO)
        return self.stage.phone.fault(action, endpoint, **fields)

    def _insist(self, ask: Any) -> None:
        """Ask again under the same id until it is accepted: one id is one intent."""

        def accepted() -> bool:
            try:
                ask()
            except NotAcceptedError:
                return False
            return True

        wait_until(accepted, "the wish is accepted", seconds=30)


def _words(action: str, fields: dict[str, Any]) -> str:
    """Write a fault as it stands in the report."""
    told = [f"{name} {value}" for name, value in fields.items() if name not in {"to", "of", "body", "times"}]
    return ", ".join([action.replace("_", " "), *told])
