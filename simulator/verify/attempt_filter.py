"""Which sends a query for attempts means."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

from simulator.clock import read_moment
from simulator.exchange import Call
from simulator.switches import PastAttempts
from simulator.verify.attempt_body import api_channel, is_converted
from simulator.verify.numbers import country
from simulator.verify.twilio import Twilio
from simulator.verify.verification import SendAttempt, Verification

Sent: TypeAlias = tuple[Verification, SendAttempt]

# https://www.twilio.com/docs/verify/api/list-verification-attempts
_KEPT = timedelta(days=30)
_CONVERSIONS = {"converted", "unconverted"}
_READERS: dict[str, Callable[[Sent], str | None]] = {
    "ChannelData.To": lambda sent: sent[0].to,
    "Country": lambda sent: (country(sent[0].to) or (None,))[0],
    "Channel": lambda sent: api_channel(sent[1].channel),
    "VerifyServiceSid": lambda sent: sent[0].service_sid,
    "VerificationSid": lambda sent: sent[0].sid,
}


def matching(twilio: Twilio, call: Call) -> list[Sent]:
    """Every send of the last 30 days that all given filters let through, newest first."""
    now = twilio.clock.now()
    # The one filter that every probe uses is an index, so that a long run stays quick.
    verification = twilio.book.by_sid.get(call.query.get("VerificationSid", ""))
    to = call.query.get("ChannelData.To") if verification is None else verification.to
    kept = [sent for sent in twilio.book.attempts(now, to) if now - sent[1].at < _KEPT]
    for tell in _filters(twilio, call):
        kept = [sent for sent in kept if tell(sent)]
    return kept


def past_attempts(twilio: Twilio, call: Call) -> list[PastAttempts]:
    """What this service sent before the simulator began, all to Korea; filtered as the summary is."""
    sent = {"Country": "KR", "VerifyServiceSid": twilio.account.service_sid}
    if any(call.query.get(name, value) != value for name, value in sent.items()):
        return []
    now = twilio.clock.now()
    after, before = (
        read_moment(call.query[name]) if name in call.query else None
        for name in ("DateCreatedAfter", "DateCreatedBefore")
    )
    moments = {past: now - timedelta(hours=past.hours_ago) for past in twilio.switches.past_attempts}
    return [
        past
        for past, at in moments.items()
        if (after is None or at >= after) and (before is None or at <= before)
    ]


def _filters(twilio: Twilio, call: Call) -> list[Callable[[Sent], bool]]:
    prefix = call.query.get("DestinationPrefix", "")
    return [
        lambda sent: sent[0].to.startswith(prefix),
        *(_equals(name, call) for name in _READERS if name in call.query),
        *_moments(twilio, call),
        *_conversions(twilio, call),
    ]


def _equals(name: str, call: Call) -> Callable[[Sent], bool]:
    wanted = call.query[name]
    return lambda sent: _READERS[name](sent) == wanted


def _moments(twilio: Twilio, call: Call) -> list[Callable[[Sent], bool]]:
    """Dates hold whole seconds at Twilio, hence are compared as such, both ends included."""
    tells: list[Callable[[Sent], bool]] = []
    for name, sign in (("DateCreatedAfter", 1), ("DateCreatedBefore", -1)):
        if name not in call.query:
            continue
        try:
            limit = int(read_moment(call.query[name]).timestamp())
        except ValueError:
            raise twilio.invalid(name, call.query[name]) from None
        tells.append(_beyond(sign, limit))
    return tells


def _beyond(sign: int, limit: int) -> Callable[[Sent], bool]:
    return lambda sent: sign * int(sent[1].at.timestamp()) >= sign * limit


def _conversions(twilio: Twilio, call: Call) -> list[Callable[[Sent], bool]]:
    status = call.query.get("Status")
    if status is None:
        return []
    if status not in _CONVERSIONS:
        raise twilio.invalid("Status", status)
    return [lambda sent: is_converted(twilio, sent[1]) == (status == "converted")]
