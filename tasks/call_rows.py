"""Calls to Twilio as rows of the audit trail."""

from typing import Any

from gateway.answer import Answer, Reason
from tasks.claim import Claim


def call_rows(claim: Claim, calls: tuple[Answer, ...]) -> list[dict[str, Any]]:
    """Write the calls that were made as rows, without a number or a code."""
    return [
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
        }
        for answer in calls
        if answer.reason not in (Reason.BREAKER_OPEN, Reason.ABSENT)
    ]
