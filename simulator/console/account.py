"""The account, its balance, and the numbers that belong to it or were verified for it.

https://www.twilio.com/docs/iam/api/account, …/usage/api/balance (no page of its own),
https://www.twilio.com/docs/voice/api/outgoing-caller-ids, https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

from hashlib import sha256

from simulator.clock import rfc2822
from simulator.exchange import Answer, Call, JsonObject
from simulator.verify.twilio import Twilio

_ACTIVE = "active"


def fetch_account(twilio: Twilio, call: Call, account: str) -> Answer:
    """The account, its token included: Twilio tells it to whoever holds it."""
    switches = twilio.switches
    made = rfc2822(twilio.service_created_at)
    body: JsonObject = {
        "sid": account,
        "owner_account_sid": switches.parent_account_sid or account,
        "auth_token": twilio.account.auth_token,
        "friendly_name": "Simulator",
        "status": _ACTIVE,
        "type": "Trial" if switches.trial else "Full",
        "date_created": made,
        "date_updated": made,
        "subresource_uris": {"messages": f"/2010-04-01/Accounts/{account}/Messages.json"},
        "uri": call.path,
    }
    return Answer(status=200, body=body)


def fetch_balance(twilio: Twilio, call: Call, account: str) -> Answer:  # noqa: ARG001 - the route's signature
    """What is left, as a string; a subaccount spends its parent's."""
    is_sub = twilio.switches.parent_account_sid is not None
    balance = "0" if is_sub else twilio.switches.balance
    return Answer(status=200, body={"account_sid": account, "balance": balance, "currency": "USD"})


def list_caller_ids(twilio: Twilio, call: Call, account: str) -> Answer:
    """The numbers that were verified: the only ones a trial reaches."""
    numbers = _wanted(call, list(twilio.switches.verified_recipients))
    items = [_caller_id(twilio, account, number) for number in numbers]
    return Answer(status=200, body=_page(call, "outgoing_caller_ids", items))


def list_numbers(twilio: Twilio, call: Call, account: str) -> Answer:
    """The numbers that the account rents."""
    owned = [twilio.account.from_number] if twilio.switches.from_number_owned else []
    items = [_number(twilio, account, number) for number in _wanted(call, owned)]
    return Answer(status=200, body=_page(call, "incoming_phone_numbers", items))


def _wanted(call: Call, numbers: list[str]) -> list[str]:
    wanted = call.query.get("PhoneNumber")
    return [number for number in numbers if wanted in {None, number}]


def _caller_id(twilio: Twilio, account: str, number: str) -> JsonObject:
    sid, made = _sid("PN", number), rfc2822(twilio.service_created_at)
    return {
        "sid": sid,
        "account_sid": account,
        "friendly_name": number,
        "phone_number": number,
        "date_created": made,
        "date_updated": made,
        "uri": f"/2010-04-01/Accounts/{account}/OutgoingCallerIds/{sid}.json",
    }


def _number(twilio: Twilio, account: str, number: str) -> JsonObject:
    sid, made = _sid("PN", number), rfc2822(twilio.service_created_at)
    has_sms = twilio.switches.from_number_sms
    return {
        "sid": sid,
        "account_sid": account,
        "friendly_name": number,
        "phone_number": number,
        "capabilities": {"voice": True, "sms": has_sms, "mms": has_sms, "fax": False},
        "status": "in-use",
        "beta": False,
        "origin": "twilio",
        "api_version": "2010-04-01",
        "date_created": made,
        "date_updated": made,
        "uri": f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{sid}.json",
    }


def _sid(prefix: str, name: str) -> str:
    """The same number has the same identifier each time it is asked for."""
    return prefix + sha256(name.encode()).hexdigest()[:32]


def _page(call: Call, key: str, items: list[JsonObject]) -> JsonObject:
    """A list as the 2010 API writes it; these are too short for a second page."""
    return {
        key: items,
        "page": 0,
        "page_size": 50,
        "start": 0,
        "end": max(len(items) - 1, 0),
        "uri": call.path,
        "first_page_uri": call.path,
        "next_page_uri": None,
        "previous_page_uri": None,
    }
