"""Each state that an account can be in: what doctor says of it, and what a start or text really answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import pytest

from gateway.answer import Answer
from gateway.messaging import TwilioMessaging
from gateway.verify import TwilioVerify
from phone_verification.kinds import Channel
from simulator.account import Account
from simulator.console.presets import NUMBER, PRESETS, RATE_LIMIT, Row
from tests.doctor.installation import Installation
from tests.integration.doctor.conftest import examine, the
from worker.doctor.finding import Level, exit_status
from worker.doctor.subject import Subject

ASKS_TWILIO: Final = ("twilio", "number")
FROM_SERVICE: Final = {"TWILIO_MESSAGING_SERVICE_SID": Account().messaging_service_sid}
FROM_NUMBER: Final = {"TWILIO_FROM_NUMBER": Account().from_number, "TWILIO_MESSAGING_SERVICE_SID": ""}
Read = Callable[..., Subject]
OK, WARN, FAIL = Level.OK, Level.WARN, Level.FAIL


@dataclass(frozen=True)
class Case:
    """Which check tells a preset, how bad it is, a piece of what it says and of the fix."""

    check: str
    level: Level
    says: str
    fix: str = ""


CASES: Final = {
    "healthy": Case("credentials", OK, "Twilio knows them"),
    "wrong_credentials": Case("credentials", FAIL, "does not know them", "Copy TWILIO_ACCOUNT_SID"),
    "suspended": Case("credentials", FAIL, "suspended or closed (20005)", "banner in Twilio's console"),
    "suspended_as_unknown": Case("credentials", FAIL, "an account that is suspended", "Copy"),
    "closed": Case("credentials", FAIL, "suspended or closed (20403)", "Twilio's support"),
    "standard_api_key": Case("credentials", OK, "does not see the account itself"),
    "test_credentials": Case("credentials", FAIL, "test credentials", "python -m worker simulator"),
    "no_funds": Case("funds", FAIL, "nothing is left (-0.02 USD)", "Add funds"),
    "low_funds": Case("funds", WARN, "0.91 USD are left", "auto-recharge"),
    "subaccount": Case("funds", OK, "its parent's"),
    "trial": Case("account", WARN, "it reaches verified numbers only", "or upgrade"),
    "trial_unverified": Case("verified list", FAIL, "21608 is what you will get", "Verified Caller IDs"),
    "no_compliance_profile": Case("compliance profile", WARN, "may get 21608", "Trust Hub"),
    "profile_in_review": Case("compliance profile", WARN, "none is approved", "Trust Hub"),
    "wrong_service": Case("Verify service", FAIL, "none of that sid", "Copy TWILIO_VERIFY_SERVICE_SID"),
    "short_codes": Case("code length", WARN, "4 digits", "to 6"),
    "landlines_without_lookup": Case("landlines", WARN, "it skips none", "Lookup"),
    "custom_codes": Case("custom codes", WARN, "another program", "a service of its own"),
    "digits_in_name": Case("service name", WARN, "5 digits", "Rename"),
    "missing_rate_limit": Case("intent limit", FAIL, "has no rate limit intent", "docs/settling.md"),
    "rate_limit_without_bucket": Case("intent limit", FAIL, "has no bucket", "Max 1 and Interval 600"),
    "loose_rate_limit": Case("intent limit", FAIL, "5 starts through in 600 s", "Max 1 and Interval 600"),
    "own_sender": Case("own sender", OK, "(countries: 1)"),
    "no_messaging_service": Case("Messaging Service", FAIL, "none of that sid", "MESSAGING_SERVICE_SID"),
    "no_messaging_senders": Case("Messaging Service", FAIL, "no sender", "sender pool"),
    "patient_messaging_service": Case("Messaging Service", WARN, "36000 s", "validity period to 600 s"),
    "number_not_owned": Case("From number", FAIL, "not this account's", "TWILIO_FROM_NUMBER"),
    "number_without_sms": Case("From number", FAIL, "cannot send texts", "one with SMS"),
    "messaging_geo_off": Case("Messaging geo", FAIL, "21408 is what own texts will get", "Allow KR"),
    "voice_geo_off": Case("Voice geo", WARN, "21215 is what channel call will get", "Allow KR"),
    "verify_geo_off": Case("geo, Fraud Guard", OK, "no call tells"),
    "fraud_guard": Case("geo, Fraud Guard", OK, "no call tells"),
    "conversion_drop": Case("conversion", WARN, "10 % of 60 codes came back", "docs/abuse.md"),
    "invalid_number": Case("Twilio's view", FAIL, "INVALID_BUT_POSSIBLE", "another number"),
    "limited_key": Case("credentials", FAIL, "lacks the permission", "Give the key"),
    "verify_only_key": Case("messages", FAIL, "lacks the permission to use Messaging", "Give the key"),
}

UNSEEN: Final = {"verify_geo_off", "fraud_guard"}
"""What no look can tell: Twilio's console alone shows it."""

