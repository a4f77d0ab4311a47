"""How a phone number and a code may be spelled where nobody expects them, and finding them there.

Lives here: the spellings, and the search for one number and code, or for many things that are marked. Must
not: know where to look.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import quote, quote_plus

_SHORT: Final = 6
_BITS: Final = 6
_LAYERS: Final = 3
_WRAPPED: Final = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_WIDE_DIGITS: Final = {code: code + 0xFEE0 for code in range(ord("0"), ord("9") + 1)}
_WIDE: Final = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)} | {ord(" "): 0x3000}


@dataclass(frozen=True)
class Marked:
    """Something private under a name that may be shown; `forms` are the ways in which people write it."""

    name: str
    forms: tuple[str, ...] = field(repr=False)

    @cached_property
    def spelled(self) -> dict[str, bytes]:
        """All spellings of all forms, in the digits of a Korean keyboard too, by what to call them."""
        widths = {"": {}, ", full width digits": _WIDE_DIGITS, ", full width": _WIDE}
        return _once(
            {
                f"{self.name}{form}{width}, form {place}": spelled
                for place, text in enumerate(self.forms)
                for width, wide in widths.items()
                for form, spelled in encodings(text.translate(wide).encode()).items()
            }
        )


def marked_number(name: str, e164: str) -> Marked:
    """Mark a Korean number by its last ten digits: fewer are found by chance in the digits of clocks."""
    digits = e164[-10:]
    groups = (digits[:2], digits[2:6], digits[6:])
    return Marked(name, (digits, *(mark.join(groups) for mark in "- .")))


def marked_code(name: str, code: str) -> Marked:
    """Mark a code, a long one; texts break it into groups."""
    halves = (code[: len(code) // 2], code[len(code) // 2 :])
    return Marked(name, (code, "-".join(halves), " ".join(halves)))


def marked_text(name: str, text: str) -> Marked:
    """Mark any other text, a key or a session's name."""
    return Marked(name, (text,))


def found_in(text: bytes | str, marks: Iterable[Marked]) -> list[str]:
    """Name what is marked and in a text, and how it is spelled there; never the thing itself."""
    content = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    layers, wanted = list(_layers(content)), [marked.spelled for marked in marks]
    return sorted(
        name for each in wanted for name, spelled in each.items() if any(spelled in layer for layer in layers)
    )


def spellings(number_e164: str, national: str, code: str) -> dict[str, bytes]:
    """Return every spelling once, by its name, such as `number, national, base64 1`.

    `national` is as a person types it, `010-1234-5678`.
    """
    digits = re.sub(r"\D", "", national)
    texts = {
        "number, E.164": number_e164,
        "number, E.164 without +": number_e164.lstrip("+"),
        "number, without prefix": digits.lstrip("0"),
        "number, national": digits,
        "number, national with dashes": "-".join(re.findall(r"\d+", national)),
        "number, national with spaces": " ".join(re.findall(r"\d+", national)),
        "code": code,
    }
    return _once(
        {
            f"{name}{form}": spelled
            for name, text in texts.items()
            for form, spelled in encodings(text.encode()).items()
        }
    )


def encodings(text: bytes) -> dict[str, bytes]:
    """Return a text as it stands, and in each other form in which it may be wrapped."""
    forms = {
        "": text,
        ", URL-encoded": quote(text, safe="").encode(),
        ", URL-encoded twice": quote(quote(text, safe=""), safe="").encode(),
        ", as a form": quote_plus(text).encode(),
        ", URL-encoded throughout": "".join(f"%{byte:02X}" for byte in text).encode(),
        ", JSON-escaped": "".join(f"\\u{byte:04x}" for byte in text).encode(),
        ", JSON in ASCII": text.decode().encode("ascii", "backslashreplace"),
        ", hexadecimal": text.hex().encode(),
        ", hexadecimal in capitals": text.hex().upper().encode(),
        ", a list of bytes": ", ".join(str(byte) for byte in text).encode(),
        ", escaped bytes": "".join(f"\\x{byte:02x}" for byte in text).encode(),
        ", UTF-16": text.decode().encode("utf-16-le"),
        ", backwards": text.decode()[::-1].encode(),
        **{f", base64 {shift}": spelled for shift, spelled in enumerate(_in_base64(text))},
    }
    return _once(forms)


def found(haystack: bytes, wanted: Mapping[str, bytes]) -> list[str]:
    """Name the spellings that a text holds, or what is base64 in it, or base64 in that.

    Six bare digits are found only by themselves: fractions of seconds and ports are full of such.
    """
    layers = list(_layers(haystack))
    return [name for name, spelled in wanted.items() if any(_holds(layer, spelled) for layer in layers)]


def _once(named: Mapping[str, bytes]) -> dict[str, bytes]:
    """Leave out what is spelled like one before it."""
    names: dict[bytes, str] = {}
    for name, spelled in named.items():
        names.setdefault(spelled, name)
    return {name: spelled for spelled, name in names.items()}


def _holds(haystack: bytes, spelled: bytes) -> bool:
    if spelled not in haystack:
        return False
    if len(spelled) > _SHORT or not spelled.isdigit():
        return True
    return re.search(rb"(?<![\d.])%b(?!\d)" % re.escape(spelled), haystack) is not None


def _layers(text: bytes, deep: int = _LAYERS) -> Iterator[bytes]:
    """Yield a text, then what its runs of base64 hold, and so on: a token in a message's body is two deep."""
    yield text
    inner = b"\n".join(_unwrapped(run) for run in _WRAPPED.findall(text))
    if inner and deep:
        yield from _layers(inner, deep - 1)


def _unwrapped(run: bytes) -> bytes:
    whole = run[: len(run) - (len(run) % 4 == 1)].translate(_TO_STANDARD)
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _in_base64(text: bytes) -> Iterator[bytes]:
    """Spell a text as it stands in the base64 of something longer, at each of its three places.

    A character at either end that holds bits of the neighbours as well is left out.
    """
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + text + bytes(3))
        first, last = -(-8 * shift // _BITS), 8 * (shift + len(text)) // _BITS
        yield encoded[first:last]
