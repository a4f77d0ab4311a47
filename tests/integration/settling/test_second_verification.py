"""A second verification of the number, born after a check was lost: neither may answer for the other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.answer import Answer
from simulator.client import SimulatorClient
from tasks.recent_texts import RecentTexts
from tests.integration.settling.lab import Lab


def other(code: str) -> str:
    """A code that is not this one."""
    return "".join(str((int(digit) + 1) % 10) for digit in code)


def lose_all(lab: Lab, code: str, handle: str) -> str:
    """Check a code whose every answer is lost, until its deadline."""
    lab.phone.fault("drop_after", "check", times=None)
    lost = lab.check(code, handle)
    lab.phone.remove_fault()
    return lost


def approved_unheard(lab: Lab) -> tuple[str, str, str]:
    """An approval that nobody heard of, and then a new verification that was approved in the open."""
    first = lab.send()
    lab.pass_time(3)
    lab.phone.fault("drop_before", "start")
    resend = lab.send()
    lab.pass_time(3)
    right = lab.code
    lost = lose_all(lab, right, first)
    lab.expire(lost)
    lab.expire(resend)
    second = lab.send()
    lab.pass_time(3)
    assert lab.outcome(lab.check(lab.code, second)) == "approved"
    return first, right, lost


def test_a_wrong_code_is_not_credited_with_an_approval_that_was_cleared_away(lab: Lab) -> None:
    """A younger verification that is pending acquits nobody of the older one's approval."""
    first, right, lost = approved_unheard(lab)
    lab.phone.fault("drop_before", "check")
    wrong = lab.check(other(right), first)
    lab.phone.remove_fault()

    lab.deliver(wrong)

    assert lab.outcome(wrong) != "approved"
    assert lab.run(lost).posts >= 1


def test_the_right_code_of_the_first_verification_is_still_found_out(lab: Lab) -> None:
    """Whatever was checked in the second one meanwhile."""
    first, right, _ = approved_unheard(lab)
    lab.pass_time(60)

    assert lab.outcome(lab.check(right, first)) == "approved"


@pytest.mark.parametrize("apart_seconds", [55, 0], ids=["born long after", "born soon after"])
def test_a_typo_does_not_bind_a_handle_to_another_sends_verification(lab: Lab, apart_seconds: int) -> None:
    """Its "no" came from the number's new verification; the handle's own is the one before."""
    lab.phone.fault("drop_after", "start")
    first = lab.send()
    lab.pass_time(3)
    right = lab.code
    lab.expire(first)
    lab.pass_time(apart_seconds)
    lost = lose_all(lab, right, first)
    lab.pass_time(2)
    assert lab.outcome(lab.send()) == "sent"
    lab.expire(lost)
    lab.check(other(right), first)
    lab.pass_time(60)

    assert lab.outcome(lab.check(right, first)) in ("approved", "ambiguous")


class OnOneClock:
    """A gateway whose "created after" is by Twilio's clock, which the laboratory moves."""

    def __init__(self, inner: Any, phone: SimulatorClient) -> None:
        self._inner, self._phone = inner, phone

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def attempts(self, *, created_after: datetime | None = None, **options: Any) -> Answer:
        """List texts."""
        if created_after is not None:
            created_after += datetime.fromisoformat(self._phone.clock()) - datetime.now(UTC)
        answer: Answer = self._inner.attempts(created_after=created_after, **options)
        return answer


@pytest.mark.parametrize("most", [30, 0], ids=["one by one", "shared"])
def test_a_shared_list_does_not_end_before_the_verification_in_question(lab: Lab, most: int) -> None:
    """A check may be about a text of ten minutes ago; the list for sends does not reach back so far."""
    lab.services = replace(
        lab.services,
        recent_texts=RecentTexts(most=most),
        gateway=OnOneClock(lab.services.gateway, lab.phone),
    )
    lab.phone.fault("drop_after", "start")
    first = lab.send()
    lab.pass_time(3)
    right = lab.code
    lost = lose_all(lab, right, first)
    lab.expire(lost)
    lab.expire(first)
    assert lab.outcome(lab.send()) == "sent"
    lab.pass_time(110)

    assert lab.outcome(lab.check(right, first)) == "approved"


class Meanwhile:
    """A gateway beside which something happens before its first look, and whose lists lag behind."""

    def __init__(self, inner: Any, happens: Callable[[], object]) -> None:
        self._inner = inner
        self._happens: list[Callable[[], object]] = [happens]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def fetch(self, **options: Any) -> Answer:
        """Look at a verification."""
        while self._happens:
            self._happens.pop()()
        answer: Answer = self._inner.fetch(**options)
        return answer

    def attempts(self, **options: Any) -> Answer:
        """List texts that are a minute old."""
        answer: Answer = self._inner.attempts(**options)
        return replace(
            answer, attempts=tuple(text for text in answer.attempts if (text.age_seconds or 0) >= 60)
        )


def test_a_check_that_comes_while_a_send_is_settled_is_seen(lab: Lab) -> None:
    """It was approved and so ended the verification: its absence is no proof, and nothing is sent again."""
    lab.phone.fault("drop_after", "start")
    handle = lab.send()
    lab.until_quiet(handle)
    plain = lab.services
    lab.services = replace(plain, gateway=Meanwhile(plain.gateway, lambda: lab.check(lab.code, handle)))

    lab.deliver(handle)

    assert (lab.outcome(handle), lab.texts) == ("sent", 1)
