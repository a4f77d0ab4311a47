"""Every way in which something private could be written, and the search for all of them at once.

Lives here: what is marked, its spellings, and where one was found. A number is looked for by its last eight
digits, which every way of writing it has in common; country and area code in front change nothing. What a
person may see of it, the last four digits, is no find.
"""

import base64
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import quote, quote_plus

_TAIL: Final = 8
_WIDE_DIGITS: Final = {code: code + 0xFEE0 for code in range(ord("0"), ord("9") + 1)}
_WIDE: Final = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)} | {ord(" "): 0x3000}
_SHORTEST: Final = 6
"""Bytes that a part of a base64 text must stand for, to be no chance find."""


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
    """Mark a phone number, given as +8210… or whatever country's."""
    tail = e164[-_TAIL:]
    half = _TAIL // 2
    return Marked(name, (tail, *(f"{tail[:half]}{mark}{tail[half:]}" for mark in "- .")))


def marked_code(name: str, code: str) -> Marked:
    """Mark a verification code; a short one would be found by chance."""
    half = len(code) // 2
    return Marked(name, (code, f"{code[:half]}-{code[half:]}", f"{code[:half]} {code[half:]}"))


def marked_text(name: str, text: str) -> Marked:
    """Mark any other text, a key or a session's name."""
    return Marked(name, (text,))


def found_in(text: bytes | str, marks: Iterable[Marked]) -> list[str]:
    """Say what of it is in a text, and how it is written there; never the thing itself."""
    content = text.encode(errors="surrogateescape") if isinstance(text, str) else text
    return sorted(
        f"{marked.name} {how}"
        for marked in marks
        for spelling, how in marked.spellings.items()
        if spelling in content
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
        for coded, where in _in_base64(raw):
            yield coded, f"{how}, {where}"
            for twice, again in _in_base64(coded):
                yield twice, f"{how}, {where}, {again} again"
        yield raw.hex().encode(), f"{how}, in hexadecimal"
        yield raw.hex().upper().encode(), f"{how}, in hexadecimal"
        yield raw.hex(" ").encode(), f"{how}, in hexadecimal"
        yield ", ".join(str(byte) for byte in raw).encode(), f"{how}, as a list of bytes"
        yield "".join(f"\\x{byte:02x}" for byte in raw).encode(), f"{how}, as escaped bytes"
    yield unicodedata.normalize("NFKC", form)[::-1].encode(), "backwards"


def _in_base64(raw: bytes) -> Iterator[tuple[bytes, str]]:
    """Encode at each of the three places where a group may begin, and keep what does not depend on the rest."""
    for ahead in range(3):
        skipped = (3 - ahead) % 3
        whole = raw[skipped:]
        whole = whole[: len(whole) - len(whole) % 3]
        if len(whole) < _SHORTEST:
            continue
        for encode, name in ((base64.b64encode, "base64"), (base64.urlsafe_b64encode, "URL-safe base64")):
            yield encode(whole), f"in {name}, {ahead} in"
