"""How a phone number and a code may be spelled where nobody expects them, and finding them there.

Lives here: the spellings, and the search. Must not: know where to look.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, quote_plus

_SHORT: Final = 6
_BITS: Final = 6
_LAYERS: Final = 3
_WRAPPED: Final = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")


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
        ", hexadecimal": text.hex().encode(),
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
