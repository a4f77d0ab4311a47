"""Somebody who was forgotten stays forgotten, whatever a worker still had in its hands."""

import pytest

from models.closed_sets import VerificationStatus
from phone_verification.accepted_runs import ACCEPT
from phone_verification.arguments import read_arguments
from phone_verification.keys import Label
from phone_verification.kinds import Channel, Operation, Outcome
from tasks.claim import Claim, claim
from tasks.forget import forget, held
from tasks.record import record
from tasks.step import Finish, KeptVerification
from tests.integration.settling.lab import E164, NUMBER, Lab

SENT = Finish(
    outcome=Outcome.SENT,
    kept=KeptVerification(
        id="VE-late",
        status=VerificationStatus.PENDING,
        channel=Channel.SMS,
        sends=1,
        own_attempt_sids=("VL-late",),
    ),
)


@pytest.fixture
def frozen(lab: Lab) -> Claim:
    """A worker stands still with an answer in hand, and the person is forgotten after the deadline."""
    arguments = read_arguments(Operation.SEND, {"phone_number": NUMBER})
    row = lab.services.acceptance.row(Operation.SEND, "send-of-the-forgotten", arguments)
    with lab.database.transaction() as connection:
        connection.execute(ACCEPT[lab.database.dialect], row)
    taken = claim(lab.services, Operation.SEND, "send-of-the-forgotten")
    assert isinstance(taken, Claim)
    lab.pass_time(136)
    forget(lab.database, phones(lab), lab.services.figures, erase_results=lambda _: None, tell=lambda _: None)
    return taken


def phones(lab: Lab) -> list[str]:
    """The number as the tables know it."""
    return lab.services.fingerprints.every(Label.PHONE, E164)


def test_an_answer_that_comes_after_all_is_not_written_down(lab: Lab, frozen: Claim) -> None:
    """The worker wakes up and tells what Twilio said of a number that nobody here knows any more."""
    assert record(lab.services, frozen, SENT) is None

    assert held(lab.database, phones(lab)).total() == 0
    assert lab.owners() == {}
