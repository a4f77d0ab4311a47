"""The words in which Messaging refuses: https://www.twilio.com/docs/api/errors."""

from simulator.exchange import RefusalError
from simulator.verify.twilio import Twilio

_WORDS = {
    20001: "Invalid date value.",
    20005: "Account is not active",
    20007: "Page size must be between 1 and 1000",
    21211: "The 'To' number {to} is not a valid phone number.",
    21212: "The 'From' number {sender} is not a valid phone number, shortcode, or alphanumeric sender ID.",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: "
    "{to}.",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number {sender} is not a valid, SMS-capable inbound phone number or short code "
    "for your account.",
    21608: "The number {to} is unverified. Trial accounts cannot send messages to unverified numbers; verify "
    "{to} at twilio.com/user/account/phone-numbers/verified, or purchase a Twilio number to send messages "
    "to unverified numbers.",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "The 'To' phone number: {to}, is not currently reachable using the 'From' phone number: {sender} "
    "via SMS.",
    21614: "To number: {to}, is not a mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21624: "The validity period must be a whole number of seconds between 1 and 36000",
    21701: "The Messaging Service {service} does not exist",
    21704: "The Messaging Service contains no phone numbers",
    21705: "The Messaging Service Sid {service} is invalid",
    572006: "Custom message bodies are not available on this trial account: use a predefined template",
}
_STATUSES = {20005: 403, 21701: 404}


def refusal(twilio: Twilio, code: int, *, to: str = "", sender: str = "", service: str = "") -> RefusalError:
    """The error with that code; its text names what was asked, as Twilio's does."""
    words = _WORDS[code].format(to=to, sender=sender, service=service)
    return twilio.refusal(_STATUSES.get(code, 400), code, words)
