"""Writing a step down: the only place where a run ends or is handed back.

Lives here: thin acts on the statements of `models.records`. Facts are kept whatever becomes of the run;
its row is fenced by the epoch.
"""

from typing import Any

from sqlalchemy import Connection

from gateway.answer import Answer, Reason
from models.closed_sets import VerificationStatus
from models.records import (
    ADD_CALL,
    HAND_BACK_AMBIGUOUS,
    HAND_BACK_WAITING,
    KEEP_ATTEMPT,
    KEEP_VERIFICATION,
    RECORD,
    RECORD_UNFENCED,
)
from phone_verification.kinds import RunState
from tasks.claim import Claim
from tasks.reply import result_json
from tasks.services import Services
from tasks.step import Finish, HandBack, KeptVerification


def record(services: Services, claim: Claim, step: Finish) -> dict[str, Any] | None:
    """End a run; return its result, or None when the claim was lost and the answer was not definite."""
    finished_at = claim.now()
    result = result_json(claim.task_id, claim.operation, step, finished_at)
    ending = {
        "run": claim.task_id,
        "held_epoch": claim.epoch,
        "outcome": step.outcome,
        "error_kind": step.kind,
        "provider_code": step.provider_code,
        "provider_sid": step.provider_sid,
        "result": result,
        "finished_at": finished_at,
    }
    with services.database.transaction() as connection:
        if step.kept is not None:
            _keep(connection, services, claim, step.kept)
        _add_calls(connection, claim, step.calls)
        ended = connection.execute(RECORD, ending).rowcount
        if not ended and step.is_definite_success:
            ended = connection.execute(RECORD_UNFENCED, ending).rowcount
    return result if ended else None


def hand_back(services: Services, claim: Claim, step: HandBack) -> bool:
    """Let go of a run for later; False when the claim was lost."""
    statement = HAND_BACK_WAITING if step.state is RunState.WAITING else HAND_BACK_AMBIGUOUS
    with services.database.transaction() as connection:
        _add_calls(connection, claim, step.calls)
        handed_back = connection.execute(
            statement,
            {
                "run": claim.task_id,
                "held_epoch": claim.epoch,
                "mine": claim.state,
                "why": step.kind,
                "provider_code": step.provider_code,
                "delay_seconds": step.delay_seconds,
            },
        ).rowcount
    return bool(handed_back)


def _keep(
    connection: Connection,
    services: Services,
    claim: Claim,
    kept: KeptVerification,
) -> None:
    dialect = services.database.dialect
    connection.execute(
        KEEP_VERIFICATION[dialect],
        {
            "id": kept.id,
            "phone_fingerprint": claim.phone_fingerprint,
            "phone_masked": claim.phone_masked,
            "country": claim.country,
            "channel": kept.channel,
            "status": kept.status,
            "sends": kept.sends,
            "failed_checks": kept.failed_checks,
            "code_hmac": kept.code_hmac,
            "age_seconds": kept.age_seconds,
            "ttl_seconds": services.ttl_seconds,
            "is_sent_now": kept.is_sent_now,
            "is_approved": kept.status is VerificationStatus.APPROVED,
        },
    )
    for attempt_sid in kept.attempt_sids:
        # The youngest text answers this intent; older ones that nobody knows belong to a lost answer.
        is_mine = attempt_sid == kept.attempt_sids[-1]
        connection.execute(
            KEEP_ATTEMPT[dialect],
            {
                "attempt_sid": attempt_sid,
                "verification_id": kept.id,
                "task_id": claim.task_id if is_mine else None,
                "channel": kept.channel if is_mine else None,
            },
        )


def _add_calls(connection: Connection, claim: Claim, calls: tuple[Answer, ...]) -> None:
    for answer in calls:
        if answer.reason is Reason.BREAKER_OPEN:
            # No call was made.
            continue
        connection.execute(
            ADD_CALL,
            {
                "task_id": claim.task_id,
                "epoch": claim.epoch,
                "endpoint": answer.endpoint.value,
                "answer_class": answer.answer_class.value,
                "reason": answer.reason.value,
                "http_status": answer.http_status,
                "provider_code": answer.provider_code,
                "request_id": answer.request_id,
                "duration_ms": round(answer.duration_seconds * 1000),
            },
        )
