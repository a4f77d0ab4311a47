"""Who a text comes from: the Messaging Service with its senders, and Verify's own choice by country.

https://www.twilio.com/docs/messaging/api/service-resource
"""

from functools import partial

from simulator.clock import iso
from simulator.exchange import Answer, Call, JsonObject
from simulator.sids import new_sid
from simulator.verify.numbers import country, is_phone
from simulator.verify.paging import page_body
from simulator.verify.twilio import Twilio

_LONGEST_SHORT_CODE = 6


def fetch_messaging_service(twilio: Twilio, call: Call, messaging_service: str) -> Answer:
    """The service; how long a text may wait in it is what matters to a code."""
    _find(twilio, call, messaging_service)
    url = f"{call.origin}/v1/Services/{messaging_service}"
    links = {"phone_numbers": "PhoneNumbers", "short_codes": "ShortCodes", "alpha_senders": "AlphaSenders"}
    body: JsonObject = {
        "sid": messaging_service,
        "account_sid": twilio.account.account_sid,
        "friendly_name": "Simulator",
        "inbound_request_url": None,
        "inbound_method": "POST",
        "fallback_url": None,
        "fallback_method": "POST",
        "status_callback": None,
        "sticky_sender": True,
        "mms_converter": True,
        "smart_encoding": True,
        "scan_message_content": "inherit",
        "fallback_to_long_code": False,
        "area_code_geomatch": True,
        "synchronous_validation": False,
        "validity_period": twilio.switches.messaging_validity_period,
        "usecase": "notifications",
        "us_app_to_person_registered": False,
        "use_inbound_webhook_on_number": False,
        **_dates(twilio),
        "url": url,
        "links": {name: f"{url}/{path}" for name, path in links.items()},
    }
    return Answer(status=200, body=body)


def list_phone_numbers(twilio: Twilio, call: Call, messaging_service: str) -> Answer:
    """Its senders with a country's number."""
    return _list(twilio, call, messaging_service, "phone_numbers", "phone_number")


def list_short_codes(twilio: Twilio, call: Call, messaging_service: str) -> Answer:
    """Its senders with five or six digits."""
    return _list(twilio, call, messaging_service, "short_codes", "short_code")


def list_alpha_senders(twilio: Twilio, call: Call, messaging_service: str) -> Answer:
    """Its senders with a name; some countries replace those."""
    return _list(twilio, call, messaging_service, "alpha_senders", "alpha_sender")


def list_messaging_configurations(twilio: Twilio, call: Call, service: str) -> Answer:
    """Where Verify sends through the account's own Messaging Service."""
    render = partial(_configuration, twilio, call, service)
    countries = twilio.switches.sender_countries
    return Answer(status=200, body=page_body(twilio, call, "messaging_configurations", countries, render))


def _list(twilio: Twilio, call: Call, service: str, key: str, kind: str) -> Answer:
    _find(twilio, call, service)
    senders = [sender for sender in twilio.switches.messaging_senders if _kind(sender) == kind]
    render = partial(_sender, twilio, service, kind)
    return Answer(status=200, body=page_body(twilio, call, key, senders, render))


def _find(twilio: Twilio, call: Call, service: str) -> None:
    if service != twilio.account.messaging_service_sid or twilio.switches.messaging_service_deleted:
        raise twilio.not_found(call)


def _kind(sender: str) -> str:
    if is_phone(sender):
        return "phone_number"
    is_short = sender.isdigit() and len(sender) <= _LONGEST_SHORT_CODE
    return "short_code" if is_short else "alpha_sender"


def _sender(twilio: Twilio, service: str, kind: str, sender: str) -> JsonObject:
    home = country(sender)
    return {
        "sid": new_sid({"phone_number": "PN", "short_code": "SC"}.get(kind, "AI")),
        "account_sid": twilio.account.account_sid,
        "service_sid": service,
        kind: sender,
        "country_code": home[0] if home else None,
        "capabilities": ["SMS"],
        **_dates(twilio),
        "url": None,
    }


def _configuration(twilio: Twilio, call: Call, service: str, of: str) -> JsonObject:
    return {
        "account_sid": twilio.account.account_sid,
        "service_sid": service,
        "country": of,
        "messaging_service_sid": twilio.account.messaging_service_sid,
        **_dates(twilio),
        "url": f"{call.origin}/v2/Services/{service}/MessagingConfigurations/{of}",
    }


def _dates(twilio: Twilio) -> JsonObject:
    made = iso(twilio.service_created_at)
    return {"date_created": made, "date_updated": made}
