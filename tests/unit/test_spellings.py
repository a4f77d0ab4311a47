"""The search for a number and a code finds them in every dress, and nothing else."""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest

from tests.spellings import found, found_in, marked_code, marked_number, marked_text, spellings

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


MARKED_E164 = "+821073918264"
MARKED_NUMBER = marked_number("number", MARKED_E164)
MARKED_CODE = marked_code("code", "8305917264")

WRITTEN = {
    "E.164": MARKED_E164,
    "without its plus": MARKED_E164[1:],
    "national": "01073918264",
    "national with dashes": "010-7391-8264",
    "national with spaces": "010 7391 8264",
    "international with dashes": "+82-10-7391-8264",
    "full width": "０１０－７３９１－８２６４",
    "full-width digits": "０１０-７３９１-８２６４",
    "full width without dashes": "０１０７３９１８２６４",
    "full width in JSON": json.dumps("０１０７３９１８２６４"),
    "in a URL": quote(MARKED_E164, safe=""),
    "with dashes in a URL": quote("010-7391-8264", safe=""),
    "with spaces in a URL": quote("010 7391 8264"),
    "in a form": urlencode({"To": "010 7391 8264"}),
    "national with dots": "010.7391.8264",
    "full width in a URL": quote("０１０７３９１８２６４"),
    "in JSON": json.dumps({"phone_number": MARKED_E164}),
    "JSON in JSON": json.dumps(json.dumps({"phone_number": MARKED_E164})),
    "hexadecimal": MARKED_E164.encode().hex(),
    "bytes": repr(MARKED_E164.encode()),
    "a list of bytes": str(list(MARKED_E164.encode())),
    "escaped bytes": "".join(f"\\x{byte:02x}" for byte in MARKED_E164.encode()),
    "backwards": MARKED_E164[::-1],
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN.keys())
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    """Each spelling alone is enough."""
    assert found_in(text, [MARKED_NUMBER])


@pytest.mark.parametrize("ahead", range(6))
@pytest.mark.parametrize("text", [MARKED_E164, "010-7391-8264", "01073918264", "8305917264"])
def test_it_is_found_in_base64_wherever_it_begins(text: str, ahead: int) -> None:
    """Once and twice encoded, plain and for URLs, whatever stands before and behind."""
    raw = b"x" * ahead + text.encode() + b"yz"

    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert found_in(encode(raw), [MARKED_NUMBER, MARKED_CODE])
        assert found_in(encode(b"{" + encode(raw) + b"}"), [MARKED_NUMBER, MARKED_CODE])


def test_a_code_is_found_with_and_without_its_gap() -> None:
    """Texts break codes into groups."""
    for text in ("8305917264", "83059-17264", "83059 17264"):
        assert found_in(f"code={text}", [MARKED_CODE])


def test_a_mask_and_another_number_are_no_find() -> None:
    """The last four digits may be shown."""
    assert found_in("+82*****8264 010-7391-8265 ****7264", [MARKED_NUMBER, MARKED_CODE]) == []


def test_a_find_says_what_and_how_but_not_the_thing() -> None:
    """A failing test must not print what it found."""
    marks = [MARKED_NUMBER, marked_text("key", "s3cret-session")]

    said = found_in(f"To={quote('010 7391 8264')} key=s3cret-session", marks)

    assert any(name.startswith("number, URL-encoded") for name in said)
    assert not found_in("".join(said) + repr(MARKED_NUMBER), [MARKED_NUMBER])
