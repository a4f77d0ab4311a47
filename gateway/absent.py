"""A service of Twilio's that is not set up here: each of its calls is refused, and none is made.

Lives here: both ports, for a worker that needs only one of them.
"""

from typing import Any

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from phone_verification.kinds import ErrorKind


class AbsentTwilio:
    """Implements `gateway.port.Gateway` and `gateway.port.Messenger`: every answer is `misconfigured`."""

    def start(self, **_: Any) -> Answer:  # noqa: ANN401 - whatever the port is given
        """Refuse."""
        return _refused(Endpoint.START)

    def check(self, **_: Any) -> Answer:  # noqa: ANN401 - as above
        """Refuse."""
        return _refused(Endpoint.CHECK)

    def fetch(self, **_: Any) -> Answer:  # noqa: ANN401 - as above
        """Refuse."""
        return _refused(Endpoint.FETCH)

    def attempts(self, **_: Any) -> Answer:  # noqa: ANN401 - as above
        """Refuse."""
        return _refused(Endpoint.ATTEMPTS)

    def service(self, **_: Any) -> Answer:  # noqa: ANN401 - as above
        """Refuse."""
        return _refused(Endpoint.SERVICE)

    def create(self, **_: Any) -> Answer:  # noqa: ANN401 - as above
        """Refuse."""
        return _refused(Endpoint.MESSAGE)

    def messages(self, **_: Any) -> Answer:  # noqa: ANN401 - as above
        """Refuse."""
        return _refused(Endpoint.MESSAGES)

    def message(self, **_: Any) -> Answer:  # noqa: ANN401 - as above
        """Refuse."""
        return _refused(Endpoint.MESSAGE_FETCH)

    def reach(self, **_: Any) -> Answer:  # noqa: ANN401 - as above
        """Refuse."""
        return _refused(Endpoint.REACH)


def _refused(endpoint: Endpoint) -> Answer:
    return Answer(
        endpoint=endpoint,
        answer_class=AnswerClass.REFUSED,
        reason=Reason.ABSENT,
        duration_seconds=0,
        kind=ErrorKind.PROVIDER_MISCONFIGURED,
    )
