"""A case: wishes of people, faults in between, and the verdict at the end.

Lives here: asking as a web backend does, waiting for ends, and holding everybody to the promises.
"""

import time
from collections import Counter
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
from tests.faults.evidence import Intent, collect, read_runs
from tests.faults.promises import Trial, broken
from tests.faults.record import Record, write
from tests.faults.stage import Stage
from tests.faults.timeline import Part
from tests.faults.traces import traces
from worker.demo.waiting import wait_until

_RESTART_SECONDS: Final = 10.0
_DRAIN_SECONDS: Final = 30.0


def e164(number: str) -> str:
    """Return a Korean number as Twilio is told it."""
    return "+82" + number.replace("-", "")[1:]


def wrong(code: str) -> str:
    """Return another code of the same length."""
    return ("1" if code[0] != "1" else "2") + code[1:]


@dataclass(slots=True)
class Case:
    """One play on a stage; `name` stands in the report."""

    name: str
    stage: Stage
    intents: list[Intent] = field(default_factory=list)

    def send(self, number: str, *, task_id: str | None = None) -> str:
        """Ask for a code, as often as it takes to be accepted; return the handle."""
        handle = task_id or new_task_id()
        self._insist(lambda: self.stage.client.send(number, task_id=handle))
        return self.note_send(handle, number)

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
        return wait_until(lambda: self._result(task_id), f"{task_id} ends", seconds=seconds)

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

    def keeps_its_promises(self, *, demands_texts: bool = True) -> None:
        """Wait until every run has ended and hold it to the promises; then see that all is well again."""
        __tracebackhide__ = True
        stage = self.stage
        self._wait_for_the_ends()
        evidence = collect(stage.database, stage.phone, self.intents)
        trial = Trial(
            intents=self.intents,
            evidence=evidence,
            timeline=stage.timeline,
            scale=stage.scale,
            demands_texts=demands_texts,
        )
        verdict = broken(trial)
        verdict += [f"{member.name} ended by itself" for member in stage.crew.fled()]
        injected = [act.what for act in stage.timeline.acts]
        verdict += self._aftermath()
        texts = [code for codes in evidence.texts.values() for code in codes]
        record = Record(
            case=self.name,
            injected=injected,
            runs=len(self.intents),
            texts=sum(len(evidence.texts.get(to, [])) for to in {intent.to for intent in self.intents}),
            outcomes=dict(Counter(_ending(trial, intent) for intent in self.intents)),
            broken=verdict,
        )
        verdict += [
            f"a number or a code was found: {place}"
            for place in traces(stage, {intent.to for intent in self.intents}, texts)
        ]
        write(record)
        assert verdict == [], "\n".join([*verdict, self._told()])

    def _wait_for_the_ends(self) -> None:
        latest = max((run.deadline_at for run in self._runs().values()), default=time.time())
        patience = max(latest - time.time(), 0) + self.stage.seconds(10) + _RESTART_SECONDS
        try:
            wait_until(
                lambda: not self._open() or not self.stage.crew.working(), "every run ends", seconds=patience
            )
        except TimeoutError:
            return  # the verdict names who has not

    def _runs(self) -> dict[str, Any]:
        return read_runs(self.stage.database, [intent.task_id for intent in self.intents])

    def _open(self) -> list[str]:
        return [task_id for task_id, run in self._runs().items() if run.finished_at is None]

    def _aftermath(self) -> list[str]:
        """A stranger is served, and the broker holds nothing of ours any more."""
        if not self.stage.crew.working():
            return ["afterwards no worker was left"]
        found = []
        stranger = Case("probe", self.stage)
        try:
            handle, code = stranger.sent(number := self.stage.new_number())
            checked = stranger.result(stranger.check(code, number, handle))
            if checked.outcome is not Outcome.APPROVED:
                found.append(f"afterwards a check ended {checked.outcome.value}")
        except (AssertionError, TimeoutError) as error:
            found.append(f"afterwards nobody was served: {error}")
        try:
            wait_until(self._is_drained, "the broker is empty", seconds=_DRAIN_SECONDS)
        except TimeoutError:
            found.append(f"left in Redis: {self.stage.broker.left()}")
        return found

    def _is_drained(self) -> bool:
        self.stage.broker.age_unacknowledged()
        return not self.stage.broker.left()

    def _told(self) -> str:
        """Return what was done and what the runs say, for whoever reads a failure."""
        acts = [f"{act.at % 1000:8.2f} {act.what}" for act in self.stage.timeline.acts]
        return "\n".join(["acts:", *acts, "runs:", *(f"{key}: {run}" for key, run in self._runs().items())])

    def _result(self, task_id: str) -> Result | None:
        try:
            return self.stage.client.status(task_id).result
        except NotReadableError:
            return None

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
    told = [f"{name} {value}" for name, value in fields.items() if name not in {"to", "times"}]
    return ", ".join([action.replace("_", " "), *told])


def _ending(trial: Trial, intent: Intent) -> str:
    run = trial.run(intent)
    if run is None or run.outcome is None:
        return "never ended"
    return run.kind.value if run.kind else run.outcome.value
