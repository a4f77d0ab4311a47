"""Keys: fingerprints that compare without telling, and seals that hide until opened.

Lives here: the two key rings and their formats. `HMAC_KEYS` and `SEAL_KEYS` are lists of `id:base64`,
newest first. A fingerprint is `<key id>:<hex HMAC-SHA256>` over its label and parts joined by newlines,
so every stored one says under which key it is to be compared.
"""

import base64
import binascii
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,16}")
_KEY_BYTES: Final = 32


class KeyFormatError(ValueError):
    """Raised when a key list cannot be used; its text never shows a key."""


class SealBrokenError(Exception):
    """Raised when a sealed text cannot be opened, or belongs to another task."""


class Label(StrEnum):
    """What a fingerprint is of; one domain never compares equal to another."""

    PHONE = "phone"
    ARGUMENTS = "arguments"
    CODE = "code"
    CLIENT_REF = "client_ref"
    NUMBER_BLOCK = "number_block"


def parse_keys(text: str) -> dict[str, bytes]:
    """Read `id:base64,id:base64`, newest first; raise KeyFormatError naming the entry."""
    keys: dict[str, bytes] = {}
    for position, entry in enumerate(text.replace("\n", ",").split(","), start=1):
        key_id, _, encoded = entry.strip().partition(":")
        if not _KEY_ID.fullmatch(key_id) or key_id in keys:
            raise KeyFormatError(f"entry {position}: its id is missing, malformed or a repetition")
        try:
            keys[key_id] = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            raise KeyFormatError(f"entry {position} ({key_id}): not base64") from None
        if len(keys[key_id]) != _KEY_BYTES:
            raise KeyFormatError(f"entry {position} ({key_id}): {_KEY_BYTES} bytes are needed")
    return keys


def make_key(key_id: str) -> str:
    """Make an entry for either list: 32 random bytes under a name."""
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}"


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The HMAC key ring; raises KeyFormatError when parsed from something else."""

    keys: dict[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `HMAC_KEYS`."""
        return cls(parse_keys(text))

    def newest(self, label: Label, *parts: str) -> str:
        """Fingerprint under the newest key: for everything but phone numbers."""
        return self._under(next(iter(self.keys)), label, parts)

    def oldest(self, label: Label, *parts: str) -> str:
        """Fingerprint under the oldest key: an index cannot compare under two keys at once."""
        return self._under(next(reversed(self.keys)), label, parts)

    def every(self, label: Label, *parts: str) -> list[str]:
        """Fingerprints under all keys, for look-ups across a rotation."""
        return [self._under(key_id, label, parts) for key_id in self.keys]

    def matches(self, stored: str | None, label: Label, *parts: str) -> bool:
        """Whether a stored fingerprint is of these parts, under its own key, in constant time.

        A fingerprint that is gone, or whose key is gone, matches nothing.
        """
        if stored is None or not self.knows(stored):
            return False
        return hmac.compare_digest(stored, self._under(stored.partition(":")[0], label, parts))

    def knows(self, stored: str | None) -> bool:
        """Whether a stored fingerprint was made with a key that we still hold."""
        return stored is not None and stored.partition(":")[0] in self.keys

    def _under(self, key_id: str, label: Label, parts: Iterable[str]) -> str:
        text = "\n".join((label.value, *parts)).encode()
        return f"{key_id}:{hmac.new(self.keys[key_id], text, sha256).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Seals:
    """The sealing key ring: Fernet, newest key seals, every key opens."""

    fernet: MultiFernet = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `SEAL_KEYS`."""
        keys = parse_keys(text).values()
        return cls(MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys]))

    def seal(self, task_id: str, arguments: Mapping[str, Any]) -> str:
        """Seal a task's arguments together with its id, so that no other row can borrow them."""
        return self.fernet.encrypt(canonical_json({**arguments, "task_id": task_id}).encode()).decode()

    def open(self, task_id: str, sealed: str) -> dict[str, Any]:
        """Open a task's arguments; raise SealBrokenError when they are not this task's."""
        try:
            arguments = json.loads(self.fernet.decrypt(sealed.encode()))
        except (InvalidToken, ValueError):
            raise SealBrokenError("no key of SEAL_KEYS opens this") from None
        if not isinstance(arguments, dict) or arguments.pop("task_id", None) != task_id:
            raise SealBrokenError("sealed for another task")
        return arguments


def canonical_json(value: Mapping[str, Any]) -> str:
    """Write JSON in the one form that fingerprints cover: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
