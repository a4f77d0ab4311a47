"""A rotation of keys while runs are under way: two workers, each at another step of it.

What one began the other settles; what one was told the other knows. The two steps of HMAC_KEYS at which
processes may differ are tried both ways round, and those of SEAL_KEYS.
"""

import itertools

import pytest
from sqlalchemy import select

from models.task_run import TaskRun
from phone_verification.keys import Label, make_key
from phone_verification.kinds import Operation
from tasks.run import Done, NotMine
from tests.integration.settling.lab import E164, NUMBER, Lab

K1, K2 = make_key("k1"), make_key("k2")
S1, S2 = make_key("s1"), make_key("s2")
OLD, ADDED, RETIRED, ALONE = K1, f"{K2},{K1}", f"{K2},{K1}:retired", K2

Pair = tuple[Lab, Lab]


@pytest.fixture(
    params=[(OLD, ADDED), (ADDED, OLD), (ADDED, RETIRED), (RETIRED, ADDED)],
    ids=["old, added", "added, old", "added, retired", "retired, added"],
)
def pair(lab: Lab, request: pytest.FixtureRequest) -> Pair:
    """Two workers' hands at two steps of a rotation."""
    first, second = request.param
    return lab.beside(hmac_keys=first), lab.beside(hmac_keys=second)


def test_a_send_whose_answer_was_lost_is_settled_by_the_other(pair: Pair) -> None:
    """One text, found; its code is approved through either, for the very handle."""
    first, second = pair
    first.phone.fault("drop_after", "start")
    handle = first.send()

    second.deliver(handle)

    assert (second.outcome(handle), first.texts, first.starts) == ("sent", 1, 1)
    assert second.outcome(second.check(first.code, handle)) == "approved"


def test_a_send_that_never_arrived_is_asked_for_once_more_by_the_other(pair: Pair) -> None:
    """Its looks prove that there is no text, whosever records they are."""
    first, second = pair
    first.phone.fault("drop_before", "start")
    handle = first.send()

    second.until_quiet(handle)
    second.deliver(handle)

    assert (second.outcome(handle), first.texts, first.starts) == ("sent", 1, 2)


def test_one_id_through_both_is_one_intent(pair: Pair) -> None:
    """No key invents a conflict, and none hides one."""
    first, second = pair
    sent = first.accept(Operation.SEND, "order-17-sms", {"phone_number": NUMBER})

    again = second.accept(Operation.SEND, "order-17-sms", {"phone_number": NUMBER})
    other = second.accept(Operation.SEND, "order-17-sms", {"phone_number": NUMBER, "channel": "call"})

    assert isinstance(sent, Done)
    assert again == sent
    assert other == NotMine()
    assert first.texts == 1


def test_the_same_wrong_code_burns_one_try(pair: Pair) -> None:
    """Answered once, it is known to the other without asking."""
    first, second = pair
    handle = first.send()
    wrong = other_code(first.code)

    outcomes = [first.outcome(one.check(wrong, handle)) for one in (first, second)]

    assert outcomes == ["invalid_code", "invalid_code"]
    assert first.checks == 1


def test_a_lost_approval_is_found_out_by_the_other(pair: Pair) -> None:
    """The code that was typed is compared under the key it was written with."""
    first, second = pair
    handle = first.send()
    first.lose_next_check()
    checked = first.check(first.code, handle)

    second.deliver(checked)

    assert second.outcome(checked) == "approved"


def test_a_lost_approval_is_not_credited_to_another_code(pair: Pair) -> None:
    """A wrong code typed at the other worker stays wrong."""
    first, second = pair
    handle = first.send()
    first.lose_next_check()
    lost = first.check(first.code, handle)

    wrong = second.check(other_code(first.code), handle)
    first.deliver(lost)
    second.deliver(wrong)

    assert (first.outcome(lost), second.outcome(wrong)) == ("approved", "already_verified")


def test_an_approval_is_told_again_by_the_other(pair: Pair) -> None:
    """The same handle and code: approved, and Twilio is asked once."""
    first, second = pair
    handle = first.send()
    code = first.code
    assert first.outcome(first.check(code, handle)) == "approved"

    again = second.check(code, handle)

    assert second.outcome(again) == "approved"
    assert second.run(again).result["replayed"] is True
    assert first.checks == 1


