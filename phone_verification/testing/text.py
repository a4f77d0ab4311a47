"""A text as the fake's inbox shows it."""

from dataclasses import dataclass, field
from datetime import datetime

from phone_verification.kinds import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text on its way to a phone: a code, or the words of a message. `to` is E.164."""

    to: str = field(repr=False)
    code: str | None = field(default=None, repr=False)
    body: str | None = field(default=None, repr=False)
    channel: Channel
    locale: str | None
    task_id: str
    at: datetime
