"""GET and POST /v2/Services/{VA}: https://www.twilio.com/docs/verify/api/service.

The settings that matter here are switches, so both ways of setting them are one.
"""

from pydantic import ValidationError

from simulator.clock import iso
from simulator.exchange import Answer, Call, JsonObject
from simulator.verify.twilio import Twilio

_SWITCHES = {
    "FriendlyName": "friendly_name",
    "CodeLength": "code_length",
    "LookupEnabled": "lookup_enabled",
    "SkipSmsToLandlines": "skip_sms_to_landlines",
    "CustomCodeEnabled": "custom_code_enabled",
}
_LINKS = {
    "verification_checks": "VerificationCheck",
    "verifications": "Verifications",
    "rate_limits": "RateLimits",
    "messaging_configurations": "MessagingConfigurations",
    "entities": "Entities",
    "webhooks": "Webhooks",
    "access_tokens": "AccessTokens",
}


def fetch_service(twilio: Twilio, call: Call, service: str) -> Answer:
    """The service as it is set."""
    return Answer(status=200, body=_body(twilio, service, call.origin))


def update_service(twilio: Twilio, call: Call, service: str) -> Answer:
    """Set what this simulator acts upon; other parameters are ignored."""
    changes = {name: call.form[key] for key, name in _SWITCHES.items() if key in call.form}
    try:
        twilio.switches = twilio.switches.patched(dict(changes))
    except ValidationError as error:
        wrong = str(error.errors()[0]["loc"][0])
        name = next(key for key, switch in _SWITCHES.items() if switch == wrong)
        raise twilio.invalid(name, call.form[name]) from None
    twilio.service_updated_at = twilio.clock.now()
    return fetch_service(twilio, call, service)


def _body(twilio: Twilio, service: str, origin: str) -> JsonObject:
    url = f"{origin}/v2/Services/{service}"
    switches = twilio.switches
    return {
        "sid": service,
        "account_sid": twilio.account.account_sid,
        "friendly_name": switches.friendly_name,
        "code_length": switches.code_length,
        "lookup_enabled": switches.lookup_enabled,
        "psd2_enabled": False,
        "skip_sms_to_landlines": switches.skip_sms_to_landlines,
        "dtmf_input_required": True,
        "tts_name": None,
        "do_not_share_warning_enabled": False,
        "custom_code_enabled": switches.custom_code_enabled,
        **_UNUSED,
        "date_created": iso(twilio.service_created_at),
        "date_updated": iso(twilio.service_updated_at),
        "url": url,
        "links": {name: f"{url}/{path}" for name, path in _LINKS.items()},
    }


_UNUSED: JsonObject = {
    "push": {"include_date": False, "apn_credential_sid": None, "fcm_credential_sid": None},
    "totp": {"issuer": None, "time_step": None, "code_length": None, "skew": None},
    "whatsapp": {"msg_service_sid": None, "from": None},
    "passkeys": {
        "relying_party": {"id": None, "name": None, "origins": None},
        "authenticator_attachment": None,
        "discoverable_credentials": None,
        "user_verification": None,
    },
    "default_template_sid": None,
    "verify_event_subscription_enabled": False,
}
