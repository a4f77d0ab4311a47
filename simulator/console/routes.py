"""The paths of what the console shows, of several of Twilio's APIs: https://www.twilio.com/docs/usage/api."""

from simulator.console import account, lookup, permissions, senders
from simulator.routing import Endpoint, route

_ACCOUNT = "/2010-04-01/Accounts/{account}"
_MESSAGING = "/v1/Services/{messaging_service}"

_SHOWS = (
    (_ACCOUNT + ".json", account.fetch_account),
    (_ACCOUNT + "/Balance.json", account.fetch_balance),
    (_ACCOUNT + "/OutgoingCallerIds.json", account.list_caller_ids),
    (_ACCOUNT + "/IncomingPhoneNumbers.json", account.list_numbers),
    ("/v1/CustomerProfiles", permissions.list_customer_profiles),
    ("/v1/Messaging/GeoPermissions", permissions.fetch_messaging_permissions),
    ("/v1/DialingPermissions/Countries/{country}", permissions.fetch_voice_permissions),
    (_MESSAGING, senders.fetch_messaging_service),
    (_MESSAGING + "/PhoneNumbers", senders.list_phone_numbers),
    (_MESSAGING + "/ShortCodes", senders.list_short_codes),
    (_MESSAGING + "/AlphaSenders", senders.list_alpha_senders),
    ("/v2/Services/{service}/MessagingConfigurations", senders.list_messaging_configurations),
    ("/v2/PhoneNumbers/{number}", lookup.look_up),
)
ROUTES = tuple(route("GET", path, Endpoint.CONSOLE, act) for path, act in _SHOWS)
