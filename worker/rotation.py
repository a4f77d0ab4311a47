"""The rotation of HMAC_KEYS: what the next step is, and whether it may be taken now.

Lives here: one pure decision. Must not: ask the database, or know another process' keys: that each has
them is for whoever deploys to see to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.key_usage import KeyUsage, OpenSends
from phone_verification.keys import KeyRole


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What to do next, in one sentence; when not `is_safe`, what keeps it."""

    sentence: str
    is_safe: bool


def next_step(roles: Mapping[str, KeyRole], usages: Sequence[KeyUsage], sends: OpenSends) -> NextStep:
    """Say how a rotation goes on; `roles` are newest key first."""
    rows = dict.fromkeys(roles, 0)
    for usage in usages:
        rows[usage.key_id] = rows.get(usage.key_id, 0) + usage.rows
    missing = [key_id for key_id in rows if key_id not in roles]
    if missing:
        return NextStep(
            sentence=f"Put {missing[0]} back into HMAC_KEYS everywhere, marked retired: "
            f"{rows[missing[0]]} rows are under it and cannot be found.",
            is_safe=False,
        )
    in_use = _only(roles, KeyRole.IN_USE)[0]
    waiting, retired = _only(roles, KeyRole.NOT_USED_YET), _only(roles, KeyRole.RETIRED)
    if waiting:
        return _retire(in_use, waiting[-1], sends, rows)
    if retired:
        return _drop(retired, rows, usages)
    return NextStep(
        sentence="Nothing is under way; a rotation begins with a new key in front, everywhere "
        "(python -m worker new-key).",
        is_safe=True,
    )


def _only(roles: Mapping[str, KeyRole], wanted: KeyRole) -> list[str]:
    return [key_id for key_id, role in roles.items() if role is wanted]


def _retire(in_use: str, successor: str, sends: OpenSends, rows: Mapping[str, int]) -> NextStep:
    if rows[successor]:
        return NextStep(
            sentence=f"Mark {in_use} retired here too, now: {successor} is in use elsewhere, and until all "
            "agree two sends to one number may run at once.",
            is_safe=False,
        )
    if sends.count:
        return NextStep(
            sentence=f"Wait for the open sends ({sends.count}; the last ends in "
            f"{sends.last_ends_in_seconds:.0f} s), then ask again; next, {in_use} is marked retired.",
            is_safe=False,
        )
    return NextStep(
        sentence=f"Once every worker and caller has {successor}: mark {in_use} retired in all of them, "
        "at the same time.",
        is_safe=True,
    )


def _drop(retired: Sequence[str], rows: Mapping[str, int], usages: Sequence[KeyUsage]) -> NextStep:
    unused = [key_id for key_id in retired if not rows[key_id]]
    if unused:
        return NextStep(
            sentence=f"Drop {unused[-1]} from HMAC_KEYS everywhere: nothing is under it.", is_safe=True
        )
    oldest = retired[-1]
    youngest = max(usage.youngest_at for usage in usages if usage.key_id == oldest)
    return NextStep(
        sentence=f"Keep {oldest} until the retention has removed its {rows[oldest]} rows, the youngest of "
        f"{youngest:%Y-%m-%d %H:%M}; then drop it.",
        is_safe=False,
    )
