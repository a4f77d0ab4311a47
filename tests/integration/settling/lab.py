"""A laboratory: one number, one worker's hands, and a clock that everybody shares.

Lives here: acceptance, single deliveries and the passing of time. The statements, the HTTP client and the
stand-in for Twilio are the real ones; only waiting is replaced, by making everything older on both sides.
"""

import os
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final

from sqlalchemy import select, update

from models.database import Database
from models.task_run import TaskRun
from models.verification import SendAttempt
from phone_verification.accepted_runs import ACCEPT
from phone_verification.arguments import read_arguments
from phone_verification.database_clock import now, seconds_between
from phone_verification.keys import Fingerprints, Seals
from phone_verification.kinds import Operation, RunState
from simulator.client import SimulatorClient
from tasks.claim import claim
from tasks.own_code import OWN_CODE_FIELD
from tasks.run import Reply, accept, resume
from tasks.services import Services
from tasks.sweep import sweep
from tests.integration.passing_time import pass_time

NUMBER: Final = "010-1234-5678"
E164: Final = "+821012345678"

_ids: Final = count(1)


@dataclass(slots=True)
class Lab:
    """Runs of one number, delivered by hand; `phone` is the stand-in's side door."""

    services: Services
    phone: SimulatorClient
    published: list[str] = field(default_factory=list)

    @property
    def database(self) -> Database:
        """What the worker remembers."""
        return self.services.database

    def send(
        self,
        number: str = NUMBER,
        client_ref: str | None = None,
        channel: str = "sms",
        locale: str | None = None,
        **changes: Any,
    ) -> str:
        """Accept a send and deliver it once."""
        arguments = {
            "phone_number": number,
            "client_ref": client_ref,
            "channel": channel,
            "locale": locale,
        }
        return self._put(Operation.SEND, arguments, changes)

    def check(self, code: str, handle: str | None = None, **changes: Any) -> str:
        """Accept a check and deliver it once."""
        arguments = {"phone_number": NUMBER, "code": code, "verification_id": handle}
        return self._put(Operation.CHECK, arguments, changes)

    def message(self, body: str, number: str = NUMBER, **changes: Any) -> str:
        """Accept a text of a caller's own words and deliver it once."""
        return self._put(Operation.MESSAGE, {"phone_number": number, "body": body}, changes)

    def accepted_send(self) -> str:
        """Accept a send that no worker has come to yet."""
        return self._row(Operation.SEND, {"phone_number": NUMBER}, {})

    def killed_send(self) -> str:
        """Accept a send whose worker dies after it claimed."""
        return self._killed(Operation.SEND, {"phone_number": NUMBER})

    def killed_check(self, code: str, handle: str | None) -> str:
        """Accept a check whose worker dies after it claimed."""
        return self._killed(
            Operation.CHECK, {"phone_number": NUMBER, "code": code, "verification_id": handle}
        )

    def sealed_code(self, handle: str) -> str:
        """Open the code of our own that lies sealed in a send under way."""
        return str(self.services.seals.open(handle, self.run(handle).sealed_arguments)[OWN_CODE_FIELD])

    def deliver(self, task_id: str) -> Reply:
        """Deliver a run whose wait is over."""
        with self.database.transaction() as connection:
            connection.execute(
                update(TaskRun)
                .where(TaskRun.task_id == task_id, TaskRun.state.in_((RunState.WAITING, RunState.AMBIGUOUS)))
                .values(not_before=now())
            )
        return resume(self.services, self.run(task_id).operation, task_id)

    def die(self, task_id: str) -> None:
        """Let a claim lapse, as when its worker was killed."""
        with self.database.transaction() as connection:
            connection.execute(
                update(TaskRun).where(TaskRun.task_id == task_id).values(not_before=now(), ring_at=now())
            )
        self.pass_time(0.1)
        sweep(self.services)

    def run(self, task_id: str) -> Any:
        """Read a run."""
        with self.database.transaction() as connection:
            table = TaskRun.__table__
            return connection.execute(table.select().where(table.c.task_id == task_id)).one()

    def outcome(self, task_id: str) -> str:
        """Say how a run ended, or in which state it is."""
        row = self.run(task_id)
        return str(row.error_kind or row.outcome) if row.state is RunState.DONE else str(row.state)

    def wait_seconds(self, task_id: str) -> float:
        """Say for how long a run still waits."""
        with self.database.transaction() as connection:
            wait = seconds_between(TaskRun.not_before, now()).select().where(TaskRun.task_id == task_id)
            return float(connection.execute(wait).scalar_one())

    def pass_time(self, seconds: float) -> None:
        """Make everything older, here and at Twilio."""
        pass_time(self.database, self.phone, seconds)

    def until_quiet(self, task_id: str) -> None:
        """Pass time until a send's lost request can no longer be carried out."""
        with self.database.transaction() as connection:
            since = connection.execute(
                seconds_between(now(), TaskRun.last_begun_at).select().where(TaskRun.task_id == task_id)
            ).scalar_one()
        self.pass_time(self.services.figures.quiet_seconds - since + 0.5)

    def expire(self, task_id: str) -> None:
        """Pass the deadline and let the sweeper end the run."""
        with self.database.transaction() as connection:
            left = connection.execute(
                seconds_between(TaskRun.deadline_at, now()).select().where(TaskRun.task_id == task_id)
            ).scalar_one()
        self.pass_time(max(left, 0) + 0.5)
        sweep(self.services)

    @property
    def texts(self) -> int:
        """How many texts the person got."""
        return self.phone.sent(E164)

    @property
    def starts(self) -> int:
        """How often a text was asked for."""
        return len(self.phone.requests(endpoint="start"))

    @property
    def checks(self) -> int:
        """How often Twilio was asked about a code."""
        return len(self.phone.requests(endpoint="check"))

    def lose_next_check(self) -> None:
        """The next check is carried out, and its answer lost."""
        self.phone.fault("drop_after", "check")

    def owners(self) -> dict[str, str | None]:
        """Whose every known text is."""
        with self.database.transaction() as connection:
            rows = connection.execute(select(SendAttempt.attempt_sid, SendAttempt.task_id)).all()
        return {row.attempt_sid: row.task_id for row in rows}

    @property
    def code(self) -> str:
        """What the person's phone shows."""
        return self.phone.code(E164) or ""

    @property
    def is_approved(self) -> bool:
        """Whether Twilio accepted a code."""
        return any(one["status"] == "approved" for one in self.phone.verifications(E164))

    def rotate_keys(self) -> None:
        """Make fingerprints under a new key from now on; those there are stay known."""
        keys = self.services.fingerprints.keys
        self._use(Fingerprints({"newer": os.urandom(32), **keys}, "newer", frozenset(keys)))

    def use_first_key(self) -> None:
        """Go back to the oldest key alone."""
        *_, (key_id, secret) = self.services.fingerprints.keys.items()
        self._use(Fingerprints({key_id: secret}, key_id))

    def beside(self, *, hmac_keys: str | None = None, seal_keys: str | None = None) -> "Lab":
        """Another worker's hands, which hold other keys, for the same number."""
        services = self.services
        fingerprints = Fingerprints.parse(hmac_keys) if hmac_keys else services.fingerprints
        seals = Seals.parse(seal_keys) if seal_keys else services.seals
        acceptance = replace(services.acceptance, fingerprints=fingerprints, seals=seals)
        services = replace(services, fingerprints=fingerprints, seals=seals, acceptance=acceptance)
        return replace(self, services=services)

    def accept(self, operation: Operation, task_id: str, arguments: dict[str, Any]) -> Reply:
        """Take a message of the open door."""
        read = read_arguments(operation, arguments)
        return accept(self.services, operation, task_id, read, wants_result=True)

    def _use(self, fingerprints: Fingerprints) -> None:
        acceptance = replace(self.services.acceptance, fingerprints=fingerprints)
        self.services = replace(self.services, fingerprints=fingerprints, acceptance=acceptance)

    def _put(self, operation: Operation, arguments: dict[str, Any], changes: dict[str, Any]) -> str:
        task_id = self._row(operation, arguments, changes)
        resume(self.services, operation, task_id)
        return task_id

    def _killed(self, operation: Operation, arguments: dict[str, Any]) -> str:
        task_id = self._row(operation, arguments, {})
        claim(self.services, operation, task_id)
        return task_id

    def _row(self, operation: Operation, arguments: dict[str, Any], changes: dict[str, Any]) -> str:
        task_id = f"{operation.value}-{next(_ids):06d}"
        row = self.services.acceptance.row(operation, task_id, read_arguments(operation, arguments))
        with self.database.transaction() as connection:
            connection.execute(ACCEPT[self.database.dialect], {**row, **changes})
        return task_id