OWN_TEXTS: Final = {Row.MESSAGING_SERVICE, Row.FROM_NUMBER, Row.MESSAGING_GEO}
"""Rows that matter to own texts alone, not to a start of Verify."""


def for_verify(environment: Mapping[str, str]) -> dict[str, str]:
    """Settings with which Verify alone is used."""
    return {**environment, "TWILIO_MESSAGING_SERVICE_SID": ""}


def for_texts(environment: Mapping[str, str], sender: Mapping[str, str]) -> dict[str, str]:
    """Settings with which codes are our own and Verify is not used; without the limit, which is Verify's."""
    unused = ("TWILIO_VERIFY_SERVICE_SID", "TWILIO_INTENT_RATE_LIMIT", *FROM_SERVICE, *FROM_NUMBER)
    kept = {name: value for name, value in environment.items() if name not in unused}
    return {**kept, "VERIFICATION_SERVICE": "messaging", **sender}


def sender_of(preset: str) -> dict[str, str]:
    """The kind of sender that a preset is about."""
    return FROM_NUMBER if PRESETS[preset].row is Row.FROM_NUMBER else FROM_SERVICE


def start(subject: Subject, channel: Channel) -> Answer:
    """Start for real, with the credentials that doctor had."""
    assert subject.credentials is not None
    assert subject.service_sid is not None
    gateway = TwilioVerify(
        credentials=subject.credentials, service_sid=subject.service_sid, base_url=subject.base_url
    )
    return gateway.start(
        to=NUMBER, channel=channel, locale=None, budget_seconds=5, rate_limits={RATE_LIMIT: str(uuid4())}
    )


def text(subject: Subject) -> Answer:
    """Text for real, with the credentials and the sender that doctor had."""
    assert subject.credentials is not None
    gateway = TwilioMessaging(
        credentials=subject.credentials,
        messaging_service_sid=subject.messaging_service_sid,
        from_number=subject.from_number,
        base_url=subject.base_url,
    )
    return gateway.create(to=NUMBER, body="[Shop] 123456", validity_seconds=600, budget_seconds=5)


def test_every_preset_is_a_case() -> None:
    """And every row of what can be looked at without sending has a preset."""
    assert set(CASES) == set(PRESETS)
    assert {PRESETS[name].row for name in CASES} == set(Row)


@pytest.mark.parametrize("preset", CASES)
def test_each_state_is_told_with_its_fix(whole: Installation, read: Read, preset: str) -> None:
    """The right check says so, at the right level, with what to do; nothing else is worse."""
    environment = whole.put(preset)
    findings = examine(read({**environment, **sender_of(preset)}), *ASKS_TWILIO)

    case, found = CASES[preset], the(findings, CASES[preset].check)
    assert (found.level, case.says in found.says, case.fix in found.fix) == (case.level, True, True), found
    assert bool(found.fix) is (found.level is not OK)
    assert exit_status(findings) == case.level.exit_status


