"""The OpenAPI description: each status that an endpoint answers, with an example of each case."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from examples.web_backend.answers import Answer, Body, answer_to, error_of, not_found
from examples.web_backend.language import Language
from phone_verification import SUCCESS_MESSAGES, ErrorKind, Outcome, PollState, RunStatus

_ANY_TASK: Final = "9a99eb90-0b0f-4c0e-9d5a-3f7c5d0f4e11"
_BOTH: Final = (
    ErrorKind.INVALID_PHONE_NUMBER,
    ErrorKind.RATE_LIMITED,
    ErrorKind.OUTCOME_UNKNOWN,
    ErrorKind.PROVIDER_UNAVAILABLE,
    ErrorKind.PROVIDER_ERROR,
    ErrorKind.INTERNAL_ERROR,
)
OF_A_SEND: Final = (
    *_BOTH,
    ErrorKind.UNSUPPORTED_PHONE_TYPE,
    ErrorKind.COUNTRY_BLOCKED,
    ErrorKind.FRAUD_BLOCKED,
    ErrorKind.RECIPIENT_OPTED_OUT,
    ErrorKind.MAX_SEND_ATTEMPTS,
    ErrorKind.MAX_CHECK_ATTEMPTS,
)
OF_A_CHECK: Final = (
    *_BOTH,
    ErrorKind.INVALID_CODE,
    ErrorKind.NO_VERIFICATION_RECORD,
    ErrorKind.ALREADY_VERIFIED,
    ErrorKind.MAX_CHECK_ATTEMPTS,
)
OF_ANY: Final = tuple(dict.fromkeys((*OF_A_SEND, *OF_A_CHECK)))


def documented(outcomes: Iterable[Outcome], kinds: Iterable[ErrorKind]) -> dict[int | str, dict[str, Any]]:
    """Describe the good answers, 202, and each error under its status."""
    cases = [(outcome.value, _good(outcome)) for outcome in outcomes]
    cases.append(("still_working", _unfinished()))
    cases += [(kind.value, error_of(kind, Language.KO)) for kind in kinds]
    return _described(cases)


def with_not_found(responses: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """Add what is answered about a task that is somebody else's, or nobody's."""
    return {**responses, **_described([("not_found", not_found(Language.KO))])}


def _described(cases: Iterable[tuple[str, Answer]]) -> dict[int | str, dict[str, Any]]:
    # "default" stands for FastAPI's own 422, which this backend never answers.
    responses: dict[int | str, dict[str, Any]] = {
        "default": {"model": Body, "description": "Any other error"}
    }
    for name, answer in cases:
        status = int(answer.status)
        described = responses.setdefault(
            status,
            {
                "model": Body,
                "description": HTTPStatus(status).phrase,
                "content": {"application/json": {"examples": {}}},
            },
        )
        value = answer.body.model_dump(mode="json", exclude_none=True)
        described["content"]["application/json"]["examples"][name] = {
            "summary": answer.body.error or answer.body.message,
            "value": value,
        }
    return responses


def _good(outcome: Outcome) -> Answer:
    body = Body(message=SUCCESS_MESSAGES[outcome].ko, task_id=_ANY_TASK, state=PollState.DONE)
    if outcome is Outcome.SENT:
        body.checks_left, body.expires_in, body.next_send_in = 5, 600, 30
    else:
        body.newly_verified = True
    return Answer(status=HTTPStatus.OK, body=body)


def _unfinished() -> Answer:
    return answer_to(RunStatus(task_id=_ANY_TASK, state=PollState.RETRYING, poll_after=2), Language.KO)
