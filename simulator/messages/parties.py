"""Who may send to whom: the account's number and service, and numbers on which Twilio acts specially."""

import re

from simulator.messages.message_request import MessageRequest
from simulator.messages.refusals import refusal
from simulator.switches import TrialForm
from simulator.verify.numbers import has_funds, is_in, is_landline, is_phone, may_reach
from simulator.verify.twilio import Twilio

_SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")


def sender_of(twilio: Twilio, request: MessageRequest) -> str:
    """The number that will send it, or the refusal: the account has one, also the service's only sender."""
    if request.service is not None:
        _admit_service(twilio, request.service)
    sender = request.sender
    if sender is not None and not is_phone(sender):
        raise refusal(twilio, 21212, sender=sender)
    if sender is not None and not _may_send(twilio, sender):
        raise refusal(twilio, 21606, sender=sender)
    return twilio.account.from_number


def _may_send(twilio: Twilio, sender: str) -> bool:
    switches = twilio.switches
    return sender == twilio.account.from_number and switches.from_number_owned and switches.from_number_sms


def _admit_service(twilio: Twilio, service: str) -> None:
    if not _SERVICE_SID.fullmatch(service):
        raise refusal(twilio, 21705, service=service)
    if service != twilio.account.messaging_service_sid or twilio.switches.messaging_service_deleted:
        raise refusal(twilio, 21701, service=service)
    if not twilio.switches.messaging_service_has_senders:
        raise refusal(twilio, 21704)


def admit(twilio: Twilio, to: str, sender: str) -> None:
    """Refuse what Twilio would not send to that number; Messaging has geo permissions of its own."""
    switches = twilio.switches
    if not is_phone(to) or to == sender or to.startswith(switches.invalid_numbers):
        raise refusal(twilio, 21211, to=to)
    if is_landline(switches, to):
        raise refusal(twilio, 21614, to=to)
    if is_in(switches.messaging_blocked_countries, to):
        raise refusal(twilio, 21408, to=to)
    if to.startswith(switches.opted_out):
        raise refusal(twilio, 21610)
    if not has_funds(switches):
        raise refusal(twilio, 20005)
    if not may_reach(switches, to):
        raise refusal(twilio, 21608, to=to)
    if switches.trial and switches.trial_form is TrialForm.TEMPLATES:
        raise refusal(twilio, 572006)
