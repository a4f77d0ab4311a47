"""Where the account may send and call, and whether Twilio knows who it belongs to.

Verify's own geo permissions and Fraud Guard have no path: Twilio's console alone shows them.
https://www.twilio.com/docs/voice/api/dialingpermissions-country-resource, https://www.twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles
"""

from simulator.clock import iso
from simulator.exchange import Answer, Call, JsonObject
from simulator.switches import ProfileStatus
from simulator.verify.paging import page_body
from simulator.verify.twilio import Twilio


def fetch_messaging_permissions(twilio: Twilio, call: Call) -> Answer:
    """One country, or every one that is off."""
    off = twilio.switches.messaging_blocked_countries
    wanted = call.query.get("CountryCode")
    countries = off if wanted is None else (wanted,)
    permissions = [
        {
            "country_code": code,
            "type": "country",
            "enabled": code not in off,
            "prefix": None,
            "message": None,
        }
        for code in countries
    ]
    return Answer(status=200, body={"permissions": permissions})


def fetch_voice_permissions(twilio: Twilio, call: Call, country: str) -> Answer:
    """One country; only the ordinary numbers matter to a code."""
    url = f"{call.origin}{call.path}"
    body: JsonObject = {
        "iso_code": country,
        "name": country,
        "continent": None,
        "country_codes": [],
        "low_risk_numbers_enabled": country not in twilio.switches.voice_geo_off,
        "high_risk_special_numbers_enabled": False,
        "high_risk_tollfraud_numbers_enabled": False,
        "url": url,
        "links": {"highrisk_special_prefixes": f"{url}/HighRiskSpecialPrefixes"},
    }
    return Answer(status=200, body=body)


def list_customer_profiles(twilio: Twilio, call: Call) -> Answer:
    """The account's one profile, if it has one with the status that was asked for."""
    status = twilio.switches.customer_profile
    is_wanted = status is not ProfileStatus.NONE and call.query.get("Status") in {None, status.value}

    def render(value: ProfileStatus) -> JsonObject:
        return _profile(twilio, call, value)

    profiles = [status] if is_wanted else []
    return Answer(status=200, body=page_body(twilio, call, "results", profiles, render))


def _profile(twilio: Twilio, call: Call, status: ProfileStatus) -> JsonObject:
    sid, made = "BU" + "0" * 31 + "1", iso(twilio.service_created_at)
    url = f"{call.origin}/v1/CustomerProfiles/{sid}"
    return {
        "sid": sid,
        "account_sid": twilio.account.account_sid,
        "policy_sid": "RN" + "0" * 31 + "1",
        "friendly_name": "Simulator",
        "status": status.value,
        "email": "owner@example.com",
        "status_callback": None,
        "valid_until": None,
        "errors": None,
        "date_created": made,
        "date_updated": made,
        "url": url,
        "links": {"customer_profiles_entity_assignments": f"{url}/EntityAssignments"},
    }
