"""What is searched for is found, however it is written."""

import base64
import json
from urllib.parse import quote, urlencode

import pytest

from tests.spellings import found_in, marked_code, marked_number, marked_text

E164 = "+821073918264"
NUMBER = marked_number("number", E164)
CODE = marked_code("code", "8305917264")

WRITTEN = {
    "E.164": E164,
    "without its plus": E164[1:],
    "national": "01073918264",
    "national with dashes": "010-7391-8264",
    "national with spaces": "010 7391 8264",
    "international with dashes": "+82-10-7391-8264",
    "full width": "０１０－７３９１－８２６４",
    "full-width digits": "０１０-７３９１-８２６４",
    "full width without dashes": "０１０７３９１８２６４",
    "full width in JSON": json.dumps("０１０７３９１８２６４"),
    "in a URL": quote(E164, safe=""),
    "with dashes in a URL": quote("010-7391-8264", safe=""),
    "with spaces in a URL": quote("010 7391 8264"),
    "in a form": urlencode({"To": "010 7391 8264"}),
    "national with dots": "010.7391.8264",
    "full width in a URL": quote("０１０７３９１８２６４"),
    "in JSON": json.dumps({"phone_number": E164}),
    "JSON in JSON": json.dumps(json.dumps({"phone_number": E164})),
    "hexadecimal": E164.encode().hex(),
    "bytes": repr(E164.encode()),
    "a list of bytes": str(list(E164.encode())),
    "escaped bytes": "".join(f"\\x{byte:02x}" for byte in E164.encode()),
    "backwards": E164[::-1],
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN.keys())
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    """Each spelling alone is enough."""
    assert found_in(text, [NUMBER])


@pytest.mark.parametrize("ahead", range(6))
@pytest.mark.parametrize("text", [E164, "010-7391-8264", "01073918264", "8305917264"])
def test_it_is_found_in_base64_wherever_it_begins(text: str, ahead: int) -> None:
    """Once and twice encoded, plain and for URLs, whatever stands before and behind."""
    raw = b"x" * ahead + text.encode() + b"yz"

    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert found_in(encode(raw), [NUMBER, CODE])
        assert found_in(encode(b"{" + encode(raw) + b"}"), [NUMBER, CODE])


def test_a_code_is_found_with_and_without_its_gap() -> None:
    """Texts break codes into groups."""
    for text in ("8305917264", "83059-17264", "83059 17264"):
        assert found_in(f"code={text}", [CODE])


def test_a_mask_and_another_number_are_no_find() -> None:
    """The last four digits may be shown."""
    assert found_in("+82*****8264 010-7391-8265 ****7264", [NUMBER, CODE]) == []


def test_a_find_says_what_and_how_but_not_the_thing() -> None:
    """A failing test must not print what it found."""
    marks = [NUMBER, marked_text("key", "s3cret-session")]

    said = found_in(f"To={quote('010 7391 8264')} key=s3cret-session", marks)

    assert "number as it is, in a URL" in said
    assert not found_in("".join(said) + repr(NUMBER), [NUMBER])
