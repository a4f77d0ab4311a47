"""What codes depend on besides Twilio, broken one by one: each is told, and the rest is looked at."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import redis as redis_client
from sqlalchemy import text

from models.database import Database, open_database
from models.schema import upgrade
from phone_verification import VerificationClient
from phone_verification.deliveries import DELIVERY_FACTS, DeliveryReason
from phone_verification.keys import make_key
from tasks.figures import Figures
from tests.doctor.installation import NUMBER, Installation
from tests.integration.conftest import settings_from
from tests.integration.doctor.conftest import examine, the
from worker.bootstrap import make_client
from worker.demo.redis_server import RedisServer, free_port
from worker.doctor.finding import Finding, Level
from worker.doctor.subject import Subject

Read = Callable[..., Subject]
_END = text(
    "UPDATE task_runs SET state = 'done', outcome = 'rejected', ring_at = NULL, error_kind = :kind, "
    "provider_code = :code WHERE phone_masked = :masked"
)
_TEXT = text(
    "INSERT INTO send_attempts (attempt_sid, task_id, channel, sent_at, delivery_status, delivery_reason) "
    "SELECT :sid, task_id, 'sms', now() - make_interval(secs => :age), :status, :reason "
    "FROM task_runs WHERE phone_masked = :masked"
)
OK, WARN, FAIL = Level.OK, Level.WARN, Level.FAIL


@pytest.fixture
def ground(
    whole: Installation, redis: RedisServer, fresh_postgres: str
) -> Iterator[tuple[dict[str, str], Database]]:
    """Redis and a database of one's own, and no worker; with the settings that lead there."""
    opened = open_database(fresh_postgres)
    upgrade(opened.engine)
    yield (
        {
            **whole.environment,
            "CELERY_BROKER_URL": redis.url(),
            "CELERY_RESULT_BACKEND": redis.url(1),
            "DATABASE_URL": fresh_postgres,
        },
        opened,
    )
    opened.dispose()


@pytest.fixture
def client(ground: tuple[dict[str, str], Database]) -> Iterator[VerificationClient]:
    """A caller, whom no worker serves."""
    with make_client(settings_from(ground[0]), Figures()) as opened:
        yield opened


def looked_at(read: Read, environment: Mapping[str, str], *sections: str) -> list[Finding]:
    """Examine some sections."""
    return examine(read(environment), *sections)


def test_redis_away(whole: Installation, read: Read) -> None:
    """Said once for the broker and once for the results; the database is looked at all the same."""
    nowhere = f"redis://:secret@127.0.0.1:{free_port()}/0"
    findings = looked_at(
        read, {**whole.environment, "CELERY_BROKER_URL": nowhere, "CELERY_RESULT_BACKEND": nowhere}
    )

    assert the(findings, "broker").level is the(findings, "results").level is FAIL
    assert "Start Redis" in the(findings, "broker").fix
    assert the(findings, "schema").level is OK
    assert not [finding for finding in findings if finding.check in ("workers", "queues")]
    assert "secret" not in "".join(map(str, findings))


@pytest.mark.parametrize(
    ("settings", "check", "level", "says"),
    [
        ({"maxmemory-policy": "allkeys-lru"}, "eviction", FAIL, "allkeys-lru"),
        ({}, "persistence", WARN, "none: a restart"),
        ({"save": "60 1"}, "persistence", WARN, "snapshots only"),
        ({"appendonly": "yes"}, "persistence", OK, "append-only"),
        ({"maxmemory": "1mb"}, "memory", WARN, "of 1 MB"),
        ({"maxmemory": "1gb"}, "memory", OK, "of 1,024 MB"),
        ({"replicaof": "127.0.0.1 1"}, "broker", FAIL, "is a replica"),
    ],
)
def test_a_redis_that_does_not_keep(
    ground: tuple[dict[str, str], Database],
    redis: RedisServer,
    read: Read,
    settings: dict[str, str],
    check: str,
    level: Level,
    says: str,
) -> None:
    """Eviction, persistence, memory and role."""
    with redis_client.Redis(port=redis.port) as admin:
        for name, value in settings.items():
            if name == "replicaof":
                admin.replicaof(*value.split())
            else:
                admin.config_set(name, value)

    found = the(looked_at(read, ground[0], "redis"), check)

    assert (found.level, says in found.says) == (level, True), found


def test_what_needs_no_persistence_is_not_told_to_have_it(
    ground: tuple[dict[str, str], Database], read: Read
) -> None:
    """With the open door closed nothing lives in Redis alone."""
    found = the(looked_at(read, {**ground[0], "OPEN_DOOR": "closed"}, "redis"), "persistence")

    assert found.level is OK


