"""The gate that every guarded call goes through: its endpoint's breaker is asked before and told after.

Lives here: a call that may not leave is answered `breaker_open`: nothing was sent, for sure.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.breaker import BreakerFigures, Condition, Signal, signal_of
from gateway.breakers import Breakers, Refusal, Tell
from phone_verification.kinds import ErrorKind

Hear = Callable[[Answer], None]


class Gate:
    """Lets calls through to endpoints that answer; `look` is what opens the others again.

    `tell` is told when a breaker changes, `hear` of every answer, those of looks too.
    """

    def __init__(
        self,
        endpoints: Iterable[Endpoint],
        figures: BreakerFigures,
        *,
        look: Callable[[], Answer],
        tell: Tell,
        hear: Hear,
    ) -> None:
        self._hear = hear
        self._breakers = Breakers(endpoints, figures, look=lambda: self.heard(look()), tell=tell)

    def conditions(self) -> dict[Endpoint, Condition]:
        """Say where each endpoint's breaker stands."""
        return self._breakers.conditions()

    def heard(self, answer: Answer) -> Answer:
        """Let whoever listens hear an answer, and return it."""
        self._hear(answer)
        return answer

    def ask(self, endpoint: Endpoint, ask: Callable[[], Answer]) -> Answer:
        """Make the call, or say that nothing was sent and for how long the endpoint has been away."""
        leave = self._breakers.admit(endpoint)
        if isinstance(leave, Refusal):
            return self.heard(_not_asked(endpoint, leave))
        try:
            answer = self.heard(ask())
        except BaseException:
            # The one call that half-open lets through must come back, even as a fault of ours.
            self._breakers.report(leave, Signal.NOTHING)
            raise
        away_seconds = self._breakers.report(leave, signal_of(answer))
        if answer.answer_class is AnswerClass.NOT_SENT and away_seconds is not None:
            return replace(answer, away_seconds=away_seconds)
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
