"""A text as the fake's inbox shows it."""

from dataclasses import dataclass, field
from datetime import datetime

from phone_verification.kinds import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A code on its way to a phone; `to` is E.164, `task_id` the send's."""

    to: str = field(repr=False)
    code: str = field(repr=False)
    channel: Channel
    locale: str | None
    task_id: str
    at: datetime