def test_a_redis_with_another_password(
    ground: tuple[dict[str, str], Database], redis: RedisServer, read: Read
) -> None:
    """It is there, and does not let us in: the address is right."""
    with redis_client.Redis(port=redis.port) as admin:
        admin.config_set("requirepass", "right")
    address = f"redis://:wrong@127.0.0.1:{redis.port}/0"

    found = the(looked_at(read, {**ground[0], "CELERY_BROKER_URL": address}, "redis"), "broker")

    assert (found.level, "password" in found.says) == (FAIL, True)
    assert "wrong" not in found.says + found.fix


def test_a_message_that_may_be_held_longer_than_it_is_invisible(whole: Installation, read: Read) -> None:
    """With a start of a minute two calls outlive the visibility timeout."""
    findings = looked_at(read, {**whole.environment, "START_BUDGET_SECONDS": "60"}, "redis")

    assert the(findings, "visibility").level is WARN


def test_database_away(ground: tuple[dict[str, str], Database], read: Read) -> None:
    """Said without its password, and Twilio is looked at all the same."""
    nowhere = f"postgresql+psycopg://worker:secret@127.0.0.1:{free_port()}/worker"
    findings = looked_at(read, {**ground[0], "DATABASE_URL": nowhere}, "database", "twilio")

    assert the(findings, "database").level is FAIL
    assert the(findings, "credentials").level is OK
    assert "secret" not in "".join(map(str, findings))


@pytest.mark.parametrize("address", ["postgres-without-a-scheme", "mysql+nothing://host/name"])
def test_a_database_address_that_is_none(
    ground: tuple[dict[str, str], Database], read: Read, address: str
) -> None:
    """Said like one that is away."""
    found = the(looked_at(read, {**ground[0], "DATABASE_URL": address}, "database"), "database")

    assert (found.level, "DATABASE_URL" in found.fix) == (FAIL, True)


@pytest.mark.parametrize(
    ("statement", "says", "fix"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", "at 0001, this version wants", "db upgrade"),
        ("UPDATE alembic_version SET version_num = 'beef'", "does not know", "or a newer one"),
        ("DROP TABLE alembic_version", "there are no tables", "db upgrade"),
    ],
)
def test_a_schema_of_another_version(
    ground: tuple[dict[str, str], Database], read: Read, statement: str, says: str, fix: str
) -> None:
    """Behind, ahead or missing; the tables are then not looked into."""
    with ground[1].transaction() as connection:
        connection.execute(text(statement))

    findings = looked_at(read, ground[0], "database", "workers")

    found = the(findings, "schema")
    assert (found.level, says in found.says, fix in found.fix) == (FAIL, True, True), found
    assert not [finding for finding in findings if finding.check in ("HMAC_KEYS", "overdue")]


def test_sqlite_is_for_one_worker(whole: Installation, read: Read, tmp_path: Path) -> None:
    """It works, and it is told what it is not for."""
    url = f"sqlite:///{tmp_path}/one.db"
    opened = open_database(url)
    upgrade(opened.engine)
    opened.dispose()

    findings = looked_at(read, {**whole.environment, "DATABASE_URL": url}, "database", "workers")

    assert the(findings, "database").level is WARN
    assert the(findings, "schema").level is the(findings, "last day").level is OK


def test_no_worker(ground: tuple[dict[str, str], Database], client: VerificationClient, read: Read) -> None:
    """Nobody answers, nobody came for what was accepted, and nobody ends what is overdue."""
    client.send(NUMBER)
    client.send("010-8765-4321")
    with ground[1].transaction() as connection:
        connection.execute(text("UPDATE task_runs SET ring_at = now() - interval '90 s'"))
        connection.execute(
            text(
                "UPDATE task_runs SET deadline_at = now() - interval '40 s' "
                "WHERE phone_masked = '+82*****4321'"
            )
        )

    findings = looked_at(read, ground[0], "redis", "database", "workers")

    assert (the(findings, "workers").level, the(findings, "workers").fix) == (
        FAIL,
        "Start one: celery -A worker worker",
    )
    assert re.match(r"2 accepted and not begun, the first for 9\d s", the(findings, "begun").says)
    assert re.match(r"1 past the deadline, the first by 4\d s", the(findings, "overdue").says)


def test_runs_that_move_tell_of_workers_that_do_not_answer(
    ground: tuple[dict[str, str], Database], client: VerificationClient, read: Read
) -> None:
    """Remote control may be off: a run that was just begun was begun by somebody."""
    client.send(NUMBER)
    with ground[1].transaction() as connection:
        connection.execute(text("UPDATE task_runs SET last_begun_at = now() - interval '5 s'"))

    found = the(looked_at(read, ground[0], "redis", "database", "workers"), "workers")

    assert found.level is WARN
    assert re.search(r"begun \d+ s ago", found.says)


