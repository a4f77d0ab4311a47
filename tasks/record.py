"""Writing a step down: the only place where a run ends or is handed back.

Lives here: thin acts on the statements of `models.records`; the short way for most runs is in
tasks/record_at_once.py. Facts are kept whatever becomes of the run
(tasks/kept.py); its row is fenced by the epoch.
"""

from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from gateway.answer import Answer
from models.claims import STORED
from models.own_codes import CANCEL_CODE
from models.records import (
    ADD_CALL,
    HAND_BACK_AMBIGUOUS,
    HAND_BACK_WAITING,
    HOLDS,
    RECORD,
    RECORD_UNFENCED,
)
from phone_verification.kinds import RunState
from tasks.call_rows import call_rows
from tasks.claim import Claim
from tasks.kept import keep
from tasks.metrics import count_duplicates
from tasks.record_at_once import record_at_once
from tasks.reply import result_json
from tasks.services import Services
from tasks.step import Comparison, Finish, HandBack

log: Final = structlog.get_logger()


def record(services: Services, claim: Claim, step: Finish) -> dict[str, Any] | None:
    """End a run; return its result, or None when the claim was lost and the answer was not definite.

    Of a run that is gone nothing is written. A COMMIT whose answer was lost is tried again: what is there
    already is not added to.
    """
    finished_at = step.decided_at or claim.now()
    result = result_json(claim.task_id, claim.operation, step, finished_at)
    ending = _ending(claim, step, result, finished_at)
    if record_at_once(services, claim, step, ending):
        return result
    return _record_in_steps(services, claim, step, ending)


def _record_in_steps(
    services: Services, claim: Claim, step: Finish, ending: dict[str, Any]
) -> dict[str, Any] | None:
    """End a run the long way: its claim may be lost, there may be several texts, SQLite writes one by one."""
    result: dict[str, Any] = ending["result"]
    texts = 0
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
            texts = keep(connection, services, claim, step.kept)
        if step.is_code_canceled and ended:
            connection.execute(CANCEL_CODE, {"own_code": claim.task_id})
        _add_calls(connection, claim, step.calls)
    if texts > 1:
        log.error("run.texts_doubled", task_id=claim.task_id, texts=texts)
        count_duplicates(texts - 1)
    return result if ended else None


def compare(services: Services, claim: Claim, step: Comparison) -> tuple[Finish, dict[str, Any]] | None:
    """End a run with what is found while it is written down; return that and the result.

    None when the claim was lost: then nothing was done.
    """
    finished_at = claim.now()
    with services.database.transaction() as connection:
        held = {"run": claim.task_id, "held_epoch": claim.epoch}
        if connection.execute(HOLDS, held).one_or_none() is None:
            return None
        found = step.decide(connection)
        result = result_json(claim.task_id, claim.operation, found, finished_at)
        connection.execute(RECORD, _ending(claim, found, result, finished_at))
    return found, result


def _ending(claim: Claim, step: Finish, result: dict[str, Any], finished_at: datetime) -> dict[str, Any]:
    return {
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


def _add_calls(connection: Connection, claim: Claim, calls: tuple[Answer, ...]) -> None:
    for row in call_rows(claim, calls):
        connection.execute(ADD_CALL, row)
