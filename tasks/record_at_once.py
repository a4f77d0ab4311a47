"""Writing a step down in one statement, where one answer ended a run: nearly always.

Lives here: which steps that is, and the statement's values. All others go the long way (tasks/record.py), as
does a run whose claim was lost.
"""

from functools import partial
from typing import Any

from models.records_at_once import CALL, NOTHING_TOLD, RECORD_AT_ONCE, TEXT, VERIFICATION
from tasks.call_rows import call_rows
from tasks.claim import Claim
from tasks.kept import text_row, verification_row
from tasks.services import Services
from tasks.step import Finish, KeptVerification


def record_at_once(services: Services, claim: Claim, step: Finish, ending: dict[str, Any]) -> bool:
    """End a run with what its answer told; False when nothing was written: it goes the long way."""
    row = _row(services, claim, step)
    if row is None or services.database.dialect != "postgresql":
        return False
    ended = services.database.one(RECORD_AT_ONCE, {**row, **ending})
    return ended is not None and bool(ended.ended)


def _row(services: Services, claim: Claim, step: Finish) -> dict[str, Any] | None:
    """Name what is to be kept; None for a step that tells of more than one text, or of several calls."""
    kept, calls = step.kept, call_rows(claim, step.calls)
    if step.is_code_canceled or len(calls) > 1:
        return None
    told = NOTHING_TOLD | _named(CALL, *calls)
    if kept is None:
        return told
    if not isinstance(kept, KeptVerification) or kept.other_attempt_sids or len(kept.own_attempt_sids) > 1:
        return None
    whose = partial(text_row, services, verification_id=kept.id, task_id=claim.task_id, channel=kept.channel)
    texts = (whose(sid) for sid in kept.own_attempt_sids)
    return told | _named(VERIFICATION, verification_row(services, claim, kept)) | _named(TEXT, *texts)


def _named(prefix: str, *rows: dict[str, Any]) -> dict[str, Any]:
    return {f"{prefix}{name}": value for row in rows for name, value in row.items()}
