"""The end of every case: all runs over, every promise looked at, the system as good as before.

Lives here: waiting, collecting, and one assertion. The rules are `promises`'.
"""

import time
from collections import Counter
from typing import Final

from phone_verification.kinds import Outcome
from tests.faults.case import Case, national
from tests.faults.evidence import Intent, Run, collect, read_runs
from tests.faults.history import history_of
from tests.faults.promises import Trial, broken
from tests.faults.record import Record
from tests.faults.traces import traces
from worker.demo.waiting import wait_until

_RESTART_SECONDS: Final = 10.0
_DRAIN_SECONDS: Final = 30.0


def keeps_its_promises(case: Case, *, demands_texts: bool = True) -> None:
    """Wait until every run has ended, hold all to the promises, and see that all is well again."""
    __tracebackhide__ = True
    _wait_for_the_ends(case)
    injected = [act.what for act in case.stage.timeline.acts]
    aftermath = [*_fled(case), *_aftermath(case)]
    # Read last: what somebody still had in hand, or Twilio still has to carry out, has happened by then.
    wait_until(lambda: case.stage.phone.counts()["in_flight"] == 0, "Twilio has nothing in hand", seconds=60)
    trial = _trial(case, demands_texts=demands_texts)
    verdict = [*broken(trial), *aftermath, *_traces(case, trial)]
    case.record = _record(case, trial, injected, verdict)
    assert verdict == [], "\n".join([*verdict, *_histories(case, verdict), *_told(case)])


def _trial(case: Case, *, demands_texts: bool) -> Trial:
    stage = case.stage
    return Trial(
        intents=case.intents,
        evidence=collect(stage.database, stage.phone, case.intents),
        timeline=stage.timeline,
        scale=stage.scale,
        demands_texts=demands_texts,
    )


def _record(case: Case, trial: Trial, injected: list[str], verdict: list[str]) -> Record:
    numbers = {intent.to for intent in case.intents}
    return Record(
        case=case.name,
        injected=injected,
        runs=len(case.intents),
        texts=sum(len(trial.evidence.texts.get(to, [])) for to in numbers),
        outcomes=dict(Counter(_ending(trial, intent) for intent in case.intents)),
        broken=verdict,
    )


def _ending(trial: Trial, intent: Intent) -> str:
    run = trial.run(intent)
    if run is None or run.outcome is None:
        return "never ended"
    return run.kind.value if run.kind else run.outcome.value


def _wait_for_the_ends(case: Case) -> None:
    latest = max((run.deadline_at for run in _runs(case).values()), default=time.time())
    patience = max(latest - time.time(), 0) + case.stage.seconds(10) + _RESTART_SECONDS

    def is_over() -> bool:
        has_ended = all(run.finished_at is not None for run in _runs(case).values())
        return has_ended or not case.stage.crew.working()

    try:
        wait_until(is_over, "every run ends", seconds=patience)
    except TimeoutError:
        return  # the verdict names who has not


def _runs(case: Case) -> dict[str, Run]:
    return read_runs(case.stage.database, [intent.task_id for intent in case.intents])


def _fled(case: Case) -> list[str]:
    case.stage.crew.tend()
    return [f"{name} ended by itself" for name in case.stage.crew.fled]


def _aftermath(case: Case) -> list[str]:
    """A stranger is served, and the broker holds nothing of ours any more."""
    found = []
    stranger = Case("a stranger", case.stage)
    try:
        handle, code = stranger.sent(number := case.stage.new_number())
        checked = stranger.result(stranger.check(code, number, handle))
        if checked.outcome is not Outcome.APPROVED:
            found.append(f"afterwards a check ended {checked.outcome.value}")
    except (AssertionError, TimeoutError) as error:
        found.append(f"afterwards nobody was served: {error}")
    try:
        wait_until(lambda: _is_drained(case), "the broker is empty", seconds=_DRAIN_SECONDS)
    except TimeoutError:
        found.append(f"left in Redis: {case.stage.broker.left()}")
    return found


def _is_drained(case: Case) -> bool:
    case.stage.broker.age_unacknowledged()
    return not case.stage.broker.left()


def _traces(case: Case, trial: Trial) -> list[str]:
    codes = [code for texts in trial.evidence.texts.values() for code in texts]
    places = traces(case.stage, {intent.to for intent in case.intents}, codes)
    return [f"a number or a code was found: {place}" for place in places]


def _histories(case: Case, verdict: list[str]) -> list[str]:
    """What happened to the first few whom the verdict names."""
    named = [intent.to for intent in case.intents if any(intent.task_id in line for line in verdict)]
    return [history_of(case, national(to)) for to in list(dict.fromkeys(named))[:3]]


def _told(case: Case) -> list[str]:
    """What was done and what the runs say, for whoever reads a failure."""
    acts = [f"{act.at % 1000:8.2f} {act.what}" for act in case.stage.timeline.acts]
    return ["acts:", *acts[-60:], "runs:", *(f"{key}: {run}" for key, run in list(_runs(case).items())[:40])]
