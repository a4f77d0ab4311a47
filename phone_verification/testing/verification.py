"""Twilio's half of the fake: a code, its life, its tries, and who had it approved.

Lives here: what Twilio Verify keeps of a number, as docs/errors.md and docs/settling.md describe it.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from phone_verification.kinds import Channel

TRIES: Final = 5
"""Wrong codes for one verification: https://www.twilio.com/docs/api/errors/60202"""

TEXTS: Final = 5
"""Texts of one verification: https://www.twilio.com/docs/api/errors/60203"""

REPLAYS: Final = 5
"""Other codes after an approval, until the approved one is not told again either."""


@dataclass(slots=True, kw_only=True)
class Verification:
    """A code that was sent; `approvals` are by handle, first one first.

    `lost_approval`: Twilio took the code, and nobody was told.
    """

    code: str = field(repr=False)
    begun_at: datetime
    expires_at: datetime
    channel: Channel
    sends: int = 0
    failed_checks: int = 0
    wrong_codes: set[str] = field(default_factory=set, repr=False)
    approvals: dict[str | None, datetime] = field(default_factory=dict)
    lost_approval: bool = False
    other_codes: int = 0

    def is_live(self, now: datetime) -> bool:
        """Whether its ten minutes are not over."""
        return now < self.expires_at

    def is_pending(self, now: datetime) -> bool:
        """Whether Twilio still has it to check."""
        return self.is_live(now) and not self.approvals and not self.lost_approval

    def is_approved_code(self, code: str) -> bool:
        """Whether this is the code that was approved; five that are not close the question for good."""
        if self.other_codes >= REPLAYS:
            return False
        self.other_codes += code != self.code
        return code == self.code


def new_code() -> str:
    """Make six random digits."""
    return f"{secrets.randbelow(10**6):06d}"
