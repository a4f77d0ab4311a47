"""Everything this Twilio knows, and the words in which it refuses."""

from dataclasses import dataclass, field
from datetime import datetime

from simulator.account import Account
from simulator.clock import Clock
from simulator.exchange import Call, RefusalError
from simulator.messages.book import MessageBook
from simulator.switches import Switches
from simulator.verify.book import Book
from simulator.verify.meters import CallMeter
from simulator.verify.rate_limit import RateLimit


@dataclass(slots=True, kw_only=True)
class Twilio:
    """One account's state; a reset makes a new one."""

    account: Account
    switches: Switches
    clock: Clock = field(default_factory=Clock)
    book: Book = field(default_factory=Book)
    messages: MessageBook = field(default_factory=MessageBook)
    rate_limits: dict[str, RateLimit] = field(default_factory=dict)
    fetches: CallMeter = field(default_factory=CallMeter)
    attempts_calls: CallMeter = field(default_factory=CallMeter)
    service_created_at: datetime = field(init=False)
    service_updated_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        """The service is as old as the simulator."""
        self.service_created_at = self.service_updated_at = self.clock.now()

    def refusal(
        self, status: int, code: int, message: str, headers: dict[str, str] | None = None
    ) -> RefusalError:
        """An error whose HTTP status a switch may replace: several are documented nowhere."""
        status = self.switches.http_statuses.get(code, status)
        return RefusalError(status, code, message, headers=headers)

    def limit_refusal(self, code: int, message: str) -> RefusalError:
        """A 429 of Verify's; whether it carries Retry-After is not documented."""
        seconds = self.switches.retry_after_seconds
        return self.refusal(429, code, message, _retry_after(seconds))

    def invalid(self, parameter: str, value: str) -> RefusalError:
        """https://www.twilio.com/docs/api/errors/60200."""
        return self.refusal(400, 60200, f"Invalid parameter `{parameter}`: {value}")

    def not_found(self, call: Call) -> RefusalError:
        """One 404 for all causes: https://www.twilio.com/docs/api/errors/20404."""
        return self.refusal(404, 20404, f"The requested resource {call.path} was not found")

    def too_many_requests(self, retry_after: int | None = None) -> RefusalError:
        """https://www.twilio.com/docs/api/errors/20429; such a call was never processed."""
        return self.refusal(429, 20429, "Too many requests", _retry_after(retry_after))


def _retry_after(seconds: int | None) -> dict[str, str] | None:
    return None if seconds is None else {"Retry-After": str(seconds)}
