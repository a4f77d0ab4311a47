"""The guard before Twilio: what a number and its callers have used up, and what that forbids.

Lives here: pure decisions on ages, in seconds, youngest first. What is counted is in models/history.py;
asking and writing down is in tasks/admission.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.closed_sets import GuardRule
from tasks.rules import Limit, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """How long ago each counted send began, and each wrong code was told, youngest first."""

    number: tuple[float, ...] = ()
    client_ref: tuple[float, ...] = ()
    wrong_codes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """A rule that speaks against asking now; over in `wait_seconds`, as far as this rule goes."""

    rule: GuardRule
    wait_seconds: float
    inputs: dict[str, Any] = field(default_factory=dict)


def object_to_send(rules: Rules, history: History) -> Objection | None:
    """Say what forbids a send now; of several rules the one that forbids it longest."""
    return _longest(
        [*_of_number(rules, history.number), *_over(rules.of_client_ref, history.client_ref)],
    )


def object_to_check(rules: Rules, history: History, *, has_handle: bool) -> Objection | None:
    """Say what forbids a check now; sends never do. Who has no handle may be anybody, and guesses less."""
    limits = (rules.wrong_codes,) if has_handle else (rules.wrong_codes, rules.wrong_codes_without_handle)
    return _longest(objection for limit in limits for objection in _over(limit, history.wrong_codes))


def next_send_in_seconds(rules: Rules, sends: Sequence[float]) -> float:
    """Say when the number may be sent to again; 0 when it may now."""
    objection = _longest(_of_number(rules, sends))
    return 0 if objection is None else objection.wait_seconds


def _of_number(rules: Rules, sends: Sequence[float]) -> list[Objection]:
    return [
        *_too_soon(rules, sends),
        *(objection for limit in rules.of_number for objection in _over(limit, sends)),
    ]


def _too_soon(rules: Rules, sends: Sequence[float]) -> list[Objection]:
    """Make the person wait for the last text before another; longer, the more there were."""
    recent = [age for age in sends if age < rules.of_number[0].window_seconds]
    if not recent or not rules.resend_waits_seconds:
        return []
    wait = rules.resend_waits_seconds[min(len(recent), len(rules.resend_waits_seconds)) - 1]
    if recent[0] >= wait:
        return []
    inputs = {"sends": len(recent), "last_seconds_ago": round(recent[0], 1), "wait_seconds": wait}
    return [Objection(rule=GuardRule.RESEND_WAIT, wait_seconds=wait - recent[0], inputs=inputs)]


def _over(limit: Limit, ages: Sequence[float]) -> list[Objection]:
    """Forbid one more while the window is full: until the oldest of the last `most` has left it."""
    inside = [age for age in ages if age < limit.window_seconds]
    if not limit.most or len(inside) < limit.most:
        return []
    inputs = {"counted": len(inside), "most": limit.most, "window_seconds": limit.window_seconds}
    wait = limit.window_seconds - inside[limit.most - 1]
    return [Objection(rule=limit.rule, wait_seconds=wait, inputs=inputs)]


def _longest(objections: Iterable[Objection]) -> Objection | None:
    return max(objections, key=lambda objection: objection.wait_seconds, default=None)
