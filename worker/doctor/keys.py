"""Keys: do they find what is in the tables, and open what was sealed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from models import track_record
from models.database import Database
from models.key_usage import KeyUsage, usage_of_keys
from phone_verification.keys import Fingerprints, KeyRole, SealBrokenError, Seals
from worker.doctor.finding import Check, Finding

_HMAC: Final = Check(
    "database", "HMAC_KEYS", "A number is found by its fingerprint, which all processes must make alike."
)
_ALIKE: Final = _HMAC.ok("in use: {in_use}; every row is under a key of the list")
_DROPPED: Final = _HMAC.fail(
    "{key} is not in the list, and numbers are not found under it (rows: {rows:,})",
    fix="Put {key} back everywhere, marked retired (docs/keys.md).",
)
_APART: Final = _HMAC.fail(
    "another process already uses {key}: two sends to one number may run at once",
    fix="Mark {in_use} retired here too, now (docs/keys.md).",
)

_SEAL: Final = Check(
    "database", "SEAL_KEYS", "What a caller has sealed must open here, or its run ends internal_error."
)
_OPEN: Final = _SEAL.ok("open what is sealed (open runs: {runs})")
_SHUT: Final = _SEAL.fail(
    "of the newest open runs {runs} cannot be opened",
    fix="Add the key that their callers seal with, at the end of SEAL_KEYS, everywhere (docs/keys.md).",
)


def examine(opened: Database, fingerprints: Fingerprints | None, seals: Seals | None) -> Iterator[Finding]:
    """Hold the keys against the tables; raises SQLAlchemyError."""
    if fingerprints is not None:
        roles = fingerprints.roles()
        yield judge_fingerprints(roles, usage_of_keys(opened, roles))
    if seals is not None:
        sealed = track_record.sealed_of_open_runs(opened)
        shut = sum(not _opens(seals, task_id, text) for task_id, text in sealed)
        yield _SHUT.found(runs=shut) if shut else _OPEN.found(runs=len(sealed))


def judge_fingerprints(roles: Mapping[str, KeyRole], usages: Sequence[KeyUsage]) -> Finding:
    """Say whether all processes make fingerprints alike."""
    in_use = next(key_id for key_id, role in roles.items() if role is KeyRole.IN_USE)
    rows: dict[str, int] = {}
    for usage in usages:
        rows[usage.key_id] = rows.get(usage.key_id, 0) + usage.rows
    for key_id, count in rows.items():
        if key_id not in roles:
            return _DROPPED.found(rows=count, key=key_id)
        if roles[key_id] is KeyRole.NOT_USED_YET:
            return _APART.found(key=key_id, in_use=in_use)
    return _ALIKE.found(in_use=in_use)


def _opens(seals: Seals, task_id: str, sealed: str) -> bool:
    try:
        seals.open(task_id, sealed)
    except SealBrokenError:
        return False
    return True
