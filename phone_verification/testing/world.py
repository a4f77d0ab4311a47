"""Everything that the fake remembers, and what of it counts against the limits."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from phone_verification.kinds import Operation
from phone_verification.phone_numbers import PhoneNumber
from phone_verification.testing.clock import Clock
from phone_verification.testing.limits import (
    HOUR,
    Limits,
    guess_wait_seconds,
    number_wait_seconds,
    room_wait_seconds,
)
from phone_verification.testing.phone import CountedGuess, CountedSend, Phone
from phone_verification.testing.run import Run
from phone_verification.testing.text import Text
from phone_verification.testing.trouble import Trouble


@dataclass(slots=True, kw_only=True)
class World:
    """Runs by task id, phones by number, texts in order; and the clock, the limits and the trouble."""

    clock: Clock
    limits: Limits
    allowed_countries: frozenset[str]
    ttl_seconds: float
    trouble: Trouble
    runs: dict[str, Run] = field(default_factory=dict)
    phones: defaultdict[PhoneNumber, Phone] = field(default_factory=lambda: defaultdict(Phone))
    texts: list[Text] = field(default_factory=list)

    def phone(self, number: PhoneNumber) -> Phone:
        """Return what is remembered of a number."""
        return self.phones[number]

    def handle(self, task_id: str, number: PhoneNumber) -> Run | None:
        """Return the send to this number that a handle names."""
        run = self.runs.get(task_id)
        is_theirs = run is not None and run.operation is Operation.SEND and run.number == number
        return run if is_theirs else None

    def count_send(self, number: PhoneNumber, client_ref: str | None) -> None:
        """Count a send that may have left."""
        self.phone(number).sends.append(CountedSend(at=self.clock.now, client_ref=client_ref))

    def count_guess(self, number: PhoneNumber, *, has_handle: bool) -> None:
        """Count a wrong code that was asked about."""
        self.phone(number).guesses.append(CountedGuess(at=self.clock.now, has_handle=has_handle))

    def next_send_wait_seconds(self, number: PhoneNumber) -> float:
        """Return how long this number may not be sent to, as far as its own rules go."""
        return number_wait_seconds(self.limits, self._ages(one.at for one in self.phone(number).sends))

    def send_wait_seconds(self, number: PhoneNumber, client_ref: str | None) -> float:
        """Return how long this send is forbidden, by every rule; 0 when it may go."""
        sends = [one for phone in self.phones.values() for one in phone.sends]
        of_caller = [one.at for one in sends if client_ref is not None and one.client_ref == client_ref]
        most = self.limits.sends_per_client_ref_an_hour
        own = max(
            self.next_send_wait_seconds(number),
            room_wait_seconds(self._ages(of_caller), most=most, window_seconds=HOUR),
        )
        every = self._ages(one.at for one in sends)
        return own or room_wait_seconds(every, most=self.limits.sends_an_hour, window_seconds=HOUR)

    def guess_wait_seconds(self, number: PhoneNumber, *, has_handle: bool) -> float:
        """Return how long no code of this number is asked about; 0 when one may be."""
        guesses = (one.at for one in self.phone(number).guesses if one.has_handle is has_handle)
        return guess_wait_seconds(self.limits, self._ages(guesses), has_handle=has_handle)

    def _ages(self, moments: Iterable[datetime]) -> list[float]:
        return sorted(self.clock.since(moment) for moment in moments)
