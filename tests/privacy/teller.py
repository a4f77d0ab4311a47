"""A teller: asks through one door, and notes what came of it.

Lives here: asking, waiting, and putting what a caller is given into the sinks.
"""

import json
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import redis as redis_client

from phone_verification import new_task_id, seal_check, seal_message, seal_send
from phone_verification.errors import VerificationClientError
from phone_verification.kinds import PollState
from phone_verification.results import Result
from tests.privacy.marks import NUMBERS, TEXT_NUMBERS, Number
from tests.privacy.stage import Stage
from worker.demo.waiting import wait_until

_LONGEST_SECONDS: Final = 40
SEND, CHECK = "tasks.send_verification", "tasks.check_verification"
MESSAGE: Final = "tasks.send_message"
QUEUES: Final = {SEND: "verification.send", CHECK: "verification.check", MESSAGE: "verification.send"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Plays at one door of a stage; `told` is what came of each act, `codes` what was sent."""

    stage: Stage
    door: str
    told: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)

    def number(self, act: str) -> Number:
        """The number of an act at this door."""
        return {**NUMBERS, **TEXT_NUMBERS}[self.door, act]

    def send(self, number: str, **arguments: Any) -> str:
        """Ask for a code."""
        if self.door == "durable":
            return self.stage.backend.client.send(number, **arguments)
        if self.door == "sealed":
            task_id = new_task_id()
            sealed = seal_send(task_id, number, seal_keys=self._seal_keys, **arguments)
            return self.message(SEND, sealed, task_id=task_id)
        return self.message(SEND, {"phone_number": number, **arguments})

    def check(self, number: str, code: str, handle: str | None = None) -> str:
        """Ask whether a code is right."""
        asked = {"phone_number": number, "verification_id": handle}
        if self.door == "durable":
            client = self.stage.backend.client
            return client.check(code, by_number_alone=handle is None, **asked)  # type: ignore[arg-type]
        if self.door == "sealed":
            task_id = new_task_id()
            sealed = seal_check(task_id, code, seal_keys=self._seal_keys, **asked)  # type: ignore[arg-type]
            return self.message(CHECK, sealed, task_id=task_id)
        return self.message(CHECK, {"code": code, **asked})

    def write(self, number: str, body: str) -> str:
        """Ask for a text of the caller's own words."""
        if self.door == "durable":
            return self.stage.backend.client.send_message(number, body)
        if self.door == "sealed":
            task_id = new_task_id()
            sealed = seal_message(task_id, number, body, seal_keys=self._seal_keys)
            return self.message(MESSAGE, sealed, task_id=task_id)
        return self.message(MESSAGE, {"phone_number": number, "body": body})

    @property
    def _seal_keys(self) -> str:
        return self.stage.backend.environment["SEAL_KEYS"]

    def message(self, task: str, arguments: Mapping[str, Any], **options: Any) -> str:
        """Ask from a stock Celery app, whose headers and events say everything."""
        sent = self.stage.caller.send_task(task, kwargs=arguments, queue=QUEUES[task], **options)
        return str(sent.id)

    def push(self, item: bytes) -> None:
        """Put any bytes into the queue of sends."""
        with redis_client.Redis(port=self.stage.redis_port) as broker:
            broker.lpush(QUEUES[SEND], item)

    def result(self, task_id: str) -> Result:
        """Wait for a result; the value in all its forms is a sink."""
        status = self.stage.backend.client.wait(task_id, timeout_seconds=_LONGEST_SECONDS)
        self.stage.sinks.keep("values", f"{status!r} {status} {status.model_dump_json()}")
        if status.result is None:
            raise TimeoutError(f"{task_id} is {status.state}")
        if self.door != "durable":
            kept = self.stage.caller.AsyncResult(task_id)
            self.stage.sinks.keep("values", json.dumps(kept.get(timeout=_LONGEST_SECONDS)))
        return status.result

    def tell(self, act: str, task_id: str) -> Result:
        """Wait for a result, and note how the act ended."""
        result = self.result(task_id)
        ended = result.error.kind.value if result.error else result.outcome.value
        self.told[f"{self.door}: {act}"] = f"{ended}, replayed" if result.replayed else ended
        return result

    def wait_for(self, state: PollState, task_id: str) -> None:
        """Wait until a caller who polls is told a state."""
        client = self.stage.backend.client
        wait_until(lambda: client.status(task_id).state is state, f"it is {state}", seconds=20)

    def code(self, number: Number) -> str:
        """Read the code from the person's phone."""
        code = wait_until(lambda: self.stage.phone.code(number.e164), "the text arrives", seconds=20)
        if code not in self.codes:
            self.codes.append(code)
        return code

    @contextmanager
    def refused(self, act: str) -> Iterator[None]:
        """Expect the client to refuse; what it raises is a sink, with all that led to it."""
        try:
            yield
        except VerificationClientError as error:
            self.told[f"{self.door}: {act}"] = type(error).__name__
            self.stage.sinks.keep("client's exceptions", "".join(traceback.format_exception(error)))
            self.stage.sinks.keep("client's exceptions", f"{error!r} {error.args!r} {vars(error)!r}")

    @contextmanager
    def fault(self, action: str, endpoint: str, **fields: Any) -> Iterator[int]:
        """Let Twilio fail for as long as it takes."""
        armed = self.stage.phone.fault(action, endpoint, **fields)
        try:
            yield armed
        finally:
            self.stage.phone.remove_fault(armed)
