"""A run as the fake remembers it: what was asked, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from phone_verification.arguments import AnyArguments
from phone_verification.kinds import Operation, PollState
from phone_verification.phone_numbers import PhoneNumber
from phone_verification.results import Result, RunStatus
from phone_verification.testing.verification import Verification


@dataclass(slots=True, kw_only=True)
class Run:
    """An accepted intent; `verification` is what a send led to, as far as it was told."""

    task_id: str
    operation: Operation
    arguments: AnyArguments
    number: PhoneNumber | None
    accepted_at: datetime
    deadline_at: datetime
    is_begun: bool = False
    result: Result | None = None
    verification: Verification | None = None

    def is_same_intent(self, operation: Operation, arguments: AnyArguments) -> bool:
        """Whether the same is asked for again."""
        return operation is self.operation and arguments.intent() == self.arguments.intent()

    def status(self) -> RunStatus:
        """Tell it as a poll does; the result has been through JSON, as the real one has."""
        if self.result is None:
            state = PollState.RETRYING if self.is_begun else PollState.QUEUED
            return RunStatus(task_id=self.task_id, state=state, poll_after=1)
        read = Result.model_validate(self.result.model_dump(mode="json"))
        return RunStatus(task_id=self.task_id, state=PollState.DONE, result=read)
