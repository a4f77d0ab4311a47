"""The verdict: every promise, judged on what really happened.

Lives here: pure rules, each a sentence for each break. They hold whatever was injected; what a single
case expects beyond them stands in its test.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from models.records import TRIES
from phone_verification.kinds import ErrorKind, Outcome, RunState
from tests.faults.evidence import Call, Evidence, Intent, Run
from tests.faults.timeline import Part, Timeline

_SLACK_SECONDS: Final = 2.0
"""A process that has just started sweeps only now; unscaled, because starting is."""
_OURS: Final = (Part.DATABASE, Part.WORKERS, Part.BROKER)
_A_MOMENT_SECONDS: Final = 1.0
_DONE: Final = (200, 201)
_TEXTS: Final = ("start", "message")

_TRUE_OF_A_RIGHT_CODE: Final = frozenset(
    {ErrorKind.OUTCOME_UNKNOWN, ErrorKind.PROVIDER_UNAVAILABLE, ErrorKind.RATE_LIMITED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is judged: intents, evidence, and what was done meanwhile.

    `demands_texts` says whether a text is owed to whoever had a calm time, as it is unless single calls
    are broken at random all the time.
    """

    intents: Sequence[Intent]
    evidence: Evidence
    timeline: Timeline
    scale: float
    demands_texts: bool = True

    def run(self, intent: Intent) -> Run | None:
        """Return the run of an intent."""
        return self.evidence.runs.get(intent.task_id)

    @property
    def texts(self) -> list[Intent]:
        """Return the intents that want a text."""
        return [intent for intent in self.intents if intent.operation.is_sending]

    @property
    def checks(self) -> list[Intent]:
        """Return the intents that want a verdict."""
        return [intent for intent in self.intents if not intent.operation.is_sending]

    def calls(self, intent: Intent, *endpoints: str) -> list[Call]:
        """Return the calls about an intent's number."""
        calls = self.evidence.calls.get(intent.to, [])
        return [call for call in calls if call.endpoint in endpoints]

    def is_due(self, intent: Intent) -> bool:
        """Whether a text is owed: Twilio was well for 60 s before the last 45 s, and we were there."""
        run = self.run(intent)
        if run is None or not self.demands_texts:
            return False
        end = run.deadline_at - 45 * self.scale
        calm = self.timeline.longest_calm(Part.TWILIO, run.created_at, end)
        away = self.timeline.away_seconds(run.created_at, end, *_OURS)
        return calm >= 60 * self.scale and away <= 20 * self.scale


def broken(trial: Trial) -> list[str]:
    """Return a sentence for each promise that was broken."""
    return [sentence for rule in _RULES for sentence in rule(trial)]


def _every_run_ends(trial: Trial) -> Iterator[str]:
    for intent in trial.intents:
        run = trial.run(intent)
        if run is None:
            yield f"{intent.task_id}: no such run"
        elif run.state is not RunState.DONE or run.finished_at is None:
            yield f"{intent.task_id}: never ended, {run.state.value}"
        else:
            away = trial.timeline.away_seconds(run.deadline_at, run.finished_at, Part.DATABASE, Part.WORKERS)
            late = run.finished_at - run.deadline_at - away
            if late > 10 * trial.scale + _SLACK_SECONDS:
                yield f"{intent.task_id}: ended {late:.1f} s after its deadline"


def _one_text_an_intent(trial: Trial) -> Iterator[str]:
    asked = Counter(intent.to for intent in trial.texts)
    due = Counter(intent.to for intent in trial.texts if trial.is_due(intent))
    for to, wishes in asked.items():
        texts = len(trial.evidence.texts.get(to, []))
        if texts > wishes:
            yield f"{texts} texts for {wishes} wishes of …{to[-4:]}"
        if texts < due[to]:
            yield f"{texts} texts where {due[to]} were owed to …{to[-4:]}"


