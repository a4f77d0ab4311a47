"""The trouble that a test asks for, and that the fake then makes."""

from collections import deque
from dataclasses import dataclass, field

from phone_verification.kinds import ErrorKind, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a run is to end; `operation` is None for whichever comes."""

    kind: ErrorKind
    operation: Operation | None
    provider_code: int | None
    retry_after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LostAcceptance:
    """An acceptance that nobody confirms; whether the wish is accepted all the same."""

    is_accepted: bool


@dataclass(slots=True)
class Trouble:
    """What is armed; each thing happens once, the pause and the outage until they are over."""

    is_paused: bool = False
    is_outage: bool = False
    failures: list[Failure] = field(default_factory=list)
    lost_acceptances: deque[LostAcceptance] = field(default_factory=deque)
    unreadable: int = 0

    def take_failure(self, operation: Operation) -> Failure | None:
        """Take the first that is for this operation and ends its run."""
        return self._take(operation, is_conflict=False)

    def take_conflict(self, operation: Operation) -> bool:
        """Take an armed idempotency conflict, which is told when a wish is handed over."""
        return self._take(operation, is_conflict=True) is not None

    def take_lost_acceptance(self) -> LostAcceptance | None:
        """Take one, if any is armed."""
        return self.lost_acceptances.popleft() if self.lost_acceptances else None

    def take_unreadable(self) -> bool:
        """Take a look that fails, if any is armed."""
        is_armed = self.unreadable > 0
        self.unreadable -= is_armed
        return is_armed

    def _take(self, operation: Operation, *, is_conflict: bool) -> Failure | None:
        for failure in self.failures:
            is_ours = failure.operation in (None, operation)
            if is_ours and (failure.kind is ErrorKind.IDEMPOTENCY_CONFLICT) is is_conflict:
                self.failures.remove(failure)
                return failure
        return None
