"""Twilio, looked at without sending: which looks are taken, and in what order.

Lives here: the asking. What each look means is judged in account, verify, permissions and number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from gateway.answer import ServiceFacts
from gateway.console import TwilioConsole
from gateway.console_body import AccountFacts
from gateway.look import Look
from gateway.twilio_client import Credentials
from phone_verification.kinds import Service
from worker.doctor import account, number, permissions, verify
from worker.doctor.finding import Check, Finding, Level
from worker.doctor.subject import Subject

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)

_CLOCK: Final = Check(
    "twilio", "clock", "What became of a lost answer is looked for by time: CLOCK_SLACK_SECONDS."
)
_AGREES: Final = _CLOCK.ok("Twilio's is {seconds:.0f} s off the database's")
_DIFFERS: Final = _CLOCK.warn(
    "Twilio's is {seconds:.0f} s off the database's", fix="Let NTP set the database host's clock."
)
_TOO_FAR: Final = _CLOCK.fail(
    "Twilio's is {seconds:.0f} s off the database's: texts of a lost answer are not found",
    fix="Let NTP set the database host's clock.",
)
_FAR_SECONDS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the first looks told, for the judging of later ones."""

    console: TwilioConsole
    account: Look[AccountFacts]
    looked_at: datetime
    service: Look[ServiceFacts] | None
    approved: Look[int]
    has_key: bool


def meet(subject: Subject, credentials: Credentials) -> tuple[Finding, Known | None]:
    """Ask whether Twilio knows us; without that nothing further can be looked at."""
    console = TwilioConsole(
        credentials=credentials,
        base_url=subject.base_url,
        budget_seconds=subject.figures.probe_budget_seconds,
        connect_budget_seconds=subject.figures.connect_budget_seconds,
    )
    seen, looked_at = console.account(), datetime.now(UTC)
    service = console.service(subject.service_sid) if subject.service_sid else None
    other = seen if service else console.approved_profiles()
    verdict = account.judge_credentials(seen, service, other)
    if verdict.level is Level.FAIL:
        return verdict, None
    return verdict, Known(
        console=console,
        account=seen,
        looked_at=looked_at,
        service=service,
        approved=console.approved_profiles(),
        has_key=subject.has_key,
    )


def examine(known: Known, subject: Subject, *, host_ahead_seconds: float) -> Iterator[Finding]:
    """Look at the account, the service, and what they may do; the host's clock is ahead of the database's."""
    yield from _account(known)
    if subject.service_sid and known.service:
        yield from verify.judge_service(known.service, has_key=known.has_key)
        if known.service.facts:
            yield from _service(known, subject, subject.service_sid)
    yield from _places(known, subject)
    yield from _messaging(known, subject)
    if known.account.date is not None:
        off = (known.looked_at - known.account.date).total_seconds() - host_ahead_seconds
        yield judge_clock(off, subject.figures.clock_slack_seconds)


def examine_number(known: Known, e164: str) -> Iterator[Finding]:
    """Look at one number as Twilio sees it."""
    yield number.judge_lookup(known.console.number(e164), has_key=known.has_key)
    yield number.judge_recipient(
        known.console.verified(e164), known.account, known.approved, has_key=known.has_key
    )


def judge_clock(database_ahead_seconds: float, slack_seconds: float) -> Finding:
    """Say whether the database and Twilio live at the same time."""
    off = abs(database_ahead_seconds)
    diagnosis = _AGREES if off <= _FAR_SECONDS else _DIFFERS if off <= slack_seconds else _TOO_FAR
    return diagnosis.found(seconds=off)


def _account(known: Known) -> Iterator[Finding]:
    told = (
        account.judge_account(known.account),
        account.judge_funds(known.console.balance(), known.account, has_key=known.has_key),
        account.judge_profile(known.approved, known.account, has_key=known.has_key),
    )
    yield from (finding for finding in told if finding is not None)


def _service(known: Known, subject: Subject, sid: str) -> Iterator[Finding]:
    console, has_key, name = known.console, known.has_key, subject.intent_rate_limit
    limit = console.rate_limit(sid, name) if name else None
    yield verify.judge_rate_limit(name, limit, has_key=has_key)
    yield verify.judge_sender(console.own_senders(sid), has_key=has_key)
    country = subject.allowed_countries[0] if len(subject.allowed_countries) == 1 else None
    now = datetime.now(UTC)
    day = console.attempts(sid, country, after=now - _DAY, before=now)
    week = console.attempts(sid, country, after=now - _DAY - _WEEK, before=now - _DAY)
    yield verify.judge_conversion(day, week, has_key=has_key)


def _places(known: Known, subject: Subject) -> Iterator[Finding]:
    for country in subject.allowed_countries:
        if subject.verification_service is Service.VERIFY:
            yield permissions.judge_voice(country, known.console.voice_geo(country), has_key=known.has_key)
        if subject.has_messaging:
            allowed = known.console.messaging_geo(country)
            yield permissions.judge_messaging(country, allowed, has_key=known.has_key)


def _messaging(known: Known, subject: Subject) -> Iterator[Finding]:
    """Look at what own texts need; a number beside a Messaging Service is not sent from."""
    if subject.has_messaging:
        yield permissions.judge_messages(known.console.messages(), has_key=known.has_key)
    if subject.messaging_service_sid:
        service = known.console.messaging_service(subject.messaging_service_sid)
        yield from permissions.judge_messaging_service(service, subject.ttl_seconds, has_key=known.has_key)
    elif subject.from_number:
        owned = known.console.from_number(subject.from_number)
        yield permissions.judge_from_number(owned, has_key=known.has_key)
