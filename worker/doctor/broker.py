"""Redis: is it there, and does it keep what it is given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import redis
from redis import AuthenticationError, RedisError

from tasks.figures import Figures
from tasks.open_door import OpenDoor
from worker.celery import app
from worker.doctor.finding import Check, Finding
from worker.doctor.settings import place_of
from worker.doctor.subject import Subject

_PATIENCE_SECONDS: Final = 2
_SCHEMES: Final = ("redis", "rediss", "unix")
_OLDEST: Final = (6, 2)
_NEARLY_FULL: Final = 0.8

_BROKER: Final = Check(
    "redis",
    "broker",
    "The queue is a hint and the database the truth: without Redis runs wait, none is lost.",
)
_UP: Final = _BROKER.ok("Redis {version} at {place}")
_OLD: Final = _BROKER.warn(
    "Redis {version} at {place}, older than any that the tests ran on",
    fix="Upgrade Redis; 8 is what docker-compose.yml runs.",
)
_AWAY: Final = _BROKER.fail(
    "{place} does not answer ({error})", fix="Start Redis, or mend CELERY_BROKER_URL."
)
_LOCKED: Final = _BROKER.fail(
    "{place} does not accept the password", fix="Mend user and password in CELERY_BROKER_URL."
)
_REPLICA: Final = _BROKER.fail(
    "{place} is a replica: it takes no messages", fix="Let CELERY_BROKER_URL lead to the primary."
)
_FOREIGN: Final = _BROKER.warn(
    "the broker is no Redis, so nothing is known of it",
    fix="Use Redis: it is what the worker is hardened for.",
)

_EVICTION: Final = Check(
    "redis", "eviction", "A Redis that is full must refuse new messages, not throw waiting ones away."
)
_KEEPS: Final = _EVICTION.ok("noeviction")
_EVICTS: Final = _EVICTION.fail(
    "{policy}: when it is full, Redis throws waiting messages away",
    fix="Set maxmemory-policy to noeviction.",
)

_PERSISTENCE: Final = Check(
    "redis",
    "persistence",
    "What came through the open door is as durable as Redis until a worker has taken it.",
)
_APPENDED: Final = _PERSISTENCE.ok("append-only file")
_UNNEEDED: Final = _PERSISTENCE.ok("none, and none is needed: OPEN_DOOR is closed")
_SNAPSHOTS: Final = _PERSISTENCE.warn(
    "snapshots only: a restart loses the messages of minutes", fix="Set appendonly to yes."
)
_NOTHING: Final = _PERSISTENCE.warn(
    "none: a restart loses every message that waits", fix="Set appendonly to yes."
)
_UNSAVED: Final = _PERSISTENCE.fail(
    "Redis could not save ({what}), and may refuse to take messages",
    fix="Make room on Redis' disk, then look at its log.",
)

_MEMORY: Final = Check(
    "redis", "memory", "A full Redis takes no messages; runs are then swept, seconds later."
)
_ROOM: Final = _MEMORY.ok("{used} used, {limit}")
_NEARLY: Final = _MEMORY.warn(
    "{used} used, {limit}", fix="Raise maxmemory, or see who else fills this Redis (redis-cli --bigkeys)."
)

_VISIBILITY: Final = Check(
    "redis", "visibility", "A message that is held longer than this is delivered a second time meanwhile."
)
_LONG: Final = _VISIBILITY.ok("{visible:g} s; a message is held for {held:g} s at most")
_SHORT: Final = _VISIBILITY.warn(
    "{visible:g} s, but a message may be held for {held:g} s",
    fix="Lower START_BUDGET_SECONDS or PROBE_BUDGET_SECONDS.",
)

_RESULTS: Final = Check(
    "redis", "results", "Callers of the open door poll Celery's result; the others ask the database."
)
_STORED: Final = _RESULTS.ok("Redis at {place}")
_UNSTORED: Final = _RESULTS.ok("none: open-door callers cannot poll, all others can")
_UNKNOWN: Final = _RESULTS.ok("no Redis, hence not looked at")
_LOST: Final = _RESULTS.fail(
    "{place} does not answer ({error}): open-door callers get no result",
    fix="Start it, mend CELERY_RESULT_BACKEND, or set that to disabled:// when nobody polls it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisFacts:
    """What INFO tells; `policy` and the rest are as Redis names them."""

    version: str
    is_replica: bool
    policy: str
    used_bytes: int
    limit_bytes: int
    is_appending: bool
    has_snapshots: bool
    failed_save: str | None

    @classmethod
    def read(cls, info: Mapping[str, Any], save: str | None) -> "RedisFacts":
        """Read INFO, and what CONFIG says of snapshots; None where that is not allowed."""
        failed = [
            name
            for name in ("rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status")
            if info.get(name, "ok") != "ok"
        ]
        return cls(
            version=str(info.get("redis_version", "?")),
            is_replica=info.get("role") == "slave",
            policy=str(info.get("maxmemory_policy", "unknown")),
            used_bytes=int(info.get("used_memory", 0)),
            limit_bytes=int(info.get("maxmemory", 0)),
            is_appending=bool(info.get("aof_enabled")),
            has_snapshots=bool(info.get("rdb_saves")) if save is None else bool(save),
            failed_save=failed[0] if failed else None,
        )


def examine(subject: Subject) -> Iterator[Finding]:
    """Look at the broker and at the result backend."""
    place = place_of(subject.broker_url)
    if not subject.broker_url.startswith(_SCHEMES):
        yield _FOREIGN.found()
    else:
        try:
            facts = _ask(subject.broker_url)
        except AuthenticationError:
            yield _LOCKED.found(place=place)
        except (RedisError, OSError) as error:
            yield _AWAY.found(place=place, error=type(error).__name__)
        else:
            yield from judge(facts, place, subject.open_door)
    yield judge_visibility(
        float(app.conf.broker_transport_options["visibility_timeout"]), held_seconds(subject.figures)
    )
    yield _results(subject.result_backend)


def judge(facts: RedisFacts, place: str, open_door: OpenDoor) -> Iterator[Finding]:
    """Say what the facts mean."""
    if facts.is_replica:
        yield _REPLICA.found(place=place)
    else:
        is_old = _version(facts.version) < _OLDEST
        yield (_OLD if is_old else _UP).found(version=facts.version, place=place)
    yield _KEEPS.found() if facts.policy == "noeviction" else _EVICTS.found(policy=facts.policy)
    yield _persistence(facts, open_door)
    limit = f"of {_shown(facts.limit_bytes)}" if facts.limit_bytes else "no limit is set"
    is_nearly_full = bool(facts.limit_bytes) and facts.used_bytes > _NEARLY_FULL * facts.limit_bytes
    yield (_NEARLY if is_nearly_full else _ROOM).found(used=_shown(facts.used_bytes), limit=limit)


def held_seconds(figures: Figures) -> float:
    """Return how long a message may be held: behind one run, then for its own, each of three calls."""
    calls = figures.start_budget_seconds + 2 * figures.probe_budget_seconds
    return 2 * (calls + figures.start_lease_margin_seconds)


def judge_visibility(visible_seconds: float, held: float) -> Finding:
    """Compare the visibility timeout with the longest that a message is held."""
    return (_LONG if held < visible_seconds else _SHORT).found(visible=visible_seconds, held=held)


def _persistence(facts: RedisFacts, open_door: OpenDoor) -> Finding:
    if facts.failed_save:
        return _UNSAVED.found(what=facts.failed_save)
    if facts.is_appending:
        return _APPENDED.found()
    if open_door is OpenDoor.CLOSED:
        return _UNNEEDED.found()
    return (_SNAPSHOTS if facts.has_snapshots else _NOTHING).found()


def _results(url: str) -> Finding:
    if url.startswith("disabled"):
        return _UNSTORED.found()
    if not url.startswith(_SCHEMES):
        return _UNKNOWN.found()
    place = place_of(url)
    try:
        with _client(url) as client:
            client.ping()
    except (RedisError, OSError) as error:
        return _LOST.found(place=place, error=type(error).__name__)
    return _STORED.found(place=place)


def _ask(url: str) -> RedisFacts:
    with _client(url) as client:
        info = client.info()
        try:
            save = client.config_get("save").get("save")
        except RedisError:
            # Hosts of Redis often forbid CONFIG.
            save = None
    return RedisFacts.read(info, save)


def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS
    )


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _shown(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
