"""When the person may press "resend": Twilio's published waits, counted from the last text.

https://www.twilio.com/en-us/blog/best-practices-retry-logic-sms-2fa
"""

from datetime import datetime, timedelta
from typing import Final

_WAITS_SECONDS: Final = (30, 40, 60, 90, 120)


def next_send_at(sends: int, last_sent_at: datetime) -> datetime:
    """Say when the next text may be asked for, after so many."""
    wait = _WAITS_SECONDS[min(max(sends, 1), len(_WAITS_SECONDS)) - 1]
    return last_sent_at + timedelta(seconds=wait)
