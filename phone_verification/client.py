"""The durable door for Python backends: hand a wish over, poll, get one final answer.

Lives here: `VerificationClient`. It commits a row, then rings; the row is the truth. Must not: know
the worker, Twilio, or anything that the contract does not say.
"""

import math
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from phone_verification.acceptance import Acceptance
from phone_verification.accepted_runs import ACCEPT, DELIVERY_OF, FINGERPRINT_OF, STATE_OF_POLL, STATUS_OF
from phone_verification.arguments import read_arguments
from phone_verification.deliveries import DeliveryReason, DeliveryStatus
from phone_verification.errors import (
    IdempotencyConflictError,
    InvalidArgumentsError,
    NotAcceptedError,
    NotReadableError,
)
from phone_verification.keys import Fingerprints, Seals
from phone_verification.kinds import Operation, Outcome, PollState, RunState
from phone_verification.publisher import Publisher
from phone_verification.results import DeliveryAnswer, Result, RunStatus
from phone_verification.task_ids import is_task_id, new_task_id

_FIRST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 0.5
_CONNECT_ARGS: Final[dict[str, dict[str, Any]]] = {
    # Together under the 5 s within which a caller gets one clear error.
    "postgresql": {
        "connect_timeout": 3,
        "tcp_user_timeout": 4000,
        "options": "-c statement_timeout=4000 -c lock_timeout=2000",
    },
    "sqlite": {"timeout": 4},
}


class VerificationClient:
    """Sends and checks codes through the worker; safe to share between threads.

    `hmac_keys` and `seal_keys` are the worker's `HMAC_KEYS` and `SEAL_KEYS`. A call that raises
    NotAcceptedError may be repeated with the task id that the error carries: one id is one intent.
    """

    def __init__(
        self,
        *,
        database: str | Engine,
        broker_url: str,
        hmac_keys: str,
        seal_keys: str,
        default_region: str = "KR",
        send_deadline_seconds: float = 120,
        check_deadline_seconds: float = 30,
    ) -> None:
        self._engine = database if isinstance(database, Engine) else _make_engine(database)
        self._publisher = Publisher(broker_url)
        self._acceptance = Acceptance(
            fingerprints=Fingerprints.parse(hmac_keys),
            seals=Seals.parse(seal_keys),
            default_region=default_region,
            deadline_seconds={
                Operation.SEND: send_deadline_seconds,
                Operation.CHECK: check_deadline_seconds,
                Operation.MESSAGE: send_deadline_seconds,
            },
        )

    def send(
        self,
        phone_number: str,
        *,
        channel: str = "sms",
        locale: str | None = None,
        client_ref: str | None = None,
        task_id: str | None = None,
        session: Session | None = None,
    ) -> str:
        """Ask for a code to be sent; return the task id, which is also the handle for checking.

        With `session` the wish joins that session's transaction and exists when it commits.
        Raises InvalidArgumentsError, IdempotencyConflictError, NotAcceptedError.
        """
        values = {
            "phone_number": phone_number,
            "channel": channel,
            "locale": locale,
            "client_ref": client_ref,
        }
        return self._accept(Operation.SEND, values, task_id, session)

    def check(
        self,
        code: str,
        *,
        phone_number: str,
        verification_id: str | None,
        by_number_alone: bool = False,
        task_id: str | None = None,
        session: Session | None = None,
    ) -> str:
        """Ask whether a code is right; return the task id to poll.

        `verification_id` is what `send` returned: it binds the check to the person who asked for the
        code. Without one, say `by_number_alone=True`. Raises as `send` does.
        """
        if verification_id is None and not by_number_alone:
            raise InvalidArgumentsError(field="verification_id")
        values = {
            "phone_number": phone_number,
            "code": code,
            "verification_id": verification_id,
        }
        return self._accept(Operation.CHECK, values, task_id, session)

    def send_message(
        self,
        phone_number: str,
        body: str,
        *,
        task_id: str | None = None,
        session: Session | None = None,
    ) -> str:
        """Ask for a text of your own words to be sent, by SMS; return the task id to poll.

        Raises as `send` does.
        """
        values = {"phone_number": phone_number, "body": body}
        return self._accept(Operation.MESSAGE, values, task_id, session)

    def status(self, task_id: str) -> RunStatus:
        """Tell where a task stands; raises NotReadableError when the database cannot say."""
        if not is_task_id(task_id):
            # Nothing was ever accepted under it, and it may be a number: no statement and no error gets it.
            return _status(task_id, None)
        try:
            with self._engine.connect() as connection:
                row = connection.execute(STATUS_OF, {"task_id": task_id}).one_or_none()
                status = _status(task_id, row)
                if status.result is None or status.result.outcome is not Outcome.SENT:
                    return status
                return status.model_copy(update={"delivery": _delivery_of(connection, task_id)})
        except SQLAlchemyError:
            raise NotReadableError(task_id=task_id) from None

    def wait(self, task_id: str, *, timeout_seconds: float = 5) -> RunStatus:
        """Poll until the task is done or the time is up; return what was seen last."""
        give_up_at = time.monotonic() + timeout_seconds
        pause = _FIRST_PAUSE_SECONDS
        while True:
            status = self.status(task_id)
            left = give_up_at - time.monotonic()
            if status.is_done or left <= 0:
                return status
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)

    def close(self) -> None:
        """Let go of the database and the broker."""
        self._publisher.close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _accept(
        self,
        operation: Operation,
        values: Mapping[str, Any],
        task_id: str | None,
        session: Session | None,
    ) -> str:
        task_id = task_id or new_task_id()
        if not is_task_id(task_id):
            raise InvalidArgumentsError(field="task_id")
        arguments = read_arguments(operation, values)
        row = self._acceptance.row(operation, task_id, arguments)
        try:
            if session is not None:
                stored = _insert(session.connection(), row)
            else:
                with self._engine.begin() as connection:
                    stored = _insert(connection, row)
        except SQLAlchemyError:
            raise NotAcceptedError(task_id=task_id) from None
        if not self._acceptance.is_same_intent(arguments, stored):
            raise IdempotencyConflictError(task_id=task_id)
        self._ring(operation, task_id, session)
        return task_id

    def _ring(self, operation: Operation, task_id: str, session: Session | None) -> None:
        if session is None:
            self._publisher.ring(operation, task_id)
        else:
            # A savepoint's commit rings too early: the worker drops an id it cannot see yet, and its
            # sweeper rings again after the real one.
            event.listen(
                session,
                "after_commit",
                lambda _: self._publisher.ring(operation, task_id),
                once=True,
            )


