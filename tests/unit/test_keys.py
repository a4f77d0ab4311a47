"""Keys: fingerprints compare across a rotation, seals open for their own task alone."""

import base64
import itertools

import pytest
from cryptography.fernet import Fernet

from phone_verification.keys import Fingerprints, KeyFormatError, KeyRole, Label, SealBrokenError, Seals

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.urlsafe_b64encode(b"\xff" * 32).decode()
RETIRED = f"{OLD}:retired"


def test_a_fingerprint_matches_under_the_key_it_was_made_with() -> None:
    """After a rotation, what the old key wrote still compares equal."""
    stored = Fingerprints.parse(OLD).of(Label.CODE, "+821012345678", "123456")

    rotated = Fingerprints.parse(f"{NEW},{RETIRED}")

    assert rotated.matches(stored, Label.CODE, "+821012345678", "123456")
    assert not rotated.matches(stored, Label.CODE, "+821012345678", "123457")


def test_a_fingerprint_whose_key_is_gone_matches_nothing() -> None:
    """A dropped key makes its fingerprints strangers, never an error."""
    stored = Fingerprints.parse(OLD).of(Label.PHONE, "+821012345678")

    assert not Fingerprints.parse(NEW).matches(stored, Label.PHONE, "+821012345678")
    assert not Fingerprints.parse(NEW).matches(None, Label.PHONE, "+821012345678")


def test_domains_never_compare_equal() -> None:
    """The same text under two labels gives two fingerprints."""
    keys = Fingerprints.parse(OLD)

    assert keys.of(Label.PHONE, "x") != keys.of(Label.CLIENT_REF, "x")


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (OLD, {"old": KeyRole.IN_USE}),
        (f"{NEW},{OLD}", {"new": KeyRole.NOT_USED_YET, "old": KeyRole.IN_USE}),
        (f"{NEW},{RETIRED}", {"new": KeyRole.IN_USE, "old": KeyRole.RETIRED}),
        (f"{NEW}:retired,{OLD}", {"new": KeyRole.RETIRED, "old": KeyRole.IN_USE}),
    ],
    ids=["alone", "added", "retired", "gone back"],
)
def test_the_last_key_that_is_not_retired_makes_everything(text: str, roles: dict[str, KeyRole]) -> None:
    """A new key in front is known before it is used, and a retired one is looked up, never made with."""
    keys = Fingerprints.parse(text)
    in_use = next(key_id for key_id, role in roles.items() if role is KeyRole.IN_USE)

    assert keys.roles() == roles
    for label in Label:
        assert keys.of(label, "x").startswith(f"{in_use}:")
        assert [one.partition(":")[0] for one in keys.every(label, "x")] == list(roles)


def test_a_ring_needs_a_key_to_make_with() -> None:
    """A list of retired keys alone is refused at the start, not at the first run."""
    with pytest.raises(KeyFormatError, match="retired"):
        Fingerprints.parse(RETIRED)


def test_a_seal_key_is_never_retired() -> None:
    """Every key of SEAL_KEYS opens, whatever its place: the mark would say nothing there."""
    with pytest.raises(KeyFormatError, match="HMAC_KEYS"):
        Seals.parse(f"{NEW},{RETIRED}")


def test_a_seal_opens_for_its_own_task_only() -> None:
    """Sealed arguments moved to another row do not open."""
    seals = Seals.parse(OLD)
    sealed = seals.seal("task-one", {"phone_number": "010"})

    assert seals.open("task-one", sealed) == {"phone_number": "010"}
    with pytest.raises(SealBrokenError):
        seals.open("task-two", sealed)


def test_a_seal_survives_a_rotation() -> None:
    """Every key of the list opens, the first seals: so a new one is put last, then first, then alone."""
    steps = [Seals.parse(text) for text in (OLD, f"{OLD},{NEW}", f"{NEW},{OLD}", NEW)]

    for ours, theirs in itertools.pairwise(steps):
        assert theirs.open("task-one", ours.seal("task-one", {})) == {}
        assert ours.open("task-one", theirs.seal("task-one", {})) == {}
    with pytest.raises(SealBrokenError):
        Seals.parse(NEW).open("task-one", Seals.parse(OLD).seal("task-one", {}))


@pytest.mark.parametrize(
    "inside", [b"[]", b"not JSON", b"\xff", b"[" * 100_000, b'{"task_id": "task-two"}', b"{}"]
)
def test_what_was_sealed_by_a_strange_hand_is_refused(inside: bytes) -> None:
    """Whatever a holder of the key sealed, opening it gives this task's arguments or one error."""
    key = base64.urlsafe_b64encode(b"o" * 32)

    with pytest.raises(SealBrokenError):
        Seals.parse(OLD).open("task-one", Fernet(key).encrypt(inside).decode())


@pytest.mark.parametrize("token", ["", "gAAAAA", "한글", "\ud800", "A" * 200])
def test_what_is_no_token_is_refused(token: str) -> None:
    """Any text may stand where a token is expected."""
    with pytest.raises(SealBrokenError):
        Seals.parse(OLD).open("task-one", token)
    with pytest.raises(SealBrokenError):
        Seals.parse(OLD).sealed_at(token)


@pytest.mark.parametrize(
    "text",
    [
        *("", "no-colon", "id:not base64!", "id:ungültig", "id:" + base64.b64encode(b"short").decode()),
        *(f"{OLD},{OLD}", f"{OLD}:Retired", f"{OLD}:retired:retired", f"{OLD}:"),
    ],
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
