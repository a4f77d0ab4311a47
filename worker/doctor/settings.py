"""Settings: can a worker start with them, and do they limit what an accident or a thief costs."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from phone_verification.kinds import Service
from worker.doctor.finding import Check, Finding
from worker.doctor.subject import Subject

_SETTINGS: Final = Check("settings", "settings", "A worker starts only when each of them can be read.")
_READ: Final = _SETTINGS.ok("all can be read; account {account}")
_WRONG: Final = _SETTINGS.fail("{name}: {sentence}", fix="Set it: {help}")
_NO_CREDENTIALS: Final = _SETTINGS.fail(
    "there are no credentials for Twilio",
    fix="Set TWILIO_ACCOUNT_SID, and TWILIO_AUTH_TOKEN or TWILIO_API_KEY with TWILIO_API_SECRET.",
)
_TOGETHER: Final = _SETTINGS.fail("{sentence}", fix="Mend them together: .env.example lists all settings.")

_CODES: Final = Check("settings", "codes", "Verify makes and checks them, or we do and Messaging sends them.")
_VERIFYS: Final = _CODES.ok("Verify's, by its service {service}")
_FALLING_BACK: Final = _CODES.ok("Verify's, by its service {service}; ours from {sender} where it fails")
_OURS: Final = _CODES.ok("ours, from {sender}")

_PROVIDER: Final = Check("settings", "provider", "Codes go to Twilio, or to a stand-in for it.")
_TWILIO: Final = _PROVIDER.ok("Twilio itself")
_STAND_IN: Final = _PROVIDER.ok("a stand-in at {url}: nobody's phone rings")

_LIMITS: Final = Check("settings", "limits", "A ceiling bounds the bill, whatever else fails.")
_LIMITED: Final = _LIMITS.ok("{most:,} texts an hour at most, in all")
_UNLIMITED: Final = _LIMITS.warn(
    "nothing limits how many texts are sent in all",
    fix="Set SENDS_AN_HOUR to three times your busiest hour.",
)
_SCALED: Final = _LIMITS.warn(
    "TIME_SCALE is {scale:g}: every wait and every limit is another than it says",
    fix="Leave TIME_SCALE out: it is for tests.",
)


def examine(subject: Subject) -> Iterator[Finding]:
    """Judge the settings; nobody is asked."""
    yield from _settings(subject)
    yield _provider(subject)
    yield _UNLIMITED.found() if subject.sends_an_hour == 0 else _LIMITED.found(most=subject.sends_an_hour)
    if subject.time_scale != 1:
        yield _SCALED.found(scale=subject.time_scale)


def _settings(subject: Subject) -> Iterator[Finding]:
    for problem in subject.problems:
        if problem.name:
            told = problem.help or ".env.example says how"
            yield _WRONG.found(name=problem.name, sentence=problem.sentence, help=told)
        else:
            yield _TOGETHER.found(sentence=problem.sentence)
    if subject.credentials is None:
        # Pydantic looks at what belongs together only once each setting is right by itself.
        yield _NO_CREDENTIALS.found()
    elif not subject.problems:
        yield _READ.found(account=_shown(subject.credentials.account_sid))
        yield _codes(subject)


def _codes(subject: Subject) -> Finding:
    service = _shown(subject.service_sid or "")
    has_messaging_service = subject.messaging_service_sid is not None
    sender = _shown(subject.messaging_service_sid or "") if has_messaging_service else "TWILIO_FROM_NUMBER"
    if subject.verification_service is Service.MESSAGING:
        return _OURS.found(sender=sender)
    return (_FALLING_BACK if subject.has_fallback else _VERIFYS).found(service=service, sender=sender)


def _provider(subject: Subject) -> Finding:
    return _TWILIO.found() if subject.base_url is None else _STAND_IN.found(url=place_of(subject.base_url))


def _shown(sid: str) -> str:
    """Enough of an identifier to tell which one it is."""
    return f"{sid[:2]}…{sid[-4:]}"


def place_of(url: str) -> str:
    """Say where an address leads, without user and password."""
    try:
        parts = make_url(url)
    except ArgumentError:
        return "an address that is none"
    where = f"{parts.host or ''}{f':{parts.port}' if parts.port else ''}"
    return f"{where}/{parts.database or ''}".rstrip("/")
