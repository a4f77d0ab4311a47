"""One number: would a code reach it, and what did the last runs for it say."""

from collections.abc import Sequence
from typing import Final

from gateway.console_body import AccountFacts, LookupFacts
from gateway.look import Look
from models.track_record import LastRun
from phone_verification.deliveries import DELIVERY_FACTS, DeliveryReason
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import Channel
from phone_verification.phone_numbers import refusal_of
from worker.doctor.account import UNVERIFIED
from worker.doctor.finding import Check, Finding
from worker.doctor.subject import Subject
from worker.doctor.unseen import unseen

_NUMBER: Final = Check(
    "number", "number", "The worker refuses what is no mobile of an allowed country, and asks nobody."
)
_GOOD: Final = _NUMBER.ok("{masked}, a mobile number of {country}")
_BAD: Final = _NUMBER.fail(
    "{kind}: the worker refuses it", fix="Type it as people do, 010…, or with + and its country's code."
)
_ABROAD: Final = _NUMBER.fail(
    "{masked} is of {country}, which is not allowed: country_blocked",
    fix="Add {country} to ALLOWED_COUNTRIES, if you serve it.",
)
_NO_TEXTS: Final = _NUMBER.fail(
    "{masked} takes no texts: unsupported_phone_type", fix="Ask for a mobile number, or send on channel call."
)

_FIXED: Final = _NUMBER.warn(
    "{masked} is one of TEST_NUMBERS: nothing is sent to it, and its code is fixed",
    fix="Ask about another number to see whether a code would arrive.",
)

_LOOKUP: Final = Check("number", "Twilio's view", "What Twilio takes for no number, it sends nothing to.")
_VALID: Final = _LOOKUP.ok("a valid number")
_INVALID: Final = _LOOKUP.fail(
    "not a valid number ({errors}): 60200 is what you will get, of Messaging 21211",
    fix="Ask for another number.",
    expects=(60200, 21211),
)

_RECIPIENT: Final = Check("number", "verified list", "A trial reaches the numbers on its list, and no other.")
_LISTED: Final = _RECIPIENT.ok("on the account's verified list")
_UNLISTED: Final = _RECIPIENT.fail(
    "this number is not on the verified list: 21608 is what you will get",
    fix="Verify it at console.twilio.com > Phone Numbers > Verified Caller IDs, or upgrade the account.",
    expects=UNVERIFIED,
)
_UNPROFILED: Final = _RECIPIENT.warn(
    "not on it, and no compliance profile is approved: 21608 is what you may get",
    fix="Complete the primary customer profile: console.twilio.com > Trust Hub.",
    expects=UNVERIFIED,
)
_IRRELEVANT: Final = _RECIPIENT.ok("not on it, which matters on a trial only")

_RECORD: Final = Check("number", "last runs", "What really happened to this number before.")
_NO_RUNS: Final = _RECORD.ok("none within the retention")
_WELL: Final = _RECORD.ok("{story}")
_BADLY: Final = _RECORD.warn("{story}", fix="{action}")


def judge_number(subject: Subject) -> Finding:
    """Say what the worker itself makes of the number."""
    number = subject.number
    kind = refusal_of(number, Channel.SMS, subject.allowed_countries)
    if number is None:
        return _BAD.found(kind=kind)
    if number.country not in subject.allowed_countries:
        return _ABROAD.found(masked=number.masked, country=number.country)
    if kind is None and subject.fixed_codes.of(number.e164) is not None:
        return _FIXED.found(masked=number.masked)
    return (_GOOD if kind is None else _NO_TEXTS).found(masked=number.masked, country=number.country)


def judge_lookup(lookup: Look[LookupFacts], *, has_key: bool) -> Finding:
    """Say what Twilio makes of it."""
    if lookup.facts is None:
        return unseen(_LOOKUP, lookup, has_key=has_key)
    if lookup.facts.is_valid:
        return _VALID.found()
    return _INVALID.found(errors=", ".join(lookup.facts.errors) or "no reason given")


def judge_recipient(
    verified: Look[int], account: Look[AccountFacts], approved: Look[int], *, has_key: bool
) -> Finding:
    """Say whether the account may reach it: on a trial, or with no approved profile, the list decides."""
    if verified.facts is None:
        return unseen(_RECIPIENT, verified, has_key=has_key)
    if verified.facts:
        return _LISTED.found()
    if account.facts is not None and account.facts.is_trial:
        return _UNLISTED.found()
    return (_UNPROFILED if approved.facts == 0 else _IRRELEVANT).found()


def judge_record(runs: Sequence[LastRun]) -> Finding:
    """Tell the number's last runs, newest first; how its last text ended decides how it looks."""
    if not runs:
        return _NO_RUNS.found()
    story = "; ".join(map(_told, runs))
    send = next((run for run in runs if run.operation.is_sending), None)
    if send is not None and send.kind is not None:
        return _BADLY.found(story=story, action=KIND_FACTS[send.kind].operator_action)
    if send is not None and send.delivery is not None and send.delivery.is_lost:
        facts = DELIVERY_FACTS[send.reason or DeliveryReason.UNKNOWN]
        return _BADLY.found(story=story, action=facts.operator_action)
    return _WELL.found(story=story)


def _told(run: LastRun) -> str:
    said = run.kind or run.outcome or run.state
    code = f" ({run.provider_code})" if run.provider_code else ""
    arrival = f", {run.delivery.value}" if run.delivery else ""
    reason = f" ({run.reason.value})" if run.reason else ""
    return f"{run.operation.value} {_ago(run.age_seconds)} ago: {said.value}{code}{arrival}{reason}"


def _ago(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
