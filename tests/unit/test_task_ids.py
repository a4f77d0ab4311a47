"""Task ids are shown everywhere, so none may carry a phone number."""

import pytest

from phone_verification.task_ids import is_task_id, new_task_id


def test_ten_thousand_default_ids_are_all_ids() -> None:
    """A default id is always allowed, whatever digits it happens to hold."""
    assert all(is_task_id(new_task_id()) for _ in range(10_000))


@pytest.mark.parametrize(
    "text", ["order-17:sms", "a.b_c-d:e", "x" * 64, "123456-7890ab", "2026-11-24T10:15:00", "1-2-3-4-5-6-7-8"]
)
def test_a_caller_may_choose_an_id(text: str) -> None:
    """Letters, digits and .  _ : - make an id of 8 to 64 characters."""
    assert is_task_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short",
        "x" * 65,
        "user-01012345678",
        "010-1234-5678",
        "user:010.1234.5678",
        "82:10:1234:5678",
        "02-123-4567",
        "+821012345678",
        "with space",
        "ünïcödé-id",
        None,
        12345678,
        "id-with-newline\n",
        "00000000-0000-0000-0000-01012345678",
    ],
)
def test_what_could_carry_a_number_is_no_id(text: object) -> None:
    """Seven digits in a row, a number's groups of digits, other characters and other lengths are refused."""
    assert not is_task_id(text)
