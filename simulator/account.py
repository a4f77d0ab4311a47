"""Who may call: the account's keys, and what wrong ones are told.

The defaults are fixed and public on purpose: this account exists on your machine only.
"""

import base64
import binascii
from dataclasses import dataclass

from simulator.exchange import RefusalError
from simulator.switches import Suspension

_DETAIL = "Your AccountSid or AuthToken was incorrect."


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One Twilio account: two ways in and one for tests, a Verify service, a number, a Messaging Service."""

    account_sid: str = "AC" + "0" * 31 + "1"
    auth_token: str = "simulator-auth-token"  # noqa: S105 - public on purpose
    api_key: str = "SK" + "0" * 31 + "1"
    api_secret: str = "simulator-api-secret"  # noqa: S105
    test_sid: str = "AC" + "0" * 31 + "2"
    test_token: str = "simulator-test-token"  # noqa: S105
    service_sid: str = "VA" + "0" * 31 + "1"
    from_number: str = "+12065550100"
    messaging_service_sid: str = "MG" + "0" * 31 + "1"


def admit(
    account: Account,
    authorization: str | None,
    suspension: Suspension | None,
    *,
    named: str | None = None,
    takes_test_credentials: bool = False,
) -> None:
    """Refuse whoever Twilio would refuse: https://www.twilio.com/docs/api/errors/20003.

    `named` is the account in the path, where there is one: nobody acts for another account.
    """
    if authorization is None:
        message = "Authentication Error - No credentials provided"
        raise RefusalError(401, 20003, message, detail=_DETAIL)
    pair = pair_of(authorization)
    caller = _caller(account, pair)
    if caller == account.test_sid and not takes_test_credentials:
        raise RefusalError(403, 20008, "Resource not accessible with Test Account Credentials")
    is_known = caller is not None and named in {None, caller}
    if not is_known or suspension is Suspension.AUTHENTICATE:
        raise RefusalError(401, 20003, "Authenticate", detail=_DETAIL)
    if suspension is Suspension.NOT_ACTIVE:
        raise RefusalError(403, 20005, "Account is not active")
    if suspension is Suspension.FORBIDDEN:
        raise RefusalError(403, 20403, "Account is suspended")


def _caller(account: Account, pair: tuple[str, str] | None) -> str | None:
    """The account for which those keys speak."""
    if pair in {(account.account_sid, account.auth_token), (account.api_key, account.api_secret)}:
        return account.account_sid
    return account.test_sid if pair == (account.test_sid, account.test_token) else None


def pair_of(authorization: str) -> tuple[str, str] | None:
    """User and password of Basic authorization; None for anything else."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password
