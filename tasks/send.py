"""Sending a code: ask Twilio once, through Verify or Messaging, and say what came of it.

Lives here: what refuses a send by itself, and its first call. Must not: ask again after a lost answer;
that is settled in tasks/settle.py.
"""

from typing import Final

import structlog

from phone_verification.arguments import SendArguments
from phone_verification.kinds import Channel, ErrorKind, Outcome, RunState, Service
from phone_verification.phone_numbers import refusal_of
from tasks.admission import look_back_on_send, refuse_send
from tasks.asked import refused
from tasks.code_text import give_code, settle_code, text_code
from tasks.inquiry import Inquiry
from tasks.reply import verification_answer
from tasks.settle import landed, settle
from tasks.started import read_start
from tasks.step import Finish, Step
from tasks.wanted import Wanted, described

log: Final = structlog.get_logger()


def send(inquiry: Inquiry, arguments: SendArguments) -> Step:
    """Ask Twilio to send a code, unless the number refuses by itself."""
    services, claim = inquiry.services, inquiry.claim
    number = arguments.number(services.default_region)
    refusal = refusal_of(number, arguments.channel, services.allowed_countries)
    if number is None:
        return Finish(outcome=Outcome.REJECTED, kind=ErrorKind.INVALID_PHONE_NUMBER)
    if refusal is not None:
        unsendable = verification_answer(number, claim.task_id, now=claim.now(), channel=arguments.channel)
        return refused(refusal, unsendable)
    history = look_back_on_send(inquiry, number, arguments)
    wanted = Wanted(number=number, arguments=arguments, history=history)
    fixed = services.fixed_codes.of(number.e164)
    if fixed is not None:
        return give_code(inquiry, wanted, fixed)
    is_own = claim.service is Service.MESSAGING
    if claim.state is RunState.SETTLING:
        return settle_code(inquiry, wanted) if is_own else settle(inquiry, wanted)
    ask = text_code if is_own else _ask
    return refuse_send(inquiry, wanted) or ask(inquiry, wanted)


def _ask(inquiry: Inquiry, wanted: Wanted) -> Step:
    services, claim, arguments = inquiry.services, inquiry.claim, wanted.arguments
    if claim.left_seconds() < services.figures.least_left_seconds:
        kind = claim.waited_for or ErrorKind.PROVIDER_UNAVAILABLE
        return refused(kind, described(inquiry, wanted, counts=False))
    answer = inquiry.start(
        to=wanted.number.e164, channel=arguments.channel, locale=arguments.locale, state=RunState.CALLING
    )
    if services.fallback.takes_over(answer, posts=inquiry.claim.posts) and arguments.channel is Channel.SMS:
        log.warning("send.falls_back", task_id=claim.task_id, provider_code=answer.provider_code)
        return text_code(inquiry, wanted)
    if answer.rate_limit_reached and services.intent_rate_limit is not None:
        return landed(inquiry, wanted)
    return read_start(inquiry, wanted, answer)
