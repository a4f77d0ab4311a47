"""The Verify service: is it there, is it set as this worker needs it, and do codes come back."""

from collections.abc import Iterator
from typing import Final

from gateway.answer import ServiceFacts
from gateway.console_body import Bucket, RateLimitFacts, SummaryFacts
from gateway.look import Look
from worker.doctor.finding import Check, Finding
from worker.doctor.unseen import unseen

_SERVICE: Final = Check("twilio", "Verify service", "It makes, sends and checks the codes.")
_THERE: Final = _SERVICE.ok("{name!r}")
_NOT_THERE: Final = _SERVICE.fail(
    "there is none of that sid: a wrong one, of another account, or of another region",
    fix="Copy TWILIO_VERIFY_SERVICE_SID anew from console.twilio.com > Verify > Services.",
    expects=(20404,),
)

_LENGTH: Final = Check("twilio", "code length", "NIST SP 800-63B-4 asks for six digits at least.")
_SIX: Final = _LENGTH.ok("{digits} digits")
_SHORT: Final = _LENGTH.warn("{digits} digits", fix="Set the service's code length to 6.")
_LEAST_DIGITS: Final = 6

_LANDLINES: Final = Check("twilio", "landlines", "A text to a landline is paid for and read by nobody.")
_SKIPPED: Final = _LANDLINES.ok("skipped")
_OURS: Final = _LANDLINES.ok("refused by the worker, not by the service")
_MISFIT: Final = _LANDLINES.warn(
    "the service skips them, but does not look numbers up: it skips none",
    fix="Switch Lookup on in the service, or skipping off.",
)

_CUSTOM: Final = Check(
    "twilio", "custom codes", "No other program may send or check on this service: docs/settling.md says why."
)
_NO_CUSTOM: Final = _CUSTOM.ok("off")
_HAS_CUSTOM: Final = _CUSTOM.warn(
    "on: the worker needs none, so another program may use this service",
    fix="Give this worker a service of its own, or switch custom codes off.",
)

_NAME: Final = Check("twilio", "service name", "It stands in the text, beside the code.")
_GOOD_NAME: Final = _NAME.ok("fits")
_BAD_NAME: Final = _NAME.warn(
    "it has {flaw}", fix="Rename the service: 30 characters at most, with four digits at most."
)
_LONGEST_NAME, _MOST_DIGITS = 30, 4

_LIMIT: Final = Check(
    "twilio",
    "intent limit",
    "With it one intent is one text even after a lost answer, by Twilio's own count.",
)
_NO_LIMIT: Final = _LIMIT.ok("TWILIO_INTENT_RATE_LIMIT is not set; it is optional")
_FITS: Final = _LIMIT.ok("{name}: {most} in {seconds} s")
_NO_SUCH_LIMIT: Final = _LIMIT.fail(
    "the service has no rate limit {name}: starts are refused",
    fix="Make it (docs/settling.md), or leave TWILIO_INTENT_RATE_LIMIT out.",
    expects=(60200,),
)
_NO_BUCKET: Final = _LIMIT.fail(
    "{name} has no bucket: it limits nothing, and a lost answer may double a text",
    fix="Give it a bucket of Max 1 and Interval 600.",
)
_LOOSE: Final = _LIMIT.fail(
    "{name} lets {most} starts through in {seconds} s: a lost answer may double a text",
    fix="Give it a bucket of Max 1 and Interval 600.",
)
_INTERVAL_SECONDS: Final = 600

_SENDER: Final = Check(
    "twilio", "own sender", "Korea shows numbers only, whoever sends; an own sender is optional."
)
_TWILIOS: Final = _SENDER.ok("none: Twilio chooses")
_OWN: Final = _SENDER.ok("a Messaging Service of your own (countries: {countries})")

_CONVERSION: Final = Check(
    "twilio", "conversion", "Codes that do not come back did not arrive, or nobody wanted them."
)
_NORMAL: Final = _CONVERSION.ok("{recent:.0f} % of {attempts:,} codes came back in the last day")
_FEW: Final = _CONVERSION.ok("{attempts} codes in the last day, too few to judge")
_DROPPED: Final = _CONVERSION.warn(
    "{recent:.0f} % of {attempts:,} codes came back in the last day, {before:.0f} % in the week before",
    fix="See who asks for codes (docs/abuse.md), and which texts failed: console.twilio.com > Verify > Logs.",
)
_LEAST_ATTEMPTS: Final = 20

