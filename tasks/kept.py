"""Keeping the facts that an answer told: they are true whatever becomes of the run that asked.

Lives here: a verification and its texts written down once. Must not: touch a run.
"""

from typing import Any

from sqlalchemy import Connection

from models.closed_sets import VerificationStatus
from models.landings import LAST_UNKNOWN_SEND
from models.records import KEEP_ATTEMPT, KEEP_VERIFICATION
from phone_verification.kinds import Channel
from tasks.claim import Claim
from tasks.services import Services
from tasks.step import KeptTexts, KeptVerification


def keep(connection: Connection, services: Services, claim: Claim, kept: KeptVerification | KeptTexts) -> int:
    """Write down what is known of a verification, and its texts; or texts that belong to none.

    Return how many of the run's own texts were new: more than one is one too many.
    """
    if isinstance(kept, KeptTexts):
        return _keep_texts(connection, services, claim, kept.attempt_sids, None, kept.channel)
    connection.execute(KEEP_VERIFICATION[services.database.dialect], verification_row(services, claim, kept))
    new = _keep_texts(connection, services, claim, kept.own_attempt_sids, kept.id, kept.channel)
    if kept.other_attempt_sids:
        names = {"run": claim.task_id, "phone_fingerprints": kept.phone_fingerprints}
        owner = connection.execute(LAST_UNKNOWN_SEND, names).scalar()
        for sid in kept.other_attempt_sids:
            _keep_text(
                connection, services, sid, verification_id=kept.id, task_id=owner, channel=kept.channel
            )
    return new


def verification_row(services: Services, claim: Claim, kept: KeptVerification) -> dict[str, Any]:
    """Fill the columns of a verification with what is known of it."""
    return {
        "id": kept.id,
        "phone_fingerprint": claim.phone_fingerprint,
        "phone_masked": claim.phone_masked,
        "country": claim.country,
        "channel": kept.channel,
        "service": kept.service,
        "status": kept.status,
        "sends": kept.sends,
        "failed_checks": kept.failed_checks,
        "code_hmac": kept.code_hmac,
        "number_block": kept.number_block,
        "age_seconds": kept.age_seconds,
        "ttl_seconds": services.ttl_seconds,
        "sent_seconds_ago": kept.sent_seconds_ago,
        "is_approved": kept.status is VerificationStatus.APPROVED,
    }


def _keep_texts(
    connection: Connection,
    services: Services,
    claim: Claim,
    sids: tuple[str, ...],
    verification_id: str | None,
    channel: Channel | None,
) -> int:
    """Write a run's own texts down; return how many were new."""
    return sum(
        _keep_text(
            connection,
            services,
            sid,
            verification_id=verification_id,
            task_id=claim.task_id,
            channel=channel,
        )
        for sid in sids
    )


def _keep_text(connection: Connection, services: Services, sid: str, **whose: Any) -> bool:  # noqa: ANN401
    """Write a text down; return whether it was new."""
    written = connection.execute(KEEP_ATTEMPT[services.database.dialect], text_row(services, sid, **whose))
    return written.one_or_none() is not None


def text_row(
    services: Services, sid: str, *, verification_id: str | None, task_id: str | None, channel: Channel | None
) -> dict[str, Any]:
    """Fill the columns of a text."""
    figures = services.figures
    return {
        "attempt_sid": sid,
        "verification_id": verification_id,
        "task_id": task_id,
        "channel": channel,
        "look_in_seconds": figures.delivery_first_look_seconds if services.follows_deliveries else None,
    }
