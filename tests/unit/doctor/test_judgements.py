"""What doctor makes of facts: the edges, with nobody to ask."""

from typing import Any

import pytest

from gateway.answer import ServiceFacts
from gateway.console_body import AccountFacts, Bucket, RateLimitFacts, SummaryFacts
from gateway.exchange import Failure
from gateway.look import Look
from models.track_record import Ending, LastRun, Late, Loss
from phone_verification.deliveries import DELIVERY_FACTS, DeliveryReason, DeliveryStatus
from phone_verification.keys import KeyRole
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState
from tasks.figures import Figures
from tasks.open_door import OpenDoor
from worker.doctor import account, broker, database, keys, number, permissions, twilio, verify, workers
from worker.doctor.broker import RedisFacts
from worker.doctor.finding import Check, Level
from worker.doctor.settings import place_of
from worker.doctor.unseen import unseen
from worker.doctor.workers import WorkerFacts

OK, WARN, FAIL = Level.OK, Level.WARN, Level.FAIL
KNOWN = Look(facts=AccountFacts(status="active", is_trial=False, is_subaccount=False), http_status=200)
SERVICE: Look[ServiceFacts] = Look(facts=ServiceFacts(sid="VA1"), http_status=200)


def refused(code: int) -> Look:  # type: ignore[type-arg]  # of any facts
    """A look that was refused."""
    return Look(http_status=403, provider_code=code)


@pytest.mark.parametrize(
    ("seen", "service", "level", "expects"),
    [
        (KNOWN, SERVICE, OK, ()),
        (KNOWN, refused(20404), OK, ()),
        (KNOWN, None, OK, ()),
        (refused(20003), SERVICE, OK, ()),
        (refused(20003), refused(20404), OK, ()),
        (refused(20003), refused(20003), FAIL, (20003,)),
        (refused(20003), refused(70051), FAIL, (70051,)),
        (refused(20008), refused(20008), FAIL, (20008,)),
        (refused(20403), refused(20403), FAIL, (20403,)),
        (refused(90010), None, FAIL, (90010,)),
        (refused(12345), refused(12345), FAIL, (12345,)),
        (Look(failure=Failure.DNS), Look(failure=Failure.DNS), FAIL, ()),
        (Look(http_status=502), None, FAIL, ()),
        (Look(failure=Failure.READ_TIMEOUT), SERVICE, OK, ()),
    ],
)
def test_an_account_that_is_not_shown_is_not_called_broken(
    seen: Look[AccountFacts], service: Look[ServiceFacts] | None, level: Level, expects: tuple[int, ...]
) -> None:
    """The service's answer decides: an API key never sees the account itself."""
    found = account.judge_credentials(seen, service, seen)

    assert (found.level, found.expects) == (level, expects)


@pytest.mark.parametrize(
    ("other", "level"),
    [(Look(facts=1), OK), (refused(70051), OK), (refused(20003), FAIL), (refused(20403), FAIL)],
)
def test_without_a_verify_service_any_other_look_decides(other: Look[int], level: Level) -> None:
    """An installation with own texts alone may have none."""
    assert account.judge_credentials(refused(20003), None, other).level is level


@pytest.mark.parametrize(
    ("look", "has_key", "level"),
    [
        (refused(70051), True, OK),
        (refused(20003), True, OK),
        (refused(70051), False, WARN),
        (refused(20429), True, WARN),
        (Look(failure=Failure.READ_TIMEOUT), True, WARN),
    ],
)
def test_what_a_key_may_not_see_is_well(*, look: Look[int], has_key: bool, level: Level) -> None:
    """Few permissions are as it should be; an outage is not."""
    assert unseen(Check("twilio", "funds", "."), look, has_key=has_key).level is level


@pytest.mark.parametrize(
    ("buckets", "level"),
    [
        (None, FAIL),
        ((), FAIL),
        (((1, 600),), OK),
        (((1, 3600),), OK),
        (((1, 599),), FAIL),
        (((2, 600),), FAIL),
        (((5, 60), (1, 600)), OK),
    ],
)
def test_a_fence_is_one_in_ten_minutes(buckets: tuple[tuple[int, int], ...] | None, level: Level) -> None:
    """A wider or shorter one lets a repetition through; of several the narrowest decides."""
    made = None if buckets is None else tuple(Bucket(most=a, interval_seconds=b) for a, b in buckets)
    look = Look(facts=RateLimitFacts(buckets=made))

    assert verify.judge_rate_limit("intent", look, has_key=False).level is level