def _a_sends_outcome_is_true(trial: Trial) -> Iterator[str]:
    said: dict[str, Counter[str]] = {}
    for intent in trial.texts:
        run = trial.run(intent)
        if run is not None and run.outcome is not None:
            word = "sent" if run.outcome is Outcome.SENT else run.kind.value if run.kind else "?"
            said.setdefault(intent.to, Counter())[word] += 1
    for to, words in said.items():
        texts = len(trial.evidence.texts.get(to, []))
        most = words.total() - words[ErrorKind.PROVIDER_UNAVAILABLE.value]
        if not words["sent"] <= texts <= max(most, words["sent"]):
            yield f"{texts} texts, but …{to[-4:]} was told {dict(words)}"


def _a_verdict_is_true(trial: Trial) -> Iterator[str]:
    for intent in trial.checks:
        run = trial.run(intent)
        if run is None or run.outcome is None:
            continue
        is_so = intent.code in trial.evidence.approved.get(intent.to, set())
        if run.outcome is Outcome.APPROVED and not is_so:
            yield f"{intent.task_id}: approved, and Twilio knows nothing of it"
        is_false = run.kind is not None and run.kind not in _TRUE_OF_A_RIGHT_CODE
        if intent.is_right and is_false and not _was_locked(trial, intent, run):
            yield f"{intent.task_id}: a right code was called {run.kind.value}"


def _was_locked(trial: Trial, intent: Intent, run: Run) -> bool:
    """Whether Twilio had carried out five wrong checks by then, those included whose answers were lost."""
    checks = [
        call.processed_at for call in trial.calls(intent, "check") if call.twilio_status == HTTPStatus.OK
    ]
    tried = [at for at in checks if at is not None and at < (run.finished_at or 0)]
    return run.kind is ErrorKind.MAX_CHECK_ATTEMPTS and len(tried) >= TRIES


def _unknown_only_where_lost(trial: Trial) -> Iterator[str]:
    wishes = Counter((intent.operation, intent.to) for intent in trial.intents)
    for intent in trial.intents:
        run = trial.run(intent)
        if run is None or run.kind is not ErrorKind.OUTCOME_UNKNOWN or run.finished_at is None:
            continue
        if not _was_anything_lost(trial, intent, run):
            yield f"{intent.task_id}: outcome_unknown, and no answer was lost"
        if wishes[intent.operation, intent.to] == 1 and _was_told(trial, intent, run):
            yield f"{intent.task_id}: outcome_unknown, and a probe had told the truth"


def _was_anything_lost(trial: Trial, intent: Intent, run: Run) -> bool:
    """Whether an answer was lost: this run's own, or one of the number's that it had to wait for."""
    posts = trial.calls(intent, *_TEXTS, "check")
    if any(not call.is_answered for call in posts):
        return True
    runs = [trial.run(other) for other in trial.intents if other.to == intent.to]
    unknown = [one for one in runs if one is not None and one.kind is ErrorKind.OUTCOME_UNKNOWN]
    return any(
        trial.timeline.was_touched(one.created_at, one.finished_at or one.deadline_at)
        for one in unknown
        if one.created_at <= run.created_at
    )


def _was_told(trial: Trial, intent: Intent, run: Run) -> bool:
    """Whether a probe was answered, undisturbed, after Twilio had acted and before the end."""
    is_send = intent.operation.is_sending
    posts = trial.calls(intent, *(_TEXTS if is_send else ("check",)))
    done = [call for call in posts if call.twilio_status in _DONE]
    acted = [call.processed_at for call in done if call.processed_at is not None]
    if not acted or (not is_send and intent.code not in trial.evidence.approved.get(intent.to, set())):
        return False
    probes = trial.calls(intent, *(("fetch", "attempts", "messages") if is_send else ("attempts",)))
    return any(_told(trial, probe, min(acted), run) for probe in probes)


def _told(trial: Trial, probe: Call, since: float, run: Run) -> bool:
    end = probe.at + _A_MOMENT_SECONDS
    in_time = probe.at > since and end < (run.finished_at or 0)
    good = probe.is_answered and probe.status == 200
    return in_time and good and not trial.timeline.was_touched(probe.at, end)


_RULES: Final[tuple[Callable[[Trial], Iterator[str]], ...]] = (
    _every_run_ends,
    _one_text_an_intent,
    _a_sends_outcome_is_true,
    _a_verdict_is_true,
    _unknown_only_where_lost,
)