@pytest.mark.parametrize("preset", [name for name in CASES if PRESETS[name].row not in OWN_TEXTS])
def test_a_start_answers_what_doctor_expects(whole: Installation, read: Read, preset: str) -> None:
    """A code that is told is what a start gets, and where none is told a start is accepted."""
    subject = read(for_verify(whole.put(preset)))
    expected = {code for finding in examine(subject, *ASKS_TWILIO) for code in finding.expects}

    channel = Channel.CALL if preset == "voice_geo_off" else Channel.SMS
    code = start(subject, channel).provider_code

    if preset in UNSEEN:
        assert (expected, code in {60605, 60410}) == (set(), True)
    else:
        assert code in expected if expected else code is None


@pytest.mark.parametrize("preset", CASES)
def test_a_text_answers_what_doctor_expects(whole: Installation, read: Read, preset: str) -> None:
    """The same of a worker whose codes are its own, without a Verify service."""
    subject = read(for_texts(whole.put(preset), sender_of(preset)))
    expected = {code for finding in examine(subject, *ASKS_TWILIO) for code in finding.expects}

    code = text(subject).provider_code

    assert (subject.problems, subject.service_sid) == ((), None)
    assert code in expected if expected else code is None


def test_a_key_for_verify_alone_is_enough_for_verify(whole: Installation, read: Read) -> None:
    """What it may not see is not called broken."""
    findings = examine(read(for_verify(whole.put("verify_only_key"))), *ASKS_TWILIO)

    assert "the API key may not look (70051)" in the(findings, "funds").says
    assert exit_status(findings) == 0


def test_nothing_is_sent_and_nothing_changes(whole: Installation, read: Read) -> None:
    """Doctor only reads."""
    examine(read(whole.put("healthy")), *ASKS_TWILIO)

    asked = whole.simulator.requests()
    assert len(asked) > 15
    assert {request["method"] for request in asked} == {"GET"}
    assert whole.simulator.sent() == 0


def test_own_texts_are_looked_at_only_where_they_are_set_up(whole: Installation, read: Read) -> None:
    """Who has no sender is not told that it is broken."""
    settings = for_verify(whole.put("no_messaging_service"))
    checks = {finding.check for finding in examine(read(settings), *ASKS_TWILIO)}

    assert not checks & {"Messaging Service", "From number", "Messaging geo", "messages"}


def test_where_codes_are_our_own_verify_is_not_looked_at(whole: Installation, read: Read) -> None:
    """Nor where channel call may call, which there is none of."""
    findings = examine(read(for_texts(whole.put("wrong_service"), FROM_NUMBER)), "settings", *ASKS_TWILIO)

    assert the(findings, "codes").says == "ours, from TWILIO_FROM_NUMBER"
    assert not {"Verify service", "intent limit", "Voice geo"} & {finding.check for finding in findings}
    assert the(findings, "From number").level is OK


def test_the_fallback_is_told_and_its_sender_looked_at(whole: Installation, read: Read) -> None:
    """It is needed when Verify is not there, so it is looked at before."""
    settings = {**whole.put("no_messaging_senders"), "FALLBACK_SERVICE": "messaging"}
    findings = examine(read(settings), "settings", *ASKS_TWILIO)

    assert the(findings, "codes").says == "Verify's, by its service VA…0001; ours from MG…0001 where it fails"
    assert the(findings, "Verify service").level is OK
    assert the(findings, "Messaging Service").level is FAIL


def test_a_number_with_a_fixed_code_gets_no_text(whole: Installation, read: Read) -> None:
    """It is told, and neither the number nor its code."""
    settings = {**whole.put("healthy"), "TEST_NUMBERS": f"{NUMBER}:735164:2099-01-31"}
    findings = examine(read(settings), "number")

    assert (the(findings, "number").level, "nothing is sent" in the(findings, "number").says) == (WARN, True)
    assert not [piece for piece in (NUMBER, NUMBER[3:], "735164") if piece in str(findings)]
