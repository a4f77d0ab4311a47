"""The endpoints: send a code, check a code, poll.

Lives here: what is asked of the worker for whom. All are plain functions, which FastAPI runs in threads:
the client waits without keeping the event loop from anybody else.
"""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from examples.web_backend.answers import Answer, answer_to, error_of, not_found
from examples.web_backend.documentation import OF_A_CHECK, OF_A_SEND, OF_ANY, documented, with_not_found
from examples.web_backend.language import Language, preferred_language
from examples.web_backend.sessions import COOKIE, Session, Sessions
from examples.web_backend.waiting import patience_seconds
from phone_verification import (
    ErrorKind,
    Outcome,
    PollState,
    RunStatus,
    VerificationClient,
    new_task_id,
)

router = APIRouter(tags=["phone"])


class SendRequest(BaseModel):
    """Whom to send a code."""

    phone_number: Annotated[str, Field(max_length=256, repr=False, examples=["010-1234-5678"])]


class CheckRequest(BaseModel):
    """The code that came."""

    phone_number: Annotated[str, Field(max_length=256, repr=False, examples=["010-1234-5678"])]
    code: Annotated[str, Field(max_length=256, repr=False, examples=["014302"])]


def the_client(request: Request) -> VerificationClient:
    """Return the app's client of the worker."""
    client: VerificationClient = request.app.state.client
    return client


def the_sessions(request: Request) -> Sessions:
    """Return the app's sessions."""
    sessions: Sessions = request.app.state.sessions
    return sessions


def the_session(
    sessions: Annotated[Sessions, Depends(the_sessions)],
    session: Annotated[str | None, Cookie(include_in_schema=False)] = None,
) -> Session | None:
    """Return the person's session, if there is one."""
    return sessions.find(session)


Client = Annotated[VerificationClient, Depends(the_client)]
TheLanguage = Annotated[Language, Depends(preferred_language)]
Patience = Annotated[int, Depends(patience_seconds)]
TheSession = Annotated[Session | None, Depends(the_session)]


@router.post("/phone", responses=documented([Outcome.SENT], OF_A_SEND))
def send_code(
    wish: SendRequest,
    request: Request,
    client: Client,
    sessions: Annotated[Sessions, Depends(the_sessions)],
    session: TheSession,
    language: TheLanguage,
    patience: Patience,
) -> JSONResponse:
    """Send a code to a phone; the same again is "resend"."""
    key = None
    if session is None:
        key, session = sessions.start()
    # Bound before it is asked for: whatever becomes of this request, the task is this person's.
    task_id = new_task_id()
    session.add_send(task_id, wish.phone_number)
    client.send(wish.phone_number, locale=language.value, client_ref=_address_of(request), task_id=task_id)
    response = respond(answer_to(client.wait(task_id, timeout_seconds=patience), language), language)
    if key is not None:
        is_secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, key, httponly=True, samesite="strict", secure=is_secure)
    return response


@router.post("/phone-verification", responses=documented([Outcome.APPROVED], OF_A_CHECK))
def check_code(
    wish: CheckRequest, client: Client, session: TheSession, language: TheLanguage, patience: Patience
) -> JSONResponse:
    """Check the code against the newest one that this session was sent."""
    handle = None if session is None else _newest_handle(client, session)
    if session is None or handle is None:
        return respond(error_of(ErrorKind.NO_VERIFICATION_RECORD, language), language)
    task_id = new_task_id()
    session.add_check(task_id)
    client.check(wish.code, phone_number=wish.phone_number, verification_id=handle, task_id=task_id)
    status = client.wait(task_id, timeout_seconds=patience)
    return respond(_consumed(status, session, language), language)


@router.get(
    "/tasks/{task_id}",
    responses=with_not_found(documented([Outcome.SENT, Outcome.APPROVED], OF_ANY)),
)
def poll(task_id: str, client: Client, session: TheSession, language: TheLanguage) -> JSONResponse:
    """Look how a task of this session stands; once it is done, the same answer as its POST would give."""
    if session is None or not session.owns(task_id):
        return respond(not_found(language), language)
    return respond(_consumed(client.status(task_id), session, language), language)


def respond(answer: Answer, language: Language) -> JSONResponse:
    """Write an answer."""
    return JSONResponse(
        answer.body.model_dump(mode="json", exclude_none=True),
        status_code=answer.status,
        headers={
            **answer.headers,
            "Cache-Control": "no-store",
            "Content-Language": language.value,
            "Vary": "Accept-Language",
        },
    )


def _consumed(status: RunStatus, session: Session, language: Language) -> Answer:
    """Answer; an approval is consumed by the first answer that tells of it, wherever it is told."""
    answer, result = answer_to(status, language), status.result
    if result is not None and result.outcome is Outcome.APPROVED and result.verification is not None:
        answer.body.newly_verified = session.consume(result.verification.id or "")
    return answer


def _newest_handle(client: VerificationClient, session: Session) -> str | None:
    """Return the last send that may have sent a code: one that was refused leaves the one before in place."""
    for task_id in reversed(session.sends):
        status = client.status(task_id)
        result = status.result
        if result is None and status.state is not PollState.NOT_FOUND:
            return task_id
        if result is not None and result.outcome in (Outcome.SENT, Outcome.UNKNOWN):
            return task_id
    return None


def _address_of(request: Request) -> str | None:
    """Whom to count a send against: the address; of IPv6 the /64, which is one household's."""
    if request.client is None:
        return None
    address = ip_address(request.client.host.partition("%")[0])
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)
