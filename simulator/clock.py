"""The simulator's clock and the ways Twilio writes a moment.

Every lifetime and limit of Twilio's is counted on it; faults wait in real seconds instead,
because they act on a client that lives in real time.
"""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime


class Clock:
    """Real time plus an offset that tests may move."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """The moment as this Twilio sees it."""
        return datetime.now(UTC) + self.offset

    def advance(self, seconds: float) -> None:
        """Move the clock; a negative number moves it back."""
        self.offset += timedelta(seconds=seconds)

    def move_to(self, moment: datetime) -> None:
        """Let the clock show that moment now, and run on from there."""
        self.offset = moment - datetime.now(UTC)


def iso(moment: datetime) -> str:
    """`2023-03-24T11:11:42Z`, as in every date field."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_milliseconds(moment: datetime) -> str:
    """`2023-03-24T11:11:42.545Z`, as captured in send_code_attempts."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def rfc2822(moment: datetime) -> str:
    """`Fri, 24 Mar 2023 11:11:42 +0000`, as in every date field of the 2010 API."""
    return format_datetime(moment)


def http_date(moment: datetime) -> str:
    """`Fri, 24 Mar 2023 11:11:42 GMT`, for the Date header."""
    return format_datetime(moment, usegmt=True)


def read_moment(text: str) -> datetime:
    """An ISO-8601 moment as aware UTC; ValueError if it is none."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
