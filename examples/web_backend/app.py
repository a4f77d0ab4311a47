"""The app: `uvicorn --factory examples.web_backend.app:make_app`.

Lives here: what is put together, and what is answered when something unexpected happens.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import ArgumentError
from starlette.exceptions import HTTPException

from examples.web_backend.answers import Answer, error_of, not_found
from examples.web_backend.endpoints import respond, router
from examples.web_backend.language import Language, preferred_language
from examples.web_backend.sessions import Sessions
from examples.web_backend.settings import Settings, SettingsError
from phone_verification import ErrorKind, VerificationClient

_PAGE: Final = Path(__file__).parent / "page"


def make_app() -> FastAPI:
    """Put the backend together, with settings from the environment; nothing is connected until asked."""
    client = _make_client(Settings.read(os.environ))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with client:
            yield

    app = FastAPI(title="Phone verification", version="1", lifespan=lifespan)
    app.state.client, app.state.sessions = client, Sessions()
    app.add_exception_handler(RequestValidationError, _answer_with(_unreadable))
    app.add_exception_handler(HTTPException, _answer_with(_no_such_thing))
    app.add_exception_handler(Exception, _answer_with(_unexpected))
    app.include_router(router)
    app.mount("/", StaticFiles(directory=_PAGE, html=True))
    return app


def _make_client(settings: Settings) -> VerificationClient:
    try:
        return VerificationClient(
            database=settings.database_url,
            broker_url=settings.celery_broker_url,
            hmac_keys=settings.hmac_keys,
            seal_keys=settings.seal_keys,
            default_region=settings.default_region,
        )
    except ArgumentError:
        raise SettingsError("Cannot start: DATABASE_URL is no address of a database.") from None
    except ValueError as error:
        raise SettingsError(f"Cannot start: HMAC_KEYS or SEAL_KEYS: {error}.") from None


def _answer_with(
    choose: Callable[[Exception, Language], Answer],
) -> Callable[[Request, Exception], JSONResponse]:
    def handle(request: Request, error: Exception) -> JSONResponse:
        language = preferred_language(request.headers.get("Accept-Language", ""))
        return respond(choose(error, language), language)

    return handle


def _unreadable(_: Exception, language: Language) -> Answer:
    """A body without a number is answered like a malformed number."""
    return error_of(ErrorKind.INVALID_PHONE_NUMBER, language)


def _no_such_thing(error: Exception, language: Language) -> Answer:
    # FastAPI says 400 of a body that is not even text.
    status = error.status_code if isinstance(error, HTTPException) else 0
    return _unreadable(error, language) if status == HTTPStatus.BAD_REQUEST else not_found(language)


def _unexpected(_: Exception, language: Language) -> Answer:
    """The database that does not answer is as unexpected here as a mistake of ours."""
    return error_of(ErrorKind.INTERNAL_ERROR, language)
