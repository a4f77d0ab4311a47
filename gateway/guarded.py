"""A gateway that stops asking an endpoint which does not answer.

Lives here: the port once more, around another gateway: each call asks its endpoint's breaker before and
reports to it after. A call that may not leave is answered `breaker_open`: nothing was sent, for sure.
Every answer, of a look at the service too, is heard by whoever was given.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.breaker import BreakerFigures, Condition, Signal, signal_of
from gateway.breakers import Breakers, Refusal, Tell
from gateway.port import Gateway, Guard
from phone_verification.kinds import Channel, ErrorKind

Hear = Callable[[Answer], None]


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
        self._hear = hear
        self._breakers = Breakers(
            figures, look=partial(self.service, budget_seconds=look_budget_seconds), tell=tell
        )

    def conditions(self) -> dict[Endpoint, Condition]:
        """Say where each endpoint's breaker stands."""
        return self._breakers.conditions()

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
        return self._ask(Endpoint.START, ask)

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
        return self._ask(Endpoint.CHECK, ask)

    def fetch(self, *, to_or_sid: str, budget_seconds: float) -> Answer:
        """Look at a pending verification."""
        ask = partial(self._inner.fetch, to_or_sid=to_or_sid, budget_seconds=budget_seconds)
        return self._ask(Endpoint.FETCH, ask)

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
        return self._ask(Endpoint.ATTEMPTS, ask)

    def service(self, *, budget_seconds: float) -> Answer:
        """Look at the Verify service; this has no breaker, it is what opens the others again."""
        return self._heard(self._inner.service(budget_seconds=budget_seconds))

    def _ask(self, endpoint: Endpoint, ask: Callable[[], Answer]) -> Answer:
        leave = self._breakers.admit(endpoint)
        if isinstance(leave, Refusal):
            return self._heard(_not_asked(endpoint, leave))
        try:
            answer = self._heard(ask())
        except BaseException:
            # The one call that half-open lets through must come back, even as a fault of ours.
            self._breakers.report(leave, Signal.NOTHING)
            raise
        away_seconds = self._breakers.report(leave, signal_of(answer))
        if answer.answer_class is AnswerClass.NOT_SENT and away_seconds is not None:
            return replace(answer, away_seconds=away_seconds)
        return answer

    def _heard(self, answer: Answer) -> Answer:
        self._hear(answer)
        return answer


def _not_asked(endpoint: Endpoint, refusal: Refusal) -> Answer:
    is_ours = refusal.is_misconfigured
    return Answer(
        endpoint=endpoint,
        answer_class=AnswerClass.NOT_SENT,
        reason=Reason.BREAKER_OPEN,
        kind=ErrorKind.PROVIDER_MISCONFIGURED if is_ours else ErrorKind.PROVIDER_UNAVAILABLE,
        duration_seconds=0,
        away_seconds=refusal.away_seconds,
    )
