"""What a gateway promises: one suite over the fake, bare and guarded, and over the SDK on the stand-in."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from gateway.answer import Answer, AnswerClass, Reason
from gateway.breaker import BreakerFigures
from gateway.fake import FakeGateway
from gateway.guarded import GuardedGateway
from gateway.port import Gateway
from gateway.twilio_client import Credentials
from gateway.verify import TwilioVerify
from phone_verification.kinds import Channel, ErrorKind
from simulator.account import Account
from simulator.client import SimulatorClient

NUMBER = "+821012345678"
OTHER = "+821087654321"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A gateway, and what only a test may see behind it."""

    gateway: Gateway
    code: Callable[[str], str | None]
    sent: Callable[[str], int]
    advance: Callable[[float], None]

    def start(self, to: str = NUMBER) -> Answer:
        """Start a verification."""
        return self.gateway.start(to=to, channel=Channel.SMS, locale="ko", budget_seconds=5)

    def check(self, code: str, to: str = NUMBER) -> Answer:
        """Check a code by number."""
        return self.gateway.check(code=code, to=to, budget_seconds=5)

    def wrong(self) -> str:
        """A code that is not the one on the phone."""
        return "000000" if self.code(NUMBER) != "000000" else "111111"


def fake() -> Provider:
    """The provider in memory."""
    gateway = FakeGateway()

    def advance(seconds: float) -> None:
        gateway.now += seconds

    return Provider(gateway=gateway, code=gateway.code, sent=gateway.sent.count, advance=advance)


def guarded() -> Provider:
    """The provider in memory, behind breakers that have no reason to open."""
    bare = fake()
    gateway = GuardedGateway(
        bare.gateway, figures=BreakerFigures(), look_budget_seconds=1, tell=lambda _: None
    )
    return replace(bare, gateway=gateway)


def twilio(simulator: tuple[str, SimulatorClient]) -> Provider:
    """The SDK on the stand-in."""
    account = Account()
    gateway = TwilioVerify(
        credentials=Credentials(
            account_sid=account.account_sid, username=account.account_sid, password=account.auth_token
        ),
        service_sid=account.service_sid,
        base_url=simulator[0],
    )
    side_door = simulator[1]
    return Provider(gateway=gateway, code=side_door.code, sent=side_door.sent, advance=side_door.advance)


@pytest.fixture(params=["fake", "guarded", "twilio"])
def provider(request: pytest.FixtureRequest) -> Provider:
    """Each implementation of the port."""
    in_memory = {"fake": fake, "guarded": guarded}
    if request.param in in_memory:
        return in_memory[request.param]()
    return twilio(request.getfixturevalue("simulator"))


def test_a_start_sends_one_text(provider: Provider) -> None:
    """One start, one text, one verification with one attempt."""
    answer = provider.start()

    assert answer.answer_class is AnswerClass.SUCCEEDED
    assert answer.verification is not None
    assert len(answer.verification.attempts) == 1
    assert provider.sent(NUMBER) == 1


def test_a_resend_keeps_the_verification_and_its_code(provider: Provider) -> None:
    """Within its life a verification has one code; a resend adds a text."""
    first, code = provider.start(), provider.code(NUMBER)
    second = provider.start()

    assert first.verification is not None
    assert second.verification is not None
    assert second.verification.sid == first.verification.sid
    assert len(second.verification.attempts) == 2
    assert provider.code(NUMBER) == code


def test_a_sixth_start_is_refused(provider: Provider) -> None:
    """Five texts for one verification."""
    for _ in range(5):
        provider.start()

    assert provider.start().kind is ErrorKind.MAX_SEND_ATTEMPTS
    assert provider.sent(NUMBER) == 5


def test_a_right_code_is_approved_once(provider: Provider) -> None:
    """After an approval there is nothing to check."""
    provider.start()
    code = provider.code(NUMBER) or ""

    assert provider.check(code).is_approved
    assert provider.check(code).kind is ErrorKind.NO_VERIFICATION_RECORD


def test_a_wrong_code_is_an_answer(provider: Provider) -> None:
    """Not approved, not an error, and the right one still counts."""
    provider.start()
    answer = provider.check(provider.wrong())

    assert answer.answer_class is AnswerClass.SUCCEEDED
    assert not answer.is_approved
    assert provider.check(provider.code(NUMBER) or "").is_approved


def test_a_sixth_check_is_refused(provider: Provider) -> None:
    """Five wrong codes for one verification, and then not even the right one."""
    provider.start()
    for _ in range(5):
        provider.check(provider.wrong())

    assert provider.check(provider.code(NUMBER) or "").kind is ErrorKind.MAX_CHECK_ATTEMPTS


def test_a_verification_ends_after_its_time(provider: Provider) -> None:
    """Ten minutes, and a new start makes a new one."""
    first, code = provider.start(), provider.code(NUMBER) or ""
    provider.advance(601)

    assert provider.check(code).kind is ErrorKind.NO_VERIFICATION_RECORD
    second = provider.start()
    assert first.verification is not None
    assert second.verification is not None
    assert second.verification.sid != first.verification.sid


def test_a_check_by_sid_asks_of_that_verification(provider: Provider) -> None:
    """A number's code is nothing to another's verification."""
    started = provider.start()
    provider.start(OTHER)
    assert started.verification is not None

    answer = provider.gateway.check(
        code=provider.code(NUMBER) or "", verification_sid=started.verification.sid, budget_seconds=5
    )

    assert answer.is_approved
    assert answer.verification is not None
    assert answer.verification.to == NUMBER


def test_a_pending_verification_can_be_fetched(provider: Provider) -> None:
    """By number and by sid; after an approval by neither."""
    started = provider.start()
    assert started.verification is not None
    sid = started.verification.sid

    for name in (NUMBER, sid):
        fetched = provider.gateway.fetch(to_or_sid=name, budget_seconds=5)
        assert fetched.verification is not None
        assert fetched.verification.sid == sid
    provider.check(provider.code(NUMBER) or "")
    assert provider.gateway.fetch(to_or_sid=sid, budget_seconds=5).kind is (ErrorKind.NO_VERIFICATION_RECORD)


def test_attempts_tell_what_was_converted(provider: Provider) -> None:
    """The list survives the verification, and says whether a right code was given."""
    provider.start()
    provider.start(OTHER)
    before = provider.gateway.attempts(to=NUMBER, budget_seconds=5)
    provider.check(provider.code(NUMBER) or "")
    after = provider.gateway.attempts(to=NUMBER, budget_seconds=5)

    assert [attempt.converted for attempt in before.attempts] == [False]
    assert [attempt.converted for attempt in after.attempts] == [True]


def test_the_service_is_there(provider: Provider) -> None:
    """The breaker's probe."""
    assert provider.gateway.service(budget_seconds=5).service is not None


def test_a_guard_that_says_no_sends_nothing(provider: Provider) -> None:
    """Nothing leaves, and the answer says so."""
    answer = provider.gateway.start(
        to=NUMBER, channel=Channel.SMS, locale=None, budget_seconds=5, guard=lambda: False
    )

    assert (answer.answer_class, answer.reason) == (AnswerClass.NOT_SENT, Reason.LEASE_OVER)
    assert provider.sent(NUMBER) == 0
