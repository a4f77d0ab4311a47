"""The error catalogue: each of Twilio's codes that our calls can return, and the kind it is.

Lives here: one table. Codes are Twilio's, https://www.twilio.com/docs/api/errors; the sentences are ours.
A code that is not here is a `provider_error`: recorded, told once to the log, and to be added.
"""

from typing import Final

from gateway.answer import Endpoint
from gateway.catalogue_row import Row, rows_of
from gateway.special_codes import SPECIAL
from phone_verification.kinds import ErrorKind as Kind

CATALOGUE: Final[tuple[Row, ...]] = (
    *SPECIAL,
    *rows_of(
        Kind.INVALID_PHONE_NUMBER,
        {
            21211: "the number is malformed",
            21266: "the number is the sender's own",
        },
    ),
    *rows_of(
        Kind.UNSUPPORTED_PHONE_TYPE,
        {
            21265: "a short code takes no texts",
            21635: "a landline, in a country where Twilio texts none",
            60205: "a landline, and the service skips texts to landlines",
            21407: "this type of number takes no texts",
            21612: "this number cannot be reached from the sender",
            21614: "not a mobile number",
        },
    ),
    *rows_of(Kind.MAX_CHECK_ATTEMPTS, {60202: "five wrong codes for this verification"}),
    *rows_of(Kind.MAX_SEND_ATTEMPTS, {60203: "five texts for this verification"}),
    *rows_of(Kind.RECIPIENT_OPTED_OUT, {21610: "the person replied STOP"}),
    *rows_of(
        Kind.COUNTRY_BLOCKED,
        {
            21215: "Voice's geo permissions exclude the country",
            21408: "Messaging's geo permissions exclude the country",
            60605: "Verify's geo permissions exclude the country or number",
        },
    ),
    *rows_of(
        Kind.FRAUD_BLOCKED,
        {
            60410: "Fraud Guard blocks the number's prefix, for twelve hours",
            60412: "blocked as a fraudulent sign-up",
            60413: "blocked by device intelligence",
        },
    ),
    *rows_of(
        Kind.CHANNEL_UNAVAILABLE,
        {
            60223: "the channel is disabled on the service",
            60550: "no channel is usable for this number",
            60217: "e-mail is not set up on the service",
            60218: "e-mail is not set up on the service",
            60219: "e-mail is not set up on the service",
            60222: "e-mail is not set up on the service",
            60236: "e-mail is not set up on the service",
            60237: "e-mail is not set up on the service",
            60603: "e-mail is not set up on the service",
            60604: "e-mail is not set up on the service",
            60331: "the locale cannot be spoken",
        },
    ),
    *rows_of(
        Kind.RECIPIENT_UNVERIFIED,
        {
            21608: "a trial, or an account without an approved profile, reaches verified numbers only",
            572005: "the recipient has not finished verifying for this trial",
        },
    ),
    *rows_of(
        Kind.PROVIDER_ACCOUNT,
        {
            10001: "the account is not active",
            10002: "a trial account cannot do this",
            20005: "the account is not active: funds, or a trial that was not started",
            20006: "the account may not do this",
            20010: "this action is disabled for the account",
            20403: "the account is suspended or closed",
            60220: "the account is not vetted for this country",
            60226: "the sender is not registered in this country",
            60238: "blocked until the account's review is over",
            60245: "the account's messaging limit is reached",
            60250: "the sender is not registered in this country",
            90010: "the account is not active",
            30044: "a trial's text has too many segments",
            572002: "a trial may send from its own number only",
            572006: "a trial may send Twilio's own texts only",
            575001: "Verify is not part of this trial",
        },
    ),
    *rows_of(
        Kind.PROVIDER_MISCONFIGURED,
        {
            14107: "too many replies between two numbers; a loop is suspected",
            20101: "the access token is not valid",
            20102: "the access token's header is not valid",
            20103: "the access token's issuer is not valid",
            20104: "the access token has expired",
            20105: "the access token is not valid yet",
            20106: "the access token's grants are not valid",
            20107: "the access token's signature is not valid",
            20151: "authentication failed",
            20157: "the access token's expiry is not valid",
            20160: "the access token was withdrawn",
            21602: "a text without a body",
            21603: "a text without a sender",
            21604: "a text without a number",
            21609: "the status callback's address is not valid",
            21617: "the text is too long",
            21624: "the validity period is out of bounds",
            21654: "the content template is not accepted",
            21655: "the content template is not accepted",
            21656: "the content template's variables are not accepted",
            21657: "the content template is not accepted",
            21658: "the content template's variables are too many",
            30045: "the validity period is out of bounds",
            90007: "the validity period is out of bounds",
            20001: "an unknown parameter",
            20002: "an invalid parameter",
            20004: "a method that is not allowed here",
            20007: "an invalid page size",
            20008: "test credentials do not work here",
            20011: "TLS too old",
            20012: "a cipher that is not accepted",
            20422: "an invalid parameter",
            20423: "an invalid sid",
            20413: "the request is too large",
            20426: "TLS is needed",
            70051: "the API key lacks a permission",
            60201: "the template's translation is not approved",
            60204: "a feature that is not enabled for the service",
            60206: "the service is for payments and wants an amount and a payee",
            60214: "the service is for payments and does not allow this call",
            60207: "too many rate limits on the service",
            60208: "a rate limit of that name exists",
            60209: "a rate limit's name is not accepted",
            60210: "too many buckets on the rate limit",
            60211: "a bucket like that exists",
            60213: "the country has a messaging configuration",
            60215: "the configuration is not accepted",
            60411: "the configuration is not accepted",
            60221: "neither a number nor a verification's sid was given",
            60224: "the template's substitutions are not accepted",
            60227: "the template does not fit the channel",
            60228: "the template was not found",
            60229: "the template was not found",
            60230: "the template is not accepted",
            60239: "the template is not accepted",
            60240: "the template is not accepted",
            60241: "the template is not accepted",
            60242: "the template is not accepted",
            60243: "a text of one's own is not supported",
            60247: "the text is too long",
            60248: "a restricted word in the service's name",
            60408: "the template is not accepted",
            60602: "an app hash without the SMS channel",
            21212: "the sender is not valid",
            21601: "the sender cannot send texts",
            21616: "the sender's number is not in E.164 and matches several",
            21659: "the sender is not a number of Twilio's, or of another country",
            21660: "the sender belongs to another account",
            21661: "the sender cannot send texts",
            21606: "the sender cannot send to this number",
            21607: "a trial may send from its own number only",
            21701: "no such messaging service",
            21702: "the messaging service is not available",
            21703: "the messaging service has no sender for this number",
            21704: "the messaging service has no senders",
            21705: "the messaging service's sid is not valid",
        },
    ),
    *rows_of(Kind.PROVIDER_UNAVAILABLE, {21611: "the sender's queue is full, for hours"}),
    *rows_of(
        Kind.PROVIDER_ERROR,
        {
            20162: "another update of the same thing was under way",
            20409: "another update of the same thing was under way",
            21619: "the record could not be made",
        },
    ),
)

_BY_CODE: Final[dict[int, list[Row]]] = {}
for _row in CATALOGUE:
    _BY_CODE.setdefault(_row.code, []).append(_row)


def classify(code: int, endpoint: Endpoint, parameter: str | None = None) -> Row | None:
    """Find what a code means at an endpoint; the narrowest row wins, None for an unknown code."""
    rows = _BY_CODE.get(code, [])
    for row in rows:
        if row.endpoint in (endpoint, None) and row.parameter in (parameter, None):
            return row
    return None
