"""The search for a number and a code finds them in every dress, and nothing else."""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest

from tests.spellings import found, spellings

E164, NATIONAL, CODE = "+821087654321", "010-8765-4321", "918273"
WANTED = spellings(E164, NATIONAL, CODE)
NUMBERS = [E164, E164[1:], "01087654321", NATIONAL, "010 8765 4321"]


@pytest.mark.parametrize("secret", [*NUMBERS, CODE])
@pytest.mark.parametrize("before", range(6))
def test_a_secret_is_found_in_base64_wherever_it_stands(secret: str, before: int) -> None:
    """Three alignments, and base64 of JSON as Celery's bodies are."""
    text = base64.b64encode(b"x" * before + json.dumps({"a": secret}).encode())

    assert found(b"body=" + text + b";", WANTED)


@pytest.mark.parametrize("wrap", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_found_two_wrappings_deep(wrap: Callable[[bytes], bytes]) -> None:
    """A token that only looks like one, in a message's body."""
    token = wrap(json.dumps({"phone_number": NATIONAL, "ref": "??>>"}).encode())
    message = {"body": base64.b64encode(json.dumps([[], {"sealed": token.decode()}, {}]).encode()).decode()}

    assert found(json.dumps(message).encode(), WANTED)


@pytest.mark.parametrize("secret", [*NUMBERS, CODE])
@pytest.mark.parametrize(
    "dress",
    [
        lambda text: text,
        lambda text: json.dumps({"To": text}),
        lambda text: json.dumps(json.dumps({"To": text})),
        lambda text: urlencode({"To": text, "Code": "1"}),
        lambda text: quote(quote(text, safe=""), safe=""),
        lambda text: "".join(f"\\u{ord(character):04x}" for character in text),
        lambda text: "".join(f"%{ord(character):02X}" for character in text),
        lambda text: text.encode().hex(),
        lambda text: f"/v2/Verifications/{text}?x=1",
        repr,
    ],
    ids=["plain", "JSON", "JSON twice", "form", "URL twice", "escaped", "percent", "hex", "path", "repr"],
)
def test_a_secret_is_found_in_every_dress(secret: str, dress: Callable[[str], str]) -> None:
    """Whoever wrote it down, and for whatever reader."""
    assert found(f"before {dress(secret)} after".encode(), WANTED)


@pytest.mark.parametrize(
    "innocent",
    [
        "+82*****4321",
        "1785300000.918273",
        "1785300000.4918273",
        "9182731",
        json.dumps({"number": "+821087654322", "code": "918274"}),
        base64.b64encode(b'{"phone_number": "010-8765-4399"}').decode(),
    ],
)
def test_what_is_no_secret_is_not_found(innocent: str) -> None:
    """A masked number, a moment, another number."""
    assert found(innocent.encode(), WANTED) == []


def test_every_spelling_is_one_of_its_own_and_long_enough() -> None:
    """Nothing that chance writes into every other hash; one find has one name."""
    assert min(len(spelled) for spelled in WANTED.values()) >= 6
    assert len(set(WANTED.values())) == len(WANTED)