def test_an_unknown_text_is_attributed_to_the_others_send(pair: Pair) -> None:
    """A send that ended unknown owns the older text that a later answer shows."""
    first, second = pair
    first.phone.fault("drop_after", "start")
    unknown = first.send()
    first.expire(unknown)

    later = second.send()

    assert second.outcome(later) == "sent"
    assert sorted(str(owner) for owner in second.owners().values()) == sorted([unknown, later])


def test_what_counts_against_a_caller_is_found_by_the_other(pair: Pair) -> None:
    """Number and client_ref of a row are among the fingerprints that the other looks for."""
    first, second = pair
    first.accept(Operation.SEND, "order-17-sms", {"phone_number": NUMBER, "client_ref": "an-address"})

    keys = second.services.fingerprints
    found = select(TaskRun.task_id).where(
        TaskRun.phone_fingerprint.in_(keys.every(Label.PHONE, E164)),
        TaskRun.client_ref_hmac.in_(keys.every(Label.CLIENT_REF, "an-address")),
    )

    with second.database.transaction() as connection:
        assert connection.scalars(found).all() == ["order-17-sms"]


@pytest.mark.parametrize("keys", [(OLD, ADDED), (ADDED, OLD)], ids=["old, added", "added, old"])
def test_while_the_new_key_is_only_known_two_starts_take_turns(lab: Lab, keys: tuple[str, str]) -> None:
    """The lock compares one fingerprint: until the old key is retired, all make the same one."""
    first, second = (lab.beside(hmac_keys=one) for one in keys)
    first.phone.fault("drop_before", "start")
    in_doubt = first.send()

    waiting = second.send()

    assert (first.outcome(in_doubt), second.outcome(waiting)) == ("ambiguous", "accepted")
    assert lab.starts == 1


def test_a_key_that_was_dropped_too_early_invents_nothing(lab: Lab) -> None:
    """What cannot be compared is no conflict, and no approval: the person is told to press again."""
    before, after = lab.beside(hmac_keys=OLD), lab.beside(hmac_keys=ALONE)
    sent = before.accept(Operation.SEND, "order-17-sms", {"phone_number": NUMBER})
    before.lose_next_check()
    lost = before.check(before.code, "order-17-sms")

    again = after.accept(Operation.SEND, "order-17-sms", {"phone_number": NUMBER})
    wrong = after.check(other_code(before.code), "order-17-sms")

    assert again == sent
    assert after.outcome(wrong) != "approved"
    before.deliver(lost)
    assert before.outcome(lost) == "approved"


SEAL_STEPS = {"s1": S1, "s1,s2": f"{S1},{S2}", "s2,s1": f"{S2},{S1}", "s2": S2}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [pair for step in itertools.pairwise(SEAL_STEPS) for pair in itertools.permutations(step)],
    ids=str,
)
def test_arguments_sealed_by_one_are_opened_by_the_other(lab: Lab, ours: str, theirs: str) -> None:
    """A seal key is first put last, so that all open with it, then first, then alone."""
    sealer, opener = lab.beside(seal_keys=SEAL_STEPS[ours]), lab.beside(seal_keys=SEAL_STEPS[theirs])
    sealer.phone.fault("drop_after", "start")
    handle = sealer.send()

    opener.deliver(handle)

    assert (opener.outcome(handle), lab.texts) == ("sent", 1)


def test_a_seal_that_cannot_be_opened_waits_for_who_can(lab: Lab) -> None:
    """In the wrong order of steps a run is not lost: whoever has the key goes on with it."""
    sealer, stranger = lab.beside(seal_keys=S1), lab.beside(seal_keys=S2)
    sealer.phone.fault("drop_after", "start")
    handle = sealer.send()

    stranger.deliver(handle)
    assert stranger.outcome(handle) == "ambiguous"
    sealer.deliver(handle)

    assert (sealer.outcome(handle), lab.texts) == ("sent", 1)


def other_code(code: str) -> str:
    """A code that is wrong for sure."""
    return "".join(str((int(digit) + 1) % 10) for digit in code)