def _insert(connection: Connection, row: Mapping[str, Any]) -> str:
    """Write the row unless its id is taken; return the arguments fingerprint that is stored."""
    written = connection.execute(ACCEPT[connection.dialect.name], row).one_or_none()
    if written is not None:
        return str(row["arguments_fingerprint"])
    return str(connection.execute(FINGERPRINT_OF, {"task_id": row["task_id"]}).scalar_one())


def _status(task_id: str, row: Row[Any] | None) -> RunStatus:
    if row is None:
        return RunStatus(task_id=task_id, state=PollState.NOT_FOUND)
    state = PollState(STATE_OF_POLL[RunState(row.state)])
    if state is PollState.DONE:
        return RunStatus(task_id=task_id, state=state, result=Result.model_validate(row.result))
    wait = math.ceil(row.wait_seconds) if state is PollState.RETRYING else 1
    return RunStatus(task_id=task_id, state=state, poll_after=min(max(wait, 1), 5))


def _delivery_of(connection: Connection, task_id: str) -> DeliveryAnswer | None:
    """Tell how far a run's text has come; a result is told even where that cannot be read."""
    try:
        text = connection.execute(DELIVERY_OF, {"task_id": task_id}).one_or_none()
    except (ProgrammingError, OperationalError):
        # A database that is yet to be upgraded has no such columns.
        return None
    return text and _delivery(text)


def _delivery(text: Row[Any, Any, Any]) -> DeliveryAnswer:
    reason = text.delivery_reason and DeliveryReason(text.delivery_reason)
    return DeliveryAnswer.of(DeliveryStatus(text.delivery_status), reason, text.error_code)


def _make_engine(url: str) -> Engine:
    dialect = url.partition(":")[0].partition("+")[0]
    return create_engine(
        url,
        connect_args=_CONNECT_ARGS.get(dialect, {}),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=3,
    )
