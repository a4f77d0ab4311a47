"""Which messages a query means.

https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources. Dates have
the granularity of a day in GMT, even where a time is given. A message that is not sent yet has no
`date_sent`, so every filter by date hides it.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from simulator.clock import read_moment
from simulator.exchange import Call
from simulator.messages.message import Moment
from simulator.messages.refusals import refusal
from simulator.verify.twilio import Twilio

_COMPARISONS: dict[str, Callable[[date, date], bool]] = {
    "DateSent": lambda sent, day: sent == day,
    "DateSent<": lambda sent, day: sent <= day,
    "DateSent>": lambda sent, day: sent >= day,
}


def matching(twilio: Twilio, call: Call) -> list[Moment]:
    """Every listed message that all given filters let through, newest first."""
    now = twilio.clock.now()
    lag = timedelta(seconds=twilio.switches.message_list_delay_seconds)
    sender = call.query.get("From")
    days = {name: _day(twilio, call.query[name]) for name in _COMPARISONS if name in call.query}
    known = reversed(twilio.messages.to(call.query.get("To")))
    moments = (message.at(now) for message in known if message.created_at + lag <= now)
    return [each for each in moments if sender in {None, each.sender} and _is_sent_on(each, days)]


def _is_sent_on(moment: Moment, days: dict[str, date]) -> bool:
    if moment.sent_at is None:
        return not days
    sent = moment.sent_at.date()
    return all(_COMPARISONS[name](sent, day) for name, day in days.items())


def _day(twilio: Twilio, text: str) -> date:
    """`2019-06-11` as documented, and the longer forms of the published examples."""
    for read in (read_moment, _read_rfc2822, _read_american):
        try:
            return read(text).date()
        except (ValueError, OverflowError):
            continue
    raise refusal(twilio, 20001)


def _read_rfc2822(text: str) -> datetime:
    return parsedate_to_datetime(text.replace("+-", "-")).astimezone(UTC)


def _read_american(text: str) -> datetime:
    """`06/11/2019 22:05:25 MST`; the time does not matter."""
    return datetime.strptime(text.partition(" ")[0], "%m/%d/%Y").replace(tzinfo=UTC)
