"""Answers that a provider in memory is told to give, and those it makes of its own.

Lives here: what the fakes of both ports share.
"""

from collections import deque
from typing import Any

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.port import Guard
from phone_verification.kinds import ErrorKind

_MAKES_SOMETHING = (Endpoint.START, Endpoint.MESSAGE)


class Script:
    """What is to be answered next, by endpoint."""

    def __init__(self) -> None:
        self._answers: dict[Endpoint, deque[Answer]] = {endpoint: deque() for endpoint in Endpoint}

    def put(self, endpoint: Endpoint, answer: Answer) -> None:
        """Give this answer to the next call of an endpoint."""
        self._answers[endpoint].append(answer)

    def is_empty(self, endpoint: Endpoint) -> bool:
        """Whether the next call of an endpoint is carried out."""
        return not self._answers[endpoint]

    def next(self, endpoint: Endpoint, guard: Guard | None = None) -> Answer | None:
        """Return what is answered before anything is done; None when the call is to be carried out."""
        if guard is not None and not guard():
            return Answer(
                endpoint=endpoint,
                answer_class=AnswerClass.NOT_SENT,
                reason=Reason.LEASE_OVER,
                duration_seconds=0,
                kind=ErrorKind.PROVIDER_UNAVAILABLE,
            )
        return self._answers[endpoint].popleft() if self._answers[endpoint] else None


def answered(endpoint: Endpoint, **facts: Any) -> Answer:  # noqa: ANN401 - the answer's own
    """Say yes, with the facts."""
    return Answer(
        endpoint=endpoint,
        answer_class=AnswerClass.SUCCEEDED,
        reason=Reason.ANSWERED,
        duration_seconds=0,
        http_status=201 if endpoint in _MAKES_SOMETHING else 200,
        **facts,
    )


def refused(endpoint: Endpoint, kind: ErrorKind, code: int, status: int) -> Answer:
    """Say no, for a reason of Twilio's."""
    return Answer(
        endpoint=endpoint,
        answer_class=AnswerClass.REFUSED,
        reason=Reason.REFUSED,
        duration_seconds=0,
        kind=kind,
        provider_code=code,
        http_status=status,
    )