def test_the_last_day_names_what_went_wrong(
    ground: tuple[dict[str, str], Database], client: VerificationClient, read: Read
) -> None:
    """By kind and Twilio's code, with what an operator does; what a person got wrong is no news."""
    client.send(NUMBER)
    client.send("010-8765-4321")
    with ground[1].transaction() as connection:
        for masked, kind, code in (
            ("+82*****5678", "country_blocked", 60605),
            ("+82*****4321", "invalid_code", None),
        ):
            connection.execute(_END, {"masked": masked, "kind": kind, "code": code})

    found = the(looked_at(read, ground[0], "database", "workers"), "last day")

    assert (found.level, found.says) == (WARN, "1 of 2 runs ended country_blocked (60605)")
    assert found.fix


def test_texts_that_did_not_arrive_are_told(
    ground: tuple[dict[str, str], Database], client: VerificationClient, read: Read
) -> None:
    """Of the day with the leading reason, of the number with its own; of a run the newest text counts."""
    client.send(NUMBER)
    client.send("010-8765-4321")
    with ground[1].transaction() as connection:
        for masked, sid, age, status, reason in (
            ("+82*****5678", "SM1", 9, "delivered", None),
            ("+82*****5678", "SM2", 1, "undelivered", "filtered"),
            ("+82*****4321", "SM3", 1, "failed", "handset_unreachable"),
            ("+82*****4321", "SM4", 1, None, None),
        ):
            values = {"masked": masked, "sid": sid, "age": age, "status": status, "reason": reason}
            connection.execute(_TEXT, values)

    findings = looked_at(read, ground[0], "database", "workers", "number")

    day, record = the(findings, "arrivals"), the(findings, "last runs")
    assert day.says == "2 of 3 texts of the last day did not arrive; 1 of them filtered"
    assert "undelivered (filtered)" in record.says
    assert day.fix == record.fix == DELIVERY_FACTS[DeliveryReason.FILTERED].operator_action


def test_keys_that_others_do_not_have(
    ground: tuple[dict[str, str], Database], client: VerificationClient, read: Read
) -> None:
    """Rows under a key that is gone are not found, and what was sealed does not open."""
    client.send(NUMBER)
    others = {**ground[0], "HMAC_KEYS": make_key("other"), "SEAL_KEYS": make_key("other")}

    findings = looked_at(read, others, "database")

    assert the(findings, "HMAC_KEYS").level is the(findings, "SEAL_KEYS").level is FAIL
    assert "demo is not in the list" in the(findings, "HMAC_KEYS").says
    assert all(finding.level is OK for finding in looked_at(read, ground[0], "database"))


def test_a_key_that_only_this_process_does_not_use_yet(
    ground: tuple[dict[str, str], Database], client: VerificationClient, read: Read
) -> None:
    """The others are a step ahead in the rotation."""
    client.send(NUMBER)
    keys = f"{ground[0]['HMAC_KEYS']},{make_key('old')}"

    found = the(looked_at(read, {**ground[0], "HMAC_KEYS": keys}, "database"), "HMAC_KEYS")

    assert (found.level, "already uses demo" in found.says, "Mark old retired" in found.fix) == (
        FAIL,
        True,
        True,
    )


def test_twilio_away(whole: Installation, read: Read) -> None:
    """Said once, with why, and not once for each look."""
    whole.simulator.outage("refuse")
    try:
        findings = looked_at(read, whole.environment, "twilio")
    finally:
        whole.simulator.outage("off")

    (found,) = findings
    assert (found.check, found.level, "connect_refused" in found.says) == ("credentials", FAIL, True)


def test_a_look_that_fails_is_no_failure_of_what_was_looked_at(whole: Installation, read: Read) -> None:
    """Twilio stumbles over one look: that is said, and the others are taken."""
    whole.simulator.fault("status", "rate_limits", status=503, code=20503)

    findings = looked_at(read, whole.environment, "twilio")

    assert (the(findings, "intent limit").level, "20503" in the(findings, "intent limit").says) == (
        WARN,
        True,
    )
    assert the(findings, "conversion").level is OK


def test_garbage_shows_nothing_and_breaks_nothing(whole: Installation, read: Read) -> None:
    """A web page under a good status, for every look but the service's."""
    whole.simulator.fault("wrong_json", "console", times=None)
    whole.simulator.fault("truncated_json", "rate_limits", times=None)

    findings = looked_at(read, whole.environment, "twilio", "number")

    unseen = {finding.check for finding in findings if finding.says.startswith("not seen")}
    assert unseen >= {"funds", "compliance profile", "intent limit", "Voice geo", "Twilio's view"}
    assert not [finding for finding in findings if finding.check == "doctor"]
    assert not [finding for finding in findings if finding.level is FAIL]
