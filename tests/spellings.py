"""Every way in which something private could be written, and the search for all of them at once.

Lives here: what is marked, its spellings, and where one was found. A number is looked for by its last ten
digits, which all ways of writing it have in common: fewer would be found by chance in the digits of a clock.
What a person may see of it, the last four, is no find. What is in base64 is decoded and searched again.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import quote, quote_plus

_TAIL: Final = 10
_WIDE_DIGITS: Final = {code: code + 0xFEE0 for code in range(ord("0"), ord("9") + 1)}
_WIDE: Final = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)} | {ord(" "): 0x3000}
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_PLAIN: Final = bytes.maketrans(b"-_", b"+/")
_WRAPPINGS: Final = 2
"""A body in base64 within a message that is in base64 once more."""


@dataclass(frozen=True)
class Marked:
    """Something private under a name that may be shown; `forms` are the ways in which people write it."""

    name: str
    forms: tuple[str, ...] = field(repr=False)

    @cached_property
    def spellings(self) -> dict[bytes, str]:
        """All bytes to look for, each with what to call it."""
        found: dict[bytes, str] = {}
        for form in self.forms:
            for spelling, how in _spelled(form):
                found.setdefault(spelling, how)
        return found


def marked_number(name: str, e164: str) -> Marked:
    """Mark a Korean phone number, as Twilio is told it: +8210 and eight digits."""
    tail = e164[-_TAIL:]
    return Marked(name, (tail, *(mark.join((tail[:2], tail[2:6], tail[6:])) for mark in "- .")))


def marked_code(name: str, code: str) -> Marked:
    """Mark a verification code; a short one would be found by chance."""
    half = len(code) // 2
    return Marked(name, (code, f"{code[:half]}-{code[half:]}", f"{code[:half]} {code[half:]}"))


def marked_text(name: str, text: str) -> Marked:
    """Mark any other text, a key or a session's name."""
    return Marked(name, (text,))


def found_in(text: bytes | str, marks: Iterable[Marked]) -> list[str]:
    """Say what of it is in a text, and how it is written there; never the thing itself."""
    content = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    layers, marks = _unwrapped(content), tuple(marks)
    return sorted(
        f"{marked.name} {how}{', in base64' * depth}"
        for depth, layer in enumerate(layers)
        for marked in marks
        for spelling, how in marked.spellings.items()
        if spelling in layer
    )


def _spelled(form: str) -> Iterator[tuple[bytes, str]]:
    for text, how in (
        (form, "as it is"),
        (form.translate(_WIDE_DIGITS), "in full-width digits"),
        (form.translate(_WIDE), "in full width"),
    ):
        raw = text.encode()
        yield raw, how
        yield text.encode("ascii", "backslashreplace"), f"{how}, escaped for JSON"
        yield quote(text, safe="").encode(), f"{how}, in a URL"
        yield quote_plus(text).encode(), f"{how}, in a form"
        yield text.encode("utf-16-le"), f"{how}, in UTF-16"
        yield raw.hex().encode(), f"{how}, in hexadecimal"
        yield raw.hex().upper().encode(), f"{how}, in hexadecimal"
        yield raw.hex(" ").encode(), f"{how}, in hexadecimal"
        yield ", ".join(str(byte) for byte in raw).encode(), f"{how}, as a list of bytes"
        yield "".join(f"\\x{byte:02x}" for byte in raw).encode(), f"{how}, as escaped bytes"
    yield form[::-1].encode(), "backwards"


def _unwrapped(content: bytes) -> list[bytes]:
    """Return a text, what is in base64 in it, and what is in base64 in that."""
    layers = [content]
    for _ in range(_WRAPPINGS):
        layers.append(b"\n".join(_decoded(layers[-1])))
    return layers


def _decoded(content: bytes) -> Iterator[bytes]:
    """Decode every run of base64, from each of the places where its groups may begin."""
    for run in _BASE64.findall(content):
        plain = run.translate(_PLAIN)
        for skipped in range(4):
            whole = plain[skipped:]
            # One character alone stands for no byte.
            whole = whole[: len(whole) - (len(whole) % 4 == 1)]
            yield base64.b64decode(whole + b"=" * (-len(whole) % 4))
