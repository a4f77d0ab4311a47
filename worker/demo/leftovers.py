"""The rows that are left: what an operator would find in the database."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from models import ProviderCall, SendAttempt, TaskRun, Verification
from models.database import Database


def show_rows(database: Database, say: Callable[[str], None]) -> None:
    """Print every table, cut to 80 columns."""
    with database.transaction() as connection:
        for title, query in _QUERIES:
            say("")
            say(title)
            for row in connection.execute(query):
                say("  " + "  ".join(_cell(value) for value in row))


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    if value is None:
        return "-"
    text = str(value)
    return f"{text[:10]}…" if len(text) > 24 else text  # noqa: PLR2004 - a mask fits, an id is cut


_QUERIES: Sequence[tuple[str, Any]] = (
    (
        "task_runs: what was asked, and how it ended",
        select(
            TaskRun.task_id,
            TaskRun.operation,
            TaskRun.phone_masked,
            TaskRun.outcome,
            TaskRun.error_kind,
        ).order_by(TaskRun.created_at),
    ),
    (
        "verifications: what Twilio keeps, as we know it",
        select(
            Verification.id,
            Verification.phone_masked,
            Verification.status,
            Verification.sends,
            Verification.failed_checks,
        ).order_by(Verification.created_at),
    ),
    (
        "send_attempts: one row for each text",
        select(SendAttempt.attempt_sid, SendAttempt.channel, SendAttempt.task_id),
    ),
    (
        "provider_calls: one row for each HTTP call",
        select(
            ProviderCall.endpoint,
            ProviderCall.answer_class,
            ProviderCall.reason,
            ProviderCall.http_status,
            ProviderCall.duration_ms,
        ).order_by(ProviderCall.id),
    ),
)
