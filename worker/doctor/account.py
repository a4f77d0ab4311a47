"""The Twilio account: does it know us, may it send, to whom, and for how long still."""

from decimal import Decimal
from typing import Any, Final

from gateway.answer import ServiceFacts
from gateway.console_body import AccountFacts, BalanceFacts
from gateway.look import Look
from worker.doctor.finding import Check, Diagnosis, Finding
from worker.doctor.unseen import unseen

_WRONG_CODES: Final = (20003,)
_TEST_CODES: Final = (20008,)
_TEST_TEXT_CODES: Final = (21606, 21701)
"""https://www.twilio.com/docs/iam/test-credentials: no sender of the account is one of theirs."""
_SUSPENDED_CODES: Final = (10001, 20005, 20403, 90010)
_LIMITED_CODES: Final = (70051,)
UNVERIFIED: Final = (21608,)
"""https://www.twilio.com/docs/api/errors/21608"""

CREDENTIALS: Final = Check(
    "twilio", "credentials", "Nothing is sent without them; runs wait, and end at their deadline."
)
_KNOWN: Final = CREDENTIALS.ok("Twilio knows them")
_KNOWN_KEY: Final = CREDENTIALS.ok("Twilio knows the API key, which does not see the account itself")
_AWAY: Final = CREDENTIALS.fail(
    "Twilio does not answer ({why})",
    fix="Let this host reach *.twilio.com on port 443; https://status.twilio.com tells of outages.",
)
_WRONG: Final = CREDENTIALS.fail(
    "Twilio does not know them: replaced, of another region, or of an account that is suspended",
    fix="Copy TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN anew from Twilio's console, or make an API key.",
    expects=_WRONG_CODES,
)
_TEST: Final = CREDENTIALS.fail(
    "these are the account's test credentials, which reach no phone",
    fix="Use the live ones; to try things out without sending: python -m worker simulator.",
    expects=_TEST_CODES,
)
_SUSPENDED: Final = CREDENTIALS.fail(
    "the account is suspended or closed ({code})",
    fix="Look at the banner in Twilio's console: add funds, or write to Twilio's support.",
)
_LIMITED: Final = CREDENTIALS.fail(
    "the API key lacks the permission to use Verify",
    fix="Give the key Verify's permissions, or make a standard key.",
    expects=_LIMITED_CODES,
)
_STRANGE: Final = CREDENTIALS.fail(
    "Twilio refuses them ({code})", fix="See https://www.twilio.com/docs/api/errors/{code}."
)

_ACCOUNT: Final = Check(
    "twilio", "account", "A trial reaches verified numbers only, which nothing else tells you."
)
_FULL: Final = _ACCOUNT.ok("upgraded, {status}")
_TRIAL: Final = _ACCOUNT.warn(
    "a trial: it reaches verified numbers only, for 30 days and 100 texts, in Twilio's own words",
    fix="Verify each number at console.twilio.com > Phone Numbers > Verified Caller IDs, or upgrade.",
)
_INACTIVE: Final = _ACCOUNT.fail(
    "{status}", fix="Look at the banner in Twilio's console: add funds, or write to Twilio's support."
)

_FUNDS: Final = Check("twilio", "funds", "With nothing left the account is suspended, and no text leaves.")
_ENOUGH: Final = _FUNDS.ok("{amount} {currency}")
_PARENTS: Final = _FUNDS.ok("a subaccount: it spends its parent's")
_LOW: Final = _FUNDS.warn(
    "{amount} {currency} are left", fix="Add funds, or switch on auto-recharge: console.twilio.com > Billing."
)
_GONE: Final = _FUNDS.fail(
    "nothing is left ({amount} {currency}): sends are refused",
    fix="Add funds, and switch on auto-recharge: console.twilio.com > Billing.",
    expects=_SUSPENDED_CODES,
)
_LOW_AMOUNT: Final = Decimal(5)

_PROFILE: Final = Check(
    "twilio",
    "compliance profile",
    "Without an approved one even an upgraded account may reach verified numbers only.",
)
_APPROVED: Final = _PROFILE.ok("approved")
_UNAPPROVED: Final = _PROFILE.warn(
    "none is approved: numbers that are not verified may get 21608",
    fix="Complete the primary customer profile: console.twilio.com > Trust Hub.",
    expects=UNVERIFIED,
)


def judge_credentials(
    account: Look[AccountFacts], service: Look[ServiceFacts] | None, other: Look[Any]
) -> Finding:
    """Say whether Twilio knows us; an API key is not refused for what it cannot see.

    `other` is a look at anything else: it decides where there is no Verify service to look at.
    """
    looks = (other if service is None else service, account)
    if account.facts is not None:
        return _KNOWN.found()
    if not any(look.is_answered for look in looks):
        return _AWAY.found(why=looks[0].why_not)
    code = next(look.provider_code for look in looks if look.is_answered)
    # Whoever is told that something is not there, or not for him, has been let in.
    let_in = (None, 20404) if service is not None else (None, 20404, *_LIMITED_CODES)
    if code in let_in:
        return _KNOWN_KEY.found()
    diagnosis = _by_code().get(code, _STRANGE)
    if diagnosis is _TEST and service is None:
        return _TEST.found(expects=_TEST_TEXT_CODES)
    return diagnosis.found(expects=() if code is None else (code,), code=code)


def judge_account(account: Look[AccountFacts]) -> Finding | None:
    """Say what kind of account it is; nothing where it is not seen."""
    facts = account.facts
    if facts is None:
        return None
    if facts.status != "active":
        return _INACTIVE.found(status=facts.status)
    return _TRIAL.found() if facts.is_trial else _FULL.found(status=facts.status)


def judge_funds(balance: Look[BalanceFacts], account: Look[AccountFacts], *, has_key: bool) -> Finding:
    """Say whether there is something to send with."""
    if account.facts is not None and account.facts.is_subaccount:
        return _PARENTS.found()
    facts = balance.facts
    if facts is None:
        return unseen(_FUNDS, balance, has_key=has_key)
    diagnosis = _GONE if facts.amount <= 0 else _LOW if facts.amount < _LOW_AMOUNT else _ENOUGH
    return diagnosis.found(amount=facts.amount, currency=facts.currency)


def judge_profile(approved: Look[int], account: Look[AccountFacts], *, has_key: bool) -> Finding | None:
    """Say whether Twilio knows who it is; a trial has no profile yet, and a subaccount has its parent's."""
    facts = account.facts
    if facts is not None and (facts.is_trial or facts.is_subaccount):
        return None
    if approved.facts is None:
        return unseen(_PROFILE, approved, has_key=has_key)
    return _APPROVED.found() if approved.facts else _UNAPPROVED.found()


def _by_code() -> dict[int | None, Diagnosis]:
    return {
        **dict.fromkeys(_WRONG_CODES, _WRONG),
        **dict.fromkeys(_TEST_CODES, _TEST),
        **dict.fromkeys(_SUSPENDED_CODES, _SUSPENDED),
        **dict.fromkeys(_LIMITED_CODES, _LIMITED),
    }
