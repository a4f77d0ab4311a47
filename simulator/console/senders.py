"""Who a text comes from: the Messaging Service with its senders, and Verify's own choice by country.

https://www.twilio.com/docs/messaging/api/service-resource
"""

from functools import partial

from simulator.clock import iso
from simulator.exchange import Answer, Call, JsonObject
from simulator.verify.numbers import country
from simulator.verify.paging import page_body
from simulator.verify.twilio import Twilio


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
    """Its one sender, the account's number."""
    senders = [twilio.account.from_number] if twilio.switches.messaging_service_has_senders else []
    return _list(twilio, call, messaging_service, "phone_numbers", senders)


def list_short_codes(twilio: Twilio, call: Call, messaging_service: str) -> Answer:
    """Senders with five or six digits: none."""
    return _list(twilio, call, messaging_service, "short_codes", [])


def list_alpha_senders(twilio: Twilio, call: Call, messaging_service: str) -> Answer:
    """Senders with a name, which some countries replace: none."""
    return _list(twilio, call, messaging_service, "alpha_senders", [])


def list_messaging_configurations(twilio: Twilio, call: Call, service: str) -> Answer:
    """Where Verify sends through the account's own Messaging Service."""
    render = partial(_configuration, twilio, call, service)
    countries = twilio.switches.sender_countries
    return Answer(status=200, body=page_body(twilio, call, "messaging_configurations", countries, render))


def _list(twilio: Twilio, call: Call, service: str, key: str, senders: list[str]) -> Answer:
    _find(twilio, call, service)
    render = partial(_sender, twilio, call, service)
    return Answer(status=200, body=page_body(twilio, call, key, senders, render))


def _find(twilio: Twilio, call: Call, service: str) -> None:
    if service != twilio.account.messaging_service_sid or twilio.switches.messaging_service_deleted:
        raise twilio.not_found(call)


def _sender(twilio: Twilio, call: Call, service: str, number: str) -> JsonObject:
    home, sid = country(number), "PN" + "0" * 31 + "1"
    return {
        "sid": sid,
        "account_sid": twilio.account.account_sid,
        "service_sid": service,
        "phone_number": number,
        "country_code": home[0] if home else None,
        "capabilities": ["SMS"],
        **_dates(twilio),
        "url": f"{call.origin}{call.path}/{sid}",
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
