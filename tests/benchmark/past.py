"""What was before: sends that ended well, so that there is something to check, or a table to be slow in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import insert

from models.closed_sets import VerificationStatus
from models.database import Database
from models.task_run import TaskRun
from models.verification import SendAttempt, Verification
from phone_verification.acceptance import Acceptance
from phone_verification.keys import Label
from phone_verification.kinds import Channel, Operation, Outcome, RunState, Service

_TTL: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A send that was answered with `sent`."""

    send_id: str
    verification_sid: str
    number: str


def remember_sends(database: Database, acceptance: Acceptance, sends: Sequence[Past]) -> None:
    """Write down sends of a moment ago, with their verifications and texts."""
    if not sends:
        return
    now = datetime.now(UTC)
    keys = acceptance.fingerprints
    phones = [keys.of(Label.PHONE, sent.number) for sent in sends]
    with database.transaction() as connection:
        connection.execute(
            insert(TaskRun),
            [
                {
                    "task_id": sent.send_id,
                    "operation": Operation.SEND,
                    "channel": Channel.SMS,
                    "service": Service.VERIFY,
                    "country": "KR",
                    "phone_masked": f"+82*****{sent.number[-4:]}",
                    "phone_fingerprint": phone,
                    "arguments_fingerprint": phone,
                    "deadline_at": now + timedelta(minutes=2),
                    "state": RunState.DONE,
                    "epoch": 1,
                    "posts": 1,
                    "first_begun_at": now,
                    "last_begun_at": now,
                    "ring_at": None,
                    "provider_sid": sent.verification_sid,
                    "outcome": Outcome.SENT,
                    "result": {"outcome": "sent"},
                    "finished_at": now,
                }
                for sent, phone in zip(sends, phones, strict=True)
            ],
        )
        connection.execute(
            insert(Verification),
            [
                {
                    "id": sent.verification_sid,
                    "phone_fingerprint": phone,
                    "phone_masked": f"+82*****{sent.number[-4:]}",
                    "country": "KR",
                    "number_block": keys.of(Label.NUMBER_BLOCK, sent.number[:-4]),
                    "channel": Channel.SMS,
                    "status": VerificationStatus.PENDING,
                    "sends": 1,
                    "expires_at": now + _TTL,
                }
                for sent, phone in zip(sends, phones, strict=True)
            ],
        )
        connection.execute(
            insert(SendAttempt),
            [
                {
                    "attempt_sid": f"VL{uuid4().hex}",
                    "verification_id": sent.verification_sid,
                    "task_id": sent.send_id,
                    "channel": Channel.SMS,
                }
                for sent in sends
            ],
        )
