"""Twilio's Programmable Messaging through the official SDK.

Lives here: which SDK call makes which request. What the answers mean is decided in `translate`. A text may
hold a code: it goes into the request and nowhere else.
https://www.twilio.com/docs/messaging/api/message-resource
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from gateway.answer import Answer, AnswerClass, Endpoint, MessageFacts
from gateway.call import MessageCall
from gateway.exchange import Exchange
from gateway.port import Guard
from gateway.sender import Sender
from gateway.translate import translate, translate_pages
from gateway.twilio_client import Credentials, TwilioClient

# A page of the longest texts, written as escapes, stays below the largest answer that we read.
_PAGE_SIZE: Final = 50
_SHORTEST_VALIDITY_SECONDS: Final = 1
_LONGEST_VALIDITY_SECONDS: Final = 36_000


class TwilioMessaging:
    """The port `gateway.port.Messenger`, spoken to Twilio; safe to share between threads.

    Sends from the messaging service (MG…) where one is given, else from the number.
    Raises ValueError without either.
    """

    def __init__(
        self,
        *,
        credentials: Credentials,
        messaging_service_sid: str | None = None,
        from_number: str | None = None,
        base_url: str | None = None,
        concurrency: int = 32,
        connect_budget_seconds: float = 3,
        idle_seconds: float = 10,
    ) -> None:
        if not messaging_service_sid and not from_number:
            raise ValueError("a messaging service or a number to send from is needed")
        self._sender = Sender(messaging_service_sid=messaging_service_sid, from_number=from_number)
        self._account_sid = credentials.account_sid
        self._twilio = TwilioClient(
            credentials=credentials,
            base_url=base_url,
            concurrency=concurrency,
            connect_budget_seconds=connect_budget_seconds,
            idle_seconds=idle_seconds,
        )
        self._messages = self._twilio.sdk.messages

    def create(
        self,
        *,
        to: str,
        body: str,
        validity_seconds: int,
        budget_seconds: float,
        guard: Guard | None = None,
    ) -> Answer:
        """Make a message; it is dropped when it could not be sent within `validity_seconds`."""
        ask = partial(
            self._messages.create,
            to=to,
            body=body,
            validity_period=_within_bounds(validity_seconds),
            # A messaging service would swap letters for look-alikes; our texts are as they should be.
            smart_encoded=False,
            **self._sender.as_arguments(),
        )
        return self._ask(self._call(Endpoint.MESSAGE, to=to), budget_seconds, ask, guard)

    def messages(self, *, to: str, sent_since: datetime, budget_seconds: float) -> Answer:
        """List what was made for a number at or after a time, newest first, within one budget.

        Twilio filters by the day of sending alone, and a text that was not sent yet has none. So the list is
        by number, and is read until a whole page is older than `sent_since`. A message whose time cannot be
        read is told too.
        """
        call = self._call(Endpoint.MESSAGES, to=to)
        turn = partial(self._messages.page, to=to, page_size=_PAGE_SIZE)
        # Twilio's stamps are whole seconds, cut off.
        since = sent_since.replace(microsecond=0)
        pages: list[Exchange] = []
        for page in self._twilio.pages(turn, budget_seconds=budget_seconds):
            pages.append(page)
            if _is_past(translate(call, page), since):
                break
        answer = translate_pages(call, pages)
        return replace(answer, messages=tuple(one for one in answer.messages if not _is_older(one, since)))

    def message(self, *, sid: str, budget_seconds: float) -> Answer:
        """Look at one message."""
        call = self._call(Endpoint.MESSAGE_FETCH, sid=sid)
        return self._ask(call, budget_seconds, lambda: self._messages(sid).fetch())

    def reach(self, *, budget_seconds: float) -> Answer:
        """Look whether messages can be asked for: the host answers, and our credentials are right."""
        return self._ask(
            self._call(Endpoint.REACH), budget_seconds, partial(self._messages.page, page_size=1)
        )

    def _call(self, endpoint: Endpoint, *, to: str | None = None, sid: str | None = None) -> MessageCall:
        return MessageCall(
            endpoint=endpoint, account_sid=self._account_sid, sender=self._sender, to=to, sid=sid
        )

    def _ask(
        self, call: MessageCall, budget_seconds: float, ask: Callable[[], object], guard: Guard | None = None
    ) -> Answer:
        return translate(call, self._twilio.ask(ask, budget_seconds=budget_seconds, guard=guard))


def _within_bounds(validity_seconds: int) -> int:
    return min(max(validity_seconds, _SHORTEST_VALIDITY_SECONDS), _LONGEST_VALIDITY_SECONDS)


def _is_past(page: Answer, since: datetime) -> bool:
    """Whether what follows cannot be of interest: nothing on this page is, and it is no accident."""
    if page.answer_class is not AnswerClass.SUCCEEDED:
        return True
    return bool(page.messages) and all(_is_older(one, since) for one in page.messages)


def _is_older(message: MessageFacts, since: datetime) -> bool:
    return message.created_at is not None and message.created_at < since
