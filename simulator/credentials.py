"""What may be wrong with credentials that once were right: replaced, only for tests, or short of permissions.

https://www.twilio.com/docs/iam/api-keys, https://www.twilio.com/docs/iam/test-credentials
"""

import re
from dataclasses import replace

from simulator.account import Account, pair_of
from simulator.exchange import Call, RefusalError
from simulator.switches import Credentials, Switches

# A standard key sees everything but the account itself and its keys.
_ACCOUNT_ITSELF = re.compile(r"/2010-04-01/Accounts(/[^/]+)?(/Keys(/[^/]+)?)?\.json")


def as_played(account: Account, credentials: Credentials) -> Account:
    """The account as Twilio knows it, whatever its owner believes to hold."""
    if credentials is Credentials.REPLACED:
        return replace(account, auth_token="replaced", api_secret="replaced")  # noqa: S106 - nobody holds them
    if credentials is Credentials.TEST:
        return replace(account, test_sid=account.account_sid, test_token=account.auth_token)
    return account


def permit(account: Account, switches: Switches, call: Call) -> None:
    """Refuse what an API key was not given.

    https://www.twilio.com/docs/api/errors/20003, …/70051
    """
    user, _ = pair_of(call.authorization or "") or ("", "")
    if user != account.api_key:
        return
    if _ACCOUNT_ITSELF.fullmatch(call.path):
        raise RefusalError(401, 20003, "Authenticate")
    if call.path.startswith(switches.key_denied):
        raise RefusalError(403, 70051, "Authorization failed: the API key lacks a permission")