@pytest.mark.parametrize(
    ("day", "week", "level"),
    [
        ((60, 30), (400, 340), OK),
        ((60, 25), (400, 340), WARN),
        ((19, 0), (400, 340), OK),
        ((60, 0), (19, 19), OK),
        ((60, 0), (0, 0), OK),
    ],
)
def test_a_drop_is_half_of_what_was_usual(day: tuple[int, int], week: tuple[int, int], level: Level) -> None:
    """With enough codes on both sides to say so."""
    looks = [Look(facts=SummaryFacts(attempts=a, converted=b)) for a, b in (day, week)]

    assert verify.judge_conversion(looks[0], looks[1], has_key=False).level is level


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, OK), (-5, OK), (6, WARN), (-60, WARN), (61, FAIL), (-3600, FAIL)]
)
def test_a_host_may_be_off_by_seconds(seconds: float, level: Level) -> None:
    """Either way."""
    assert database.judge_clock(seconds).level is level


@pytest.mark.parametrize(("seconds", "level"), [(30, OK), (-31, WARN), (90, WARN), (91, FAIL)])
def test_twilio_may_be_off_by_the_slack(seconds: float, level: Level) -> None:
    """Beyond it the texts of a lost answer are looked for at another time."""
    assert twilio.judge_clock(seconds, Figures().clock_slack_seconds).level is level


def redis(**changes: object) -> RedisFacts:
    """A Redis that is well, but for some facts."""
    well = {"redis_version": "8.0.1", "maxmemory_policy": "noeviction", "aof_enabled": 1, "role": "master"}
    return RedisFacts.read({**well, **changes}, None)


@pytest.mark.parametrize(
    ("changes", "worst"),
    [
        ({}, OK),
        ({"redis_version": "7"}, OK),
        ({"redis_version": "6.0.16"}, WARN),
        ({"redis_version": "unknown"}, WARN),
        ({"aof_enabled": 0, "rdb_saves": 3}, WARN),
        ({"rdb_last_bgsave_status": "err"}, FAIL),
        ({"aof_last_write_status": "err"}, FAIL),
        ({"maxmemory": 100, "used_memory": 80}, OK),
        ({"maxmemory": 100, "used_memory": 81}, WARN),
        ({"maxmemory_policy": "volatile-ttl"}, FAIL),
        ({"role": "slave"}, FAIL),
    ],
)
def test_redis_keeps_what_it_is_given(changes: dict[str, object], worst: Level) -> None:
    """Also where CONFIG is forbidden and INFO is all there is."""
    levels = {found.level for found in broker.judge(redis(**changes), "host:1/0", OpenDoor.PLAIN)}

    assert max(levels, key=lambda level: level.exit_status) is worst


def test_the_longest_held_message_is_seen_again_only_afterwards() -> None:
    """With the figures as they are."""
    assert broker.held_seconds(Figures()) == 50
    assert broker.judge_visibility(50, 50).level is WARN
    assert broker.judge_visibility(51, 50).level is OK


BOTH = ["verification.send", "verification.check"]


@pytest.mark.parametrize(
    ("queues", "waiting", "moved", "levels"),
    [
        ({"a": BOTH}, 0, None, [OK, OK]),
        ({"a": BOTH[:1], "b": BOTH[1:]}, 0, None, [OK, OK]),
        ({"a": BOTH[:1]}, 0, None, [OK, FAIL]),
        ({"a": ["celery"]}, 0, None, [OK, FAIL]),
        ({"a": BOTH}, 1001, None, [OK, WARN]),
        ({}, 0, None, [FAIL]),
        ({}, 0, 61, [FAIL]),
        ({}, 0, 59, [WARN]),
    ],
)
def test_each_queue_needs_a_consumer(
    queues: dict[str, list[str]], waiting: int, moved: float | None, levels: list[Level]
) -> None:
    """Of one worker or of two; who does not answer may work all the same."""
    found = list(workers.judge_workers(WorkerFacts(queues=queues, waiting=waiting), moved))

    assert [each.level for each in found] == levels


def test_a_queue_of_two_operations_is_told_once() -> None:
    """Codes and messages leave from the same."""
    (_, found) = workers.judge_workers(WorkerFacts(queues={"a": BOTH[1:]}, waiting=0), None)

    assert found.says == "nobody consumes verification.send"


def test_the_last_day_tells_the_most_frequent_three() -> None:
    """Each with its own fix."""
    kinds = (ErrorKind.RECIPIENT_UNVERIFIED, ErrorKind.PROVIDER_ACCOUNT, ErrorKind.INTERNAL_ERROR)
    endings = [Ending(runs=9 - place, kind=kind, provider_code=None) for place, kind in enumerate(kinds)]
    endings.append(Ending(runs=1, kind=ErrorKind.PROVIDER_ERROR, provider_code=12345))

    found = list(workers.judge_day(100, endings))

    assert [each.says for each in found] == [
        "9 of 100 runs ended recipient_unverified",
        "8 of 100 runs ended provider_account",
        "7 of 100 runs ended internal_error",
    ]
    assert len({each.fix for each in found}) == 3


