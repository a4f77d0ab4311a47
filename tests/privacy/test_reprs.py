"""What a value calls itself: the repr and the text of everything of ours, with something private inside."""

import traceback
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from phone_verification.arguments import ARGUMENTS, SealedArguments, read_arguments, read_sealed
from phone_verification.errors import InvalidArgumentsError
from phone_verification.keys import KeyFormatError, SealBrokenError, Seals, make_key, parse_keys
from phone_verification.kinds import Operation
from phone_verification.phone_numbers import read_phone_number
from tasks.fixed_codes import FixedCodeFormatError, FixedCodes
from tests.privacy.values import MARKS, NUMBER, PRIVATE, SECRET, made, values
from tests.spellings import found_in, marked_text
from worker.settings import CallerSettings, SettingsError, read_settings
from worker.text_settings import TextSettings


@pytest.mark.parametrize("kind", list(values()), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_value_does_not_say_what_is_private_in_it(kind: type) -> None:
    """Neither its repr nor its text."""
    value = made(kind)

    assert found_in(f"{value!r} {value} {value:}", MARKS) == []


def test_every_private_name_is_a_field_of_something() -> None:
    """The list of names is not longer than what there is."""
    names = {one.name for kind in values() if is_dataclass(kind) for one in fields(kind)}
    names |= {name for kind in values() if issubclass(kind, BaseModel) for name in kind.model_fields}

    assert PRIVATE.keys() <= names


def test_settings_do_not_say_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read from the environment is masked, whole and field by field."""
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"):
        monkeypatch.setenv(name, f"redis://:{SECRET.partition(':')[2]}@host/0")
    monkeypatch.setenv("HMAC_KEYS", SECRET)
    monkeypatch.setenv("SEAL_KEYS", SECRET)
    monkeypatch.setenv("TEST_NUMBERS", f"{NUMBER.e164}:123456:2027-01-31")
    monkeypatch.setenv("TWILIO_VERIFY_SERVICE_SID", f"VA{'0' * 32}")
    monkeypatch.setenv("TEST_NUMBERS_IN_PRODUCTION", "true")

    settings, texts = read_settings(CallerSettings), read_settings(TextSettings)

    assert isinstance(settings.hmac_keys, SecretStr)
    assert texts.fixed_codes().of(NUMBER.e164, date(2027, 1, 31)) == "123456"
    for one in (settings, texts, texts.fixed_codes()):
        assert found_in(f"{one!r} {one}", MARKS) == []
    assert found_in(f"{settings.model_dump()} {texts.model_dump()}", MARKS) == []


def test_a_setting_that_is_wrong_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names it, and nothing that led to the error has its value."""
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    monkeypatch.setenv("HMAC_KEYS", f"{SECRET}-with-a-slip")
    monkeypatch.setenv("SEAL_KEYS", SECRET)

    with pytest.raises(SettingsError) as raised:
        read_settings(CallerSettings)

    assert "HMAC_KEYS" in told(raised.value)
    assert found_in(told(raised.value), MARKS) == []


@pytest.mark.parametrize(
    "entry",
    [
        f"{NUMBER.typed}:123456:2027-01-31",
        f"{NUMBER.e164}:{NUMBER.typed}:2027-01-31",
        f"{NUMBER.e164}:123456:{NUMBER.typed}",
    ],
    ids=["a number", "a code", "a day"],
)
def test_a_fixed_code_that_is_wrong_is_not_repeated(monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    """The error says which entry, and nothing that led to it has a number or a code."""
    monkeypatch.setenv("TEST_NUMBERS", entry)

    with pytest.raises(ValueError) as of_the_list:  # noqa: PT011 - whichever: what it tells is the question
        FixedCodes.parse(entry)
    with pytest.raises(SettingsError) as of_the_settings:
        read_settings(TextSettings)

    assert found_in(told(of_the_list.value) + told(of_the_settings.value), MARKS) == []
    assert isinstance(of_the_list.value, FixedCodeFormatError)
    assert "TEST_NUMBERS: entry 1" in told(of_the_settings.value)


@pytest.mark.parametrize(
    "slip",
    ["", "!", ":", f"{SECRET},{SECRET}", f"{SECRET[:-8]}"],
    ids=["nothing", "a mark", "a colon", "twice", "cut short"],
)
def test_a_key_that_is_none_is_not_repeated(slip: str) -> None:
    """A list of keys that cannot be used is told by its places."""
    with pytest.raises(KeyFormatError) as raised:
        parse_keys(f"{SECRET},{slip}")

    assert found_in(told(raised.value), MARKS) == []


def test_a_seal_that_does_not_open_is_not_repeated() -> None:
    """Neither under another key nor for another task."""
    sealed = Seals.parse(SECRET).seal("a-task-id", {"phone_number": NUMBER.e164})
    marks = (*MARKS, marked_text("a seal", sealed[:40]))

    for keys, task_id in ((make_key("other"), "a-task-id"), (SECRET, "another-id")):
        with pytest.raises(SealBrokenError) as raised:
            Seals.parse(keys).open(task_id, sealed)
        assert found_in(told(raised.value), marks) == []


@pytest.mark.parametrize("operation", list(Operation))
@pytest.mark.parametrize(
    "wrong",
    [
        {"phone_number": [NUMBER.e164]},
        {"phone_number": NUMBER.e164, "channel": NUMBER.e164},
        {"phone_number": NUMBER.e164 * 200},
        {"phone_number": NUMBER.e164, "code": NUMBER.e164, NUMBER.typed: 1},
        {"phone_number": NUMBER.e164, "options": {NUMBER.typed: NUMBER.typed}},
        {"phone_number": NUMBER.e164, "requested_at": NUMBER.e164},
        {"phone_number": NUMBER.e164, "code": 1, "verification_id": NUMBER.typed},
    ],
    ids=["a list", "channel", "too long", "an unknown name", "options", "requested_at", "a handle"],
)
def test_arguments_that_do_not_fit_are_not_repeated(operation: Operation, wrong: dict[str, Any]) -> None:
    """The error names a field of the contract, and nothing that led to it has a value."""
    with pytest.raises(InvalidArgumentsError) as raised:
        read_arguments(operation, wrong)

    assert found_in(told(raised.value), MARKS) == []


@pytest.mark.parametrize(
    "wrong",
    [{}, {"sealed": [NUMBER.e164]}, {"sealed": "x", NUMBER.typed: 1}],
    ids=["nothing", "a list", "more"],
)
def test_a_sealed_message_that_does_not_fit_is_not_repeated(wrong: dict[str, Any]) -> None:
    """Nothing may stand beside a token, and what stood there is not told."""
    with pytest.raises(InvalidArgumentsError) as raised:
        read_sealed(wrong)

    assert found_in(told(raised.value), MARKS) == []


def test_a_model_that_is_used_by_hand_does_not_repeat_what_it_refuses() -> None:
    """Pydantic's own error would show each value."""
    for model in (*ARGUMENTS.values(), SealedArguments):
        with pytest.raises(ValidationError) as raised:
            model.model_validate({name: [NUMBER.e164] for name in ("phone_number", "code", "sealed")})
        assert found_in(f"{raised.value} {raised.value!r}", MARKS) == []


def test_a_number_shows_its_mask_only() -> None:
    """Country code and the last four digits."""
    number = read_phone_number(NUMBER.typed, "KR")

    assert number is not None
    assert found_in(f"{number!r} {number} {number.masked}", MARKS) == []
    assert number.masked == f"+82*****{NUMBER.e164[-4:]}"


def told(error: BaseException) -> str:
    """Everything that an error tells, as it is printed when nobody catches it."""
    return "".join(traceback.format_exception(error)) + f"{error!r} {error.args!r} {vars(error)!r}"