_HIDDEN: Final = Check(
    "twilio", "geo, Fraud Guard", "Verify's own permissions and blocks are shown by its console alone."
)
_NOT_TOLD: Final = _HIDDEN.ok("no call tells: a send would, by 60605 or 60410")


def judge_service(service: Look[ServiceFacts], *, has_key: bool) -> Iterator[Finding]:
    """Say whether the service is there, and how it is set."""
    facts = service.facts
    if facts is None:
        is_missing = service.provider_code in _NOT_THERE.expects
        yield _NOT_THERE.found() if is_missing else unseen(_SERVICE, service, has_key=has_key)
        return
    yield _THERE.found(name=facts.friendly_name or facts.sid)
    digits = facts.code_length or _LEAST_DIGITS
    yield (_SHORT if digits < _LEAST_DIGITS else _SIX).found(digits=digits)
    yield _landlines(facts)
    yield _HAS_CUSTOM.found() if facts.custom_code_enabled else _NO_CUSTOM.found()
    flaw = _flaw(facts.friendly_name or "")
    yield _BAD_NAME.found(flaw=flaw) if flaw else _GOOD_NAME.found()
    yield _NOT_TOLD.found()


def judge_rate_limit(name: str | None, limit: Look[RateLimitFacts] | None, *, has_key: bool) -> Finding:
    """Say whether the intent rate limit is one."""
    if name is None or limit is None:
        return _NO_LIMIT.found()
    if limit.facts is None:
        return unseen(_LIMIT, limit, has_key=has_key)
    buckets = limit.facts.buckets
    if buckets is None:
        return _NO_SUCH_LIMIT.found(name=name)
    if not buckets:
        return _NO_BUCKET.found(name=name)
    # Of several buckets each limits: the narrowest decides.
    best = next(filter(_is_fence, buckets), buckets[0])
    diagnosis = _FITS if _is_fence(best) else _LOOSE
    return diagnosis.found(name=name, most=best.most, seconds=best.interval_seconds)


def judge_sender(countries: Look[int], *, has_key: bool) -> Finding:
    """Say who Verify sends through."""
    if countries.facts is None:
        return unseen(_SENDER, countries, has_key=has_key)
    return _OWN.found(countries=countries.facts) if countries.facts else _TWILIOS.found()


def judge_conversion(day: Look[SummaryFacts], week: Look[SummaryFacts], *, has_key: bool) -> Finding:
    """Compare the last day with the week before it: half of what was usual is a drop."""
    if day.facts is None or week.facts is None:
        return unseen(_CONVERSION, week if day.facts else day, has_key=has_key)
    attempts = day.facts.attempts
    if attempts < _LEAST_ATTEMPTS:
        return _FEW.found(attempts=attempts)
    recent, before = _percent(day.facts), _percent(week.facts)
    is_drop = week.facts.attempts >= _LEAST_ATTEMPTS and recent < before / 2
    return (_DROPPED if is_drop else _NORMAL).found(recent=recent, before=before, attempts=attempts)


def _landlines(facts: ServiceFacts) -> Finding:
    if not facts.skip_sms_to_landlines:
        return _OURS.found()
    return _SKIPPED.found() if facts.lookup_enabled else _MISFIT.found()


def _flaw(name: str) -> str:
    """What https://www.twilio.com/docs/verify/api/service refuses in a name."""
    if len(name) > _LONGEST_NAME:
        return f"{len(name)} characters"
    digits = sum(character.isdigit() for character in name)
    return f"{digits} digits, which could be taken for the code" if digits > _MOST_DIGITS else ""


def _is_fence(bucket: Bucket) -> bool:
    return bucket.most == 1 and bucket.interval_seconds >= _INTERVAL_SECONDS


def _percent(facts: SummaryFacts) -> float:
    return 100 * facts.converted / facts.attempts if facts.attempts else 0
