"""Gateways that stop asking an endpoint which does not answer.

Lives here: the ports once more, each around another one. What has no breaker is the look that opens the
others again.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from gateway.answer import Answer, Endpoint
from gateway.breaker import BreakerFigures, Condition
from gateway.breakers import Tell
from gateway.gate import Gate, Hear
from gateway.port import Gateway, Guard, Messenger
from phone_verification.kinds import Channel


class GuardedGateway:
    """The port `gateway.port.Gateway`; `look_budget_seconds` is for the looks at the service.

    `tell` is told when a breaker changes, `hear` of every answer.
    """

    def __init__(
        self,
        inner: Gateway,
        *,
        figures: BreakerFigures,
        look_budget_seconds: float,
        tell: Tell,
        hear: Hear = lambda _: None,
    ) -> None:
        self._inner = inner
        self._gate = Gate(
            (Endpoint.START, Endpoint.CHECK, Endpoint.FETCH, Endpoint.ATTEMPTS),
            figures,
            look=partial(inner.service, budget_seconds=look_budget_seconds),
            tell=tell,
            hear=hear,
        )

    def conditions(self) -> dict[Endpoint, Condition]:
        """Say where each endpoint's breaker stands."""
        return self._gate.conditions()

    def start(
        self,
        *,
        to: str,
        channel: Channel,
        locale: str | None,
        budget_seconds: float,
        guard: Guard | None = None,
        rate_limits: Mapping[str, str] | None = None,
    ) -> Answer:
        """Start a verification, or send its code again."""
        ask = partial(
            self._inner.start,
            to=to,
            channel=channel,
            locale=locale,
            budget_seconds=budget_seconds,
            guard=guard,
            rate_limits=rate_limits,
        )
        return self._gate.ask(Endpoint.START, ask)

    def check(
        self,
        *,
        code: str,
        to: str | None = None,
        verification_sid: str | None = None,
        budget_seconds: float,
        guard: Guard | None = None,
    ) -> Answer:
        """Ask whether a code is right, of a number's pending verification or of one by its sid."""
        ask = partial(
            self._inner.check,
            code=code,
            to=to,
            verification_sid=verification_sid,
            budget_seconds=budget_seconds,
            guard=guard,
        )
        return self._gate.ask(Endpoint.CHECK, ask)

    def fetch(self, *, to_or_sid: str, budget_seconds: float) -> Answer:
        """Look at a pending verification."""
        ask = partial(self._inner.fetch, to_or_sid=to_or_sid, budget_seconds=budget_seconds)
        return self._gate.ask(Endpoint.FETCH, ask)

    def attempts(
        self,
        *,
        to: str | None = None,
        verification_sid: str | None = None,
        created_after: datetime | None = None,
        budget_seconds: float,
    ) -> Answer:
        """List the texts that were made, all pages."""
        ask = partial(
            self._inner.attempts,
            to=to,
            verification_sid=verification_sid,
            created_after=created_after,
            budget_seconds=budget_seconds,
        )
        return self._gate.ask(Endpoint.ATTEMPTS, ask)

    def service(self, *, budget_seconds: float) -> Answer:
        """Look at the Verify service; this has no breaker, it is what opens the others again."""
        return self._gate.heard(self._inner.service(budget_seconds=budget_seconds))


class GuardedMessenger:
    """The port `gateway.port.Messenger`; `look_budget_seconds` is for the looks whether it can be reached.

    `tell` and `hear` are as above.
    """

    def __init__(
        self,
        inner: Messenger,
        *,
        figures: BreakerFigures,
        look_budget_seconds: float,
        tell: Tell,
        hear: Hear = lambda _: None,
    ) -> None:
        self._inner = inner
        self._gate = Gate(
            (Endpoint.MESSAGE, Endpoint.MESSAGES, Endpoint.MESSAGE_FETCH),
            figures,
            look=partial(inner.reach, budget_seconds=look_budget_seconds),
            tell=tell,
            hear=hear,
        )

    def conditions(self) -> dict[Endpoint, Condition]:
        """Say where each endpoint's breaker stands."""
        return self._gate.conditions()

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
            self._inner.create,
            to=to,
            body=body,
            validity_seconds=validity_seconds,
            budget_seconds=budget_seconds,
            guard=guard,
        )
        return self._gate.ask(Endpoint.MESSAGE, ask)

    def messages(self, *, to: str, sent_since: datetime, budget_seconds: float) -> Answer:
        """List what was made for a number at or after a time, all pages."""
        ask = partial(self._inner.messages, to=to, sent_since=sent_since, budget_seconds=budget_seconds)
        return self._gate.ask(Endpoint.MESSAGES, ask)

    def message(self, *, sid: str, budget_seconds: float) -> Answer:
        """Look at one message."""
        ask = partial(self._inner.message, sid=sid, budget_seconds=budget_seconds)
        return self._gate.ask(Endpoint.MESSAGE_FETCH, ask)

    def reach(self, *, budget_seconds: float) -> Answer:
        """Look whether messages can be asked for; this has no breaker, it is what opens the others again."""
        return self._gate.heard(self._inner.reach(budget_seconds=budget_seconds))
