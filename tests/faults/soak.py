"""The soak's figures: how many ended how, and what was hit; written for a reader of a terminal.

Lives here: counting. Judging single runs is `promises`'.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from phone_verification.kinds import ErrorKind
from tests.faults.case import Case
from tests.faults.chaos import Chaos
from tests.faults.evidence import Run, read_runs
from tests.faults.timeline import Part


def runs_of(case: Case) -> list[Run]:
    """Read how all wishes ended."""
    return list(read_runs(case.stage.database, [intent.task_id for intent in case.intents]).values())


def unknown_share(case: Case) -> tuple[int, int]:
    """Return how many ended unknown, of those whose Twilio answered in the minute before the deadline."""
    stage = case.stage
    served = [
        run
        for run in runs_of(case)
        if not stage.timeline.away_seconds(run.deadline_at - stage.seconds(60), run.deadline_at, Part.TWILIO)
    ]
    unknown = sum(run.kind is ErrorKind.OUTCOME_UNKNOWN for run in served)
    return unknown, len(served)


def write_timeline(case: Case, chaos: Chaos, path: Path) -> None:
    """Write every fault with its moment, counted from the first."""
    first = case.stage.timeline.acts[0].at
    lines = [f"seed {chaos.seed}"]
    lines += [f"{act.at - first:9.3f} s  {act.what}" for act in case.stage.timeline.acts]
    path.write_text("\n".join(lines) + "\n")


def told(case: Case, chaos: Chaos, *, unknown: int, served: int, pressed_again: int) -> Iterator[str]:
    """Yield what a reader of a terminal wants to know, in 80 columns."""
    yield ""
    yield f"soak: seed {chaos.seed}, {len(case.intents)} wishes, {chaos.times.total()} faults"
    for what, times in chaos.times.most_common():
        met = ", ".join(f"{state} {count}" for state, count in chaos.met[what].most_common(4))
        yield f"{times:5} x {what:32} met {met or 'nobody'}"[:80]
    endings = Counter(run.kind.value if run.kind else str(run.outcome) for run in runs_of(case))
    for ending, count in endings.most_common():
        yield f"{count:5} ended {ending}"
    yield f"soak: {unknown} of {served} unknown whose Twilio answered; {pressed_again} pressed again"
