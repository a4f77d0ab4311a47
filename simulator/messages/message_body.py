"""The body of a message: https://www.twilio.com/docs/messaging/api/message-resource."""

from simulator.clock import rfc2822
from simulator.exchange import JsonObject
from simulator.messages.message import Moment
from simulator.messages.segments import count_segments
from simulator.messages.walk import Status

# https://www.twilio.com/docs/api/errors; Twilio warns not to rely on codes or words.
_ERRORS = {
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Carrier violation",
    30008: "Unknown error",
    30036: "Validity Period Expired",
}


def message_body(moment: Moment) -> JsonObject:
    """A message as it is at a moment: numbers as strings, dates as in RFC 2822, relative addresses."""
    message = moment.message
    path = f"/2010-04-01/Accounts/{message.account_sid}/Messages/{message.sid}"
    segments = 0 if moment.status == Status.ACCEPTED else count_segments(message.body)
    return {
        "account_sid": message.account_sid,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": rfc2822(message.created_at),
        "date_sent": None if moment.sent_at is None else rfc2822(moment.sent_at),
        "date_updated": rfc2822(moment.updated_at),
        "direction": "outbound-api",
        "error_code": moment.error_code,
        "error_message": _error_message(moment.error_code),
        "from": moment.sender,
        "messaging_service_sid": message.messaging_service_sid,
        "num_media": "0",
        "num_segments": str(segments),
        "price": None if moment.sent_at is None else f"-{0.05 * segments:.5f}",
        "price_unit": "USD",
        "sid": message.sid,
        "status": moment.status,
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": message.to,
        "uri": f"{path}.json",
    }


def _error_message(code: int | None) -> str | None:
    return None if code is None else _ERRORS.get(code, "Unknown error")
