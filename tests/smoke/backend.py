"""What a smoke test asks and looks at."""

from dataclasses import dataclass

from pytest_celery import CeleryTestSetup

from phone_verification import VerificationClient
from phone_verification.kinds import Outcome, PollState
from phone_verification.results import Result
from simulator.client import SimulatorClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A web backend beside the containers: its client, the person's phone, and the containers' handles."""

    client: VerificationClient
    phone: SimulatorClient
    setup: CeleryTestSetup

    def result(self, task_id: str, *, within: float = 60) -> Result:
        """Wait for a task's result."""
        status = self.client.wait(task_id, timeout_seconds=within)
        assert status.state is PollState.DONE, f"{status}\n{self.setup.worker.logs()[-3000:]}"
        assert status.result is not None
        return status.result

    def assert_each_got_one(self, sends: dict[str, str]) -> None:
        """Every send (task id by number) ended well, and every phone got one text."""
        outcomes = {number: self.result(task_id).outcome for number, task_id in sends.items()}
        texts = {number: self.phone.sent(e164(number)) for number in sends}
        assert outcomes == dict.fromkeys(sends, Outcome.SENT)
        assert texts == dict.fromkeys(sends, 1)


def e164(number: str) -> str:
    """Write a number as Twilio is told it."""
    return "+82" + number.replace("-", "")[1:]
