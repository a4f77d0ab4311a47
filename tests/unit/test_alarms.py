"""What an operator hears of, and how often."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.breaker import Condition
from gateway.breakers import Change
from phone_verification.kinds import ErrorKind
from tasks.alarms import raise_alarms, tell_of_breaker


def told(before: Condition, after: Condition, *, is_news: bool) -> dict[str, Any]:
    """The line that a change of a breaker makes."""
    change = Change(endpoint=Endpoint.START, before=before, after=after, is_news=is_news, away_seconds=12.345)
    with capture_logs() as lines:
        tell_of_breaker(change)
    assert len(lines) == 1
    return dict(lines[0])


@pytest.mark.parametrize(
    ("before", "after", "is_news", "event", "level"),
    [
        (Condition.CLOSED, Condition.OPEN, True, "breaker.opened", "warning"),
        (Condition.HALF_OPEN, Condition.OPEN, False, "breaker.changed", "info"),
        (Condition.OPEN, Condition.HALF_OPEN, False, "breaker.changed", "info"),
        (Condition.HALF_OPEN, Condition.CLOSED, True, "breaker.closed", "warning"),
        (Condition.CLOSED, Condition.HELD, True, "breaker.held", "error"),
        (Condition.CLOSED, Condition.HELD, False, "breaker.changed", "info"),
    ],
)
def test_each_change_is_one_line(
    before: Condition, after: Condition, *, is_news: bool, event: str, level: str
) -> None:
    """What is no news is no alarm; no line has more than the endpoint and the time."""
    line = told(before, after, is_news=is_news)

    assert (line["event"], line["log_level"]) == (event, level)
    assert (line["endpoint"], line["away_seconds"]) == ("start", 12.3)


def test_wrong_credentials_say_what_to_mend() -> None:
    """An operator who reads one line knows where to look."""
    line = told(Condition.CLOSED, Condition.HELD, is_news=True)

    assert line["kind"] == "provider_misconfigured"
    assert "credentials" in line["mend"]


@pytest.mark.parametrize(
    ("kind", "answer_class", "is_alarm"),
    [
        (ErrorKind.PROVIDER_MISCONFIGURED, AnswerClass.NOT_SENT, False),
        (ErrorKind.PROVIDER_MISCONFIGURED, None, False),
        (ErrorKind.PROVIDER_MISCONFIGURED, AnswerClass.REFUSED, True),
        (ErrorKind.PROVIDER_ACCOUNT, AnswerClass.REFUSED, True),
        (ErrorKind.INTERNAL_ERROR, None, True),
        (ErrorKind.INVALID_CODE, AnswerClass.SUCCEEDED, False),
    ],
)
def test_a_run_tells_what_no_breaker_tells(
    kind: ErrorKind, answer_class: AnswerClass | None, *, is_alarm: bool
) -> None:
    """A thousand runs that wait for the same credentials are one alarm: the breaker's."""
    calls = (
        ()
        if answer_class is None
        else (
            Answer(
                endpoint=Endpoint.START,
                answer_class=answer_class,
                reason=Reason.MISCONFIGURED,
                duration_seconds=0,
            ),
        )
    )

    with capture_logs() as lines:
        raise_alarms(kind, calls)

    assert [line["event"] for line in lines] == ["run.operator_fault"] * is_alarm
