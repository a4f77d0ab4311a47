"""Writing a step down: the only place where a run ends or is handed back.

Lives here: thin acts on the statements of `models.records`. Facts are kept whatever becomes of the run;
its row is fenced by the epoch.
"""

from typing import Any, Final

import structlog
from sqlalchemy import Connection

from gateway.answer import Answer, Reason
from models.claims import STORED
from models.closed_sets import VerificationStatus
from models.landings import LAST_UNKNOWN_SEND
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

log: Final = structlog.get_logger()


def record(services: Services, claim: Claim, step: Finish) -> dict[str, Any] | None:
    """End a run; return its result, or None when the claim was lost and the answer was not definite.

    Of a run that is gone nothing is written. A COMMIT whose answer was lost is tried again: what is there
    already is not added to.
    """
    finished_at = step.decided_at or claim.now()
    result = result_json(claim.task_id, claim.operation, step, finished_at)
    ending = {
        "run": claim.task_id,
        "held_epoch": claim.epoch,
        "outcome": step.outcome,
        "error_kind": step.kind,
        "provider_code": step.provider_code,
        "provider_sid": step.provider_sid,
        "unsent_posts": step.unsent_posts,
        "result": result,
        "finished_at": finished_at,
    }
    with services.database.transaction() as connection:
        ended = connection.execute(RECORD, ending).rowcount
        if not ended:
            known = connection.execute(STORED, {"run": claim.task_id}).one_or_none()
            if known is None:
                # The person was forgotten meanwhile; what is kept of a number would be known again.
                return None
            if known.result == result:
                return result
        # The run's row before its verification's, in whatever way it ends: two holders that took them the
        # other way round would stand in each other's way.
        if not ended and step.is_definite_success:
            ended = connection.execute(RECORD_UNFENCED, ending).rowcount
        if step.kept is not None and (ended or not step.is_inferred):
            _keep(connection, services, claim, step.kept)
        _add_calls(connection, claim, step.calls)
    return result if ended else None


def hand_back(services: Services, claim: Claim, step: HandBack) -> bool:
    """Let go of a run for later; False when the claim was lost."""
    names: dict[str, Any] = {
        "run": claim.task_id,
        "held_epoch": claim.epoch,
        "mine": claim.state,
        "why": step.kind,
        "provider_code": step.provider_code,
        "delay_seconds": step.delay_seconds,
    }
    statement = HAND_BACK_WAITING
    if step.state is RunState.AMBIGUOUS:
        statement, names["unsent_posts"] = HAND_BACK_AMBIGUOUS, step.unsent_posts
    with services.database.transaction() as connection:
        _add_calls(connection, claim, step.calls)
        return bool(connection.execute(statement, names).rowcount)


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
            "number_block": kept.number_block,
            "age_seconds": kept.age_seconds,
            "ttl_seconds": services.ttl_seconds,
            "sent_seconds_ago": kept.sent_seconds_ago,
            "is_approved": kept.status is VerificationStatus.APPROVED,
        },
    )
    own = [_keep_attempt(connection, services, kept, sid, claim.task_id) for sid in kept.own_attempt_sids]
    if sum(own) > 1:
        log.error("run.texts_doubled", task_id=claim.task_id, texts=sum(own))
    if kept.other_attempt_sids:
        names = {"run": claim.task_id, "phone_fingerprints": kept.phone_fingerprints}
        owner = connection.execute(LAST_UNKNOWN_SEND, names).scalar()
        for sid in kept.other_attempt_sids:
            _keep_attempt(connection, services, kept, sid, owner)


def _keep_attempt(
    connection: Connection, services: Services, kept: KeptVerification, sid: str, task_id: str | None
) -> bool:
    """Write a text down; return whether it was new."""
    written = connection.execute(
        KEEP_ATTEMPT[services.database.dialect],
        {"attempt_sid": sid, "verification_id": kept.id, "task_id": task_id, "channel": kept.channel},
    )
    return written.one_or_none() is not None


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
