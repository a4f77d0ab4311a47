"""Keys: fingerprints compare across a rotation, seals open for their own task alone."""

import base64

import pytest

from phone_verification.keys import Fingerprints, KeyFormatError, Label, SealBrokenError, Seals

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.urlsafe_b64encode(b"\xff" * 32).decode()


def test_a_fingerprint_matches_under_the_key_it_was_made_with() -> None:
    """After a rotation, what the old key wrote still compares equal."""
    stored = Fingerprints.parse(OLD).newest(Label.CODE, "+821012345678", "123456")

    rotated = Fingerprints.parse(f"{NEW},{OLD}")

    assert rotated.matches(stored, Label.CODE, "+821012345678", "123456")
    assert not rotated.matches(stored, Label.CODE, "+821012345678", "123457")


def test_a_fingerprint_whose_key_is_gone_matches_nothing() -> None:
    """A dropped key makes its fingerprints strangers, never an error."""
    stored = Fingerprints.parse(OLD).newest(Label.PHONE, "+821012345678")

    assert not Fingerprints.parse(NEW).matches(stored, Label.PHONE, "+821012345678")
    assert not Fingerprints.parse(NEW).matches(None, Label.PHONE, "+821012345678")


def test_domains_never_compare_equal() -> None:
    """The same text under two labels gives two fingerprints."""
    keys = Fingerprints.parse(OLD)

    assert keys.newest(Label.PHONE, "x") != keys.newest(Label.CLIENT_REF, "x")


def test_the_oldest_key_is_the_last_in_the_list() -> None:
    """Locks and counts use one key during a rotation: the oldest."""
    rotated = Fingerprints.parse(f"{NEW},{OLD}")

    assert rotated.oldest(Label.PHONE, "x") == Fingerprints.parse(OLD).newest(Label.PHONE, "x")
    assert len(rotated.every(Label.PHONE, "x")) == 2


def test_a_seal_opens_for_its_own_task_only() -> None:
    """Sealed arguments moved to another row do not open."""
    seals = Seals.parse(OLD)
    sealed = seals.seal("task-one", {"phone_number": "010"})

    assert seals.open("task-one", sealed) == {"phone_number": "010"}
    with pytest.raises(SealBrokenError):
        seals.open("task-two", sealed)


def test_a_seal_survives_a_rotation() -> None:
    """Every key of the list opens, the newest seals."""
    sealed = Seals.parse(OLD).seal("task-one", {})

    assert Seals.parse(f"{NEW},{OLD}").open("task-one", sealed) == {}
    with pytest.raises(SealBrokenError):
        Seals.parse(NEW).open("task-one", sealed)


@pytest.mark.parametrize(
    "text",
    ["", "no-colon", "id:not base64!", "id:" + base64.b64encode(b"short").decode(), f"{OLD},{OLD}"],
)
def test_a_bad_key_list_is_named_without_showing_it(text: str) -> None:
    """The error says which entry, never what it holds."""
    with pytest.raises(KeyFormatError) as raised:
        Fingerprints.parse(text)

    assert "entry" in str(raised.value)
    assert "c2hvcnQ" not in str(raised.value)


def test_key_rings_show_no_key() -> None:
    """The repr of a ring holds nothing secret."""
    assert "o" * 8 not in repr(Fingerprints.parse(OLD))
    assert "object" not in repr(Seals.parse(OLD))