@pytest.mark.parametrize(
    ("texts", "losses", "level", "says"),
    [
        (0, {}, OK, "no text of the last day was followed"),
        (100, {}, OK, "0 of 100 texts"),
        (100, {"carrier_error": 20}, OK, "20 of 100 texts"),
        (100, {"carrier_error": 12, "handset_unreachable": 9}, WARN, "21 of 100 texts"),
        (100, {"carrier_error": 12, "handset_unreachable": 9}, WARN, "12 of them carrier_error"),
        (9, {"carrier_error": 9}, OK, "9 of 9 texts"),
        (100, {"handset_unreachable": 5, "filtered": 1}, WARN, "1 of them filtered"),
        (12, {None: 12}, WARN, "12 of them unknown"),
    ],
)
def test_texts_that_are_lost_are_told_by_their_share(
    texts: int, losses: dict[str | None, int], level: Level, says: str
) -> None:
    """As the alert does; one that an operator can mend is told even alone."""
    lost = [Loss(texts=n, reason=DeliveryReason(why) if why else None) for why, n in losses.items()]

    found = workers.judge_arrivals(texts, lost)

    assert (found.level, says in found.says, bool(found.fix)) == (level, True, level is WARN), found


def run(operation: Operation = Operation.SEND, **known: Any) -> LastRun:
    """A run of a minute ago, that went well."""
    sent = {"state": RunState.DONE, "outcome": Outcome.SENT, "kind": None, "provider_code": None}
    return LastRun(operation=operation, age_seconds=60, **{**sent, **known})


LOST = {"delivery": DeliveryStatus.UNDELIVERED, "reason": DeliveryReason.FILTERED}


@pytest.mark.parametrize(
    ("runs", "level", "says"),
    [
        ([], OK, "none within the retention"),
        ([run()], OK, "send 1 min ago: sent"),
        ([run(delivery=DeliveryStatus.DELIVERED)], OK, "send 1 min ago: sent, delivered"),
        ([run(**LOST)], WARN, "send 1 min ago: sent, undelivered (filtered)"),
        ([run(Operation.MESSAGE, **LOST)], WARN, "message 1 min ago: sent, undelivered (filtered)"),
        ([run(), run(**LOST)], OK, "sent; send 1 min ago: sent, undelivered (filtered)"),
        ([run(Operation.CHECK), run(**LOST)], WARN, "check 1 min ago"),
        ([run(kind=ErrorKind.RECIPIENT_UNVERIFIED, provider_code=21608)], WARN, "unverified (21608)"),
    ],
)
def test_a_number_s_last_text_decides_how_its_record_looks(
    runs: list[LastRun], level: Level, says: str
) -> None:
    """Taken by Twilio is not arrived; a check says nothing of texts."""
    found = number.judge_record(runs)

    assert (found.level, says in found.says) == (level, True), found


def test_what_a_lost_text_needs_is_its_reason_s() -> None:
    """The operator's action of the catalogue of deliveries."""
    action = DELIVERY_FACTS[DeliveryReason.FILTERED].operator_action

    assert number.judge_record([run(**LOST)]).fix == action


def test_a_key_that_may_not_read_messages_cannot_send_them_surely() -> None:
    """A lost answer could not be settled; an outage is no such key."""
    judge = permissions.judge_messages

    assert judge(Look(facts=0), has_key=True).level is OK
    assert judge(refused(70051), has_key=True).expects == (70051,)
    assert judge(refused(20429), has_key=True).level is WARN


def test_test_credentials_get_other_codes_from_messaging() -> None:
    """No sender of the account is one of theirs."""
    found = account.judge_credentials(refused(20008), None, refused(20008))

    assert (found.level, found.expects) == (FAIL, (21606, 21701))


def test_nothing_late_is_well() -> None:
    """And something late is not."""
    nothing, something = Late(runs=0, longest_seconds=0), Late(runs=1, longest_seconds=12)

    for judge in (workers.judge_overdue, workers.judge_begun):
        assert (judge(nothing).level, judge(something).level) == (OK, FAIL)


def test_keys_without_rows_are_alike() -> None:
    """A key that waits for its turn is well as long as nobody uses it."""
    roles = {"new": KeyRole.NOT_USED_YET, "old": KeyRole.IN_USE}

    assert keys.judge_fingerprints(roles, []).level is OK


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://:secret@redis.internal:6379/0", "redis.internal:6379/0"),
        ("postgresql+psycopg://worker:secret@db/verify", "db/verify"),
        ("sqlite:////var/lib/verify.db", "//var/lib/verify.db"),
        ("secret", "an address that is none"),
    ],
)
def test_a_place_has_no_password(url: str, place: str) -> None:
    """Nor a user."""
    assert place_of(url) == place
