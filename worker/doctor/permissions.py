"""Where the account may call and text, and through whom it texts."""

from collections.abc import Iterator
from typing import Final

from gateway.console_body import MessagingServiceFacts, NumberFacts
from gateway.look import Look
from worker.doctor.finding import Check, Finding
from worker.doctor.unseen import unseen

_VOICE: Final = Check("twilio", "Voice geo", "It decides where channel call may call.")
_CALLS: Final = _VOICE.ok("{country} may be called")
_NO_CALLS: Final = _VOICE.warn(
    "{country} may not be called: 21215 is what channel call will get",
    fix="Allow {country}: console.twilio.com > Voice > Settings > Geo permissions.",
    expects=(21215,),
)

_MESSAGING: Final = Check("twilio", "Messaging geo", "It decides where own texts may go; Verify has its own.")
_TEXTS: Final = _MESSAGING.ok("{country} may be texted")
_NO_TEXTS: Final = _MESSAGING.fail(
    "{country} may not be texted: 21408 is what own texts will get",
    fix="Allow {country}: console.twilio.com > Messaging > Settings > Geo permissions.",
    expects=(21408,),
)

_READING: Final = Check("twilio", "messages", "What became of a text is read there, a lost answer too.")
_READABLE: Final = _READING.ok("may be read")
_FORBIDDEN: Final = _READING.fail(
    "the API key lacks the permission to use Messaging",
    fix="Give the key the permissions to make, list and read messages, or make a standard key.",
    expects=(70051,),
)

_SERVICE: Final = Check("twilio", "Messaging Service", "Own texts leave through its senders.")
_HAS_SENDERS: Final = _SERVICE.ok("senders: {senders}; a text may wait {seconds} s")
_NO_SERVICE: Final = _SERVICE.fail(
    "there is none of that sid",
    fix="Copy TWILIO_MESSAGING_SERVICE_SID anew from console.twilio.com > Messaging > Services.",
    expects=(21701, 20404),
)
_NO_SENDERS: Final = _SERVICE.fail(
    "it has no sender", fix="Add a number to its sender pool.", expects=(21704, 21703)
)
_PATIENT: Final = _SERVICE.warn(
    "a text may wait {seconds} s in it, longer than its code lives",
    fix="Set the service's validity period to {ttl:.0f} s.",
)

_NUMBER: Final = Check("twilio", "From number", "Own texts leave from it.")
_TEXTING: Final = _NUMBER.ok("yours, and it takes texts")
_FOREIGN: Final = _NUMBER.fail(
    "it is not this account's", fix="Set TWILIO_FROM_NUMBER to one that is.", expects=(21606,)
)
_MUTE: Final = _NUMBER.fail(
    "it cannot send texts", fix="Set TWILIO_FROM_NUMBER to one with SMS.", expects=(21606,)
)


def judge_voice(country: str, is_allowed: Look[bool], *, has_key: bool) -> Finding:
    """Say whether a country may be called."""
    if is_allowed.facts is None:
        return unseen(_VOICE, is_allowed, has_key=has_key)
    return (_CALLS if is_allowed.facts else _NO_CALLS).found(country=country)


def judge_messaging(country: str, is_allowed: Look[bool], *, has_key: bool) -> Finding:
    """Say whether own texts may go to a country."""
    if is_allowed.facts is None:
        return unseen(_MESSAGING, is_allowed, has_key=has_key)
    return (_TEXTS if is_allowed.facts else _NO_TEXTS).found(country=country)


def judge_messages(messages: Look[int], *, has_key: bool) -> Finding:
    """Say whether messages may be read; a key that may not will hardly make them."""
    if messages.facts is not None:
        return _READABLE.found()
    if messages.provider_code in _FORBIDDEN.expects:
        return _FORBIDDEN.found()
    return unseen(_READING, messages, has_key=has_key)


def judge_messaging_service(
    service: Look[MessagingServiceFacts], ttl_seconds: float, *, has_key: bool
) -> Iterator[Finding]:
    """Say whether a Messaging Service can send a code that is still worth something."""
    facts = service.facts
    if facts is None:
        is_missing = service.provider_code in _NO_SERVICE.expects
        yield _NO_SERVICE.found() if is_missing else unseen(_SERVICE, service, has_key=has_key)
        return
    seconds = facts.validity_period_seconds or 0
    if not facts.senders:
        yield _NO_SENDERS.found()
    elif seconds > ttl_seconds:
        yield _PATIENT.found(seconds=seconds, ttl=ttl_seconds)
    else:
        yield _HAS_SENDERS.found(senders=facts.senders, seconds=seconds)


def judge_from_number(number: Look[NumberFacts], *, has_key: bool) -> Finding:
    """Say whether a number can send."""
    facts = number.facts
    if facts is None:
        return unseen(_NUMBER, number, has_key=has_key)
    return (_TEXTING if facts.has_sms else _MUTE if facts.is_owned else _FOREIGN).found()
