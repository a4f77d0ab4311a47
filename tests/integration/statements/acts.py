"""What a worker may do with a claim: write, let go, die, or wake up late and write nonetheless.

Lives here: one function for each. They use the product's own claim, record and hand-back; the steps are
chosen by chance instead of by a provider.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from models.closed_sets import VerificationStatus
from phone_verification.kinds import Channel, ErrorKind, Operation, Outcome, RunState
from tasks.claim import Claim
from tasks.record import hand_back, record
from tasks.services import Services
from tasks.step import Finish, HandBack, KeptVerification
from tests.integration.statements.broker import Broker

_LONGEST_WAIT_SECONDS: Final = 0.3
_A_MOMENT_SECONDS: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """One worker's hands; `recorded` holds what the product said was written, for all workers."""

    services: Services
    broker: Broker
    chance: random.Random
    recorded: list[tuple[str, dict[str, Any]]]
    forged: list[str] = field(default_factory=list)

    def something(self, taken: Claim) -> None:
        """Do one of them, doubtful ones more often than ends."""
        self.chance.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))[0](self, taken)

    def succeed(self, taken: Claim) -> None:
        """Write a definite success, with its facts."""
        is_send = taken.operation is Operation.SEND
        kept = KeptVerification(
            id=f"VE{taken.phone_fingerprint}"[:64],
            status=VerificationStatus.PENDING if is_send else VerificationStatus.APPROVED,
            channel=Channel.SMS,
            sends=1,
            own_attempt_sids=(f"VL{taken.task_id}{taken.epoch}",) if is_send else (),
        )
        self._record(taken, Finish(outcome=Outcome.SENT if is_send else Outcome.APPROVED, kept=kept))

    def refuse(self, taken: Claim) -> None:
        """Write a refusal: fenced, whatever else is true."""
        self._record(taken, Finish(outcome=Outcome.REJECTED, kind=ErrorKind.COUNTRY_BLOCKED))

    def wait(self, taken: Claim) -> None:
        """Let go of a POST that did not leave; what is in doubt stays in doubt."""
        self._let_go(taken, RunState.WAITING if taken.state is RunState.CALLING else RunState.AMBIGUOUS)

    def doubt(self, taken: Claim) -> None:
        """Let go of a POST that may have left."""
        self._let_go(taken, RunState.AMBIGUOUS)

    def vanish(self, taken: Claim) -> None:
        """Be killed: nothing is ever written."""

    def freeze(self, taken: Claim) -> None:
        """Sleep past the lease, and write as if nothing had happened."""
        until = taken.lease_seconds * self.chance.uniform(1.05, 2)
        while taken.elapsed_seconds() < until:
            time.sleep(_A_MOMENT_SECONDS)
        self.chance.choice((Acts.succeed, Acts.refuse, Acts.wait, Acts.doubt))(self, taken)

    def insist(self, taken: Claim) -> None:
        """Write twice, and let go of what is over."""
        self.refuse(taken)
        self.succeed(taken)
        self.wait(taken)

    def forge(self, taken: Claim) -> None:
        """Write under the epoch before mine; then be killed."""
        older = replace(taken, epoch=taken.epoch - 1)
        written = [
            self._let_go(replace(older, state=state), rest)
            for state in (RunState.CALLING, RunState.SETTLING)
            for rest in (RunState.WAITING, RunState.AMBIGUOUS)
        ]
        finish = Finish(outcome=Outcome.REJECTED, kind=ErrorKind.COUNTRY_BLOCKED)
        written.append(record(self.services, older, finish) is not None)
        self.forged.extend([taken.task_id] * sum(written))

    def _record(self, taken: Claim, step: Finish) -> None:
        result = record(self.services, taken, step)
        if result is not None:
            self.recorded.append((taken.task_id, result))

    def _let_go(self, taken: Claim, state: RunState) -> bool:
        delay = self.chance.uniform(0, _LONGEST_WAIT_SECONDS)
        step = HandBack(state=state, kind=ErrorKind.PROVIDER_UNAVAILABLE, delay_seconds=delay)
        is_mine = hand_back(self.services, taken, step)
        if is_mine and self.chance.random() < 0.7:  # else the alarm is lost
            self.broker.publish(taken.operation, taken.task_id, delay)
        return is_mine


_WEIGHTS: Final[dict[Callable[[Acts, Claim], None], int]] = {
    Acts.succeed: 2,
    Acts.refuse: 1,
    Acts.wait: 4,
    Acts.doubt: 4,
    Acts.vanish: 3,
    Acts.freeze: 3,
    Acts.insist: 1,
    Acts.forge: 2,
}
