"""Keys: fingerprints that compare without telling, and seals that hide until opened.

Lives here: the two key rings and their formats. `HMAC_KEYS` and `SEAL_KEYS` are lists of `id:base64`,
newest first; in `HMAC_KEYS` an entry may end in `:retired`. A fingerprint is `<key id>:<hex HMAC-SHA256>`
over its label and parts joined by newlines, so every stored one says under which key it is to be compared.

Every fingerprint is made under one key: the last of the list that is not retired. So a key that is put in
front is known before it is used, and a retired one is still looked up. How to rotate: docs/keys.md.
"""

import base64
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
_RETIRED: Final = "retired"


class KeyFormatError(ValueError):
    """Raised when a key list cannot be used; its text never shows a key."""


class SealBrokenError(Exception):
    """Raised when a sealed text cannot be opened, or belongs to another task."""


class Label(StrEnum):
    """What a fingerprint is of; one domain never compares equal to another."""

    PHONE = "phone"
    ARGUMENTS = "arguments"
    CODE = "code"
    OWN_CODE = "own-code"
    CLIENT_REF = "client_ref"
    NUMBER_BLOCK = "number_block"


class KeyRole(StrEnum):
    """What a key of `HMAC_KEYS` does in this process."""

    NOT_USED_YET = "not used yet"
    IN_USE = "in use"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An entry of a key list."""

    id: str
    secret: bytes = field(repr=False)
    is_retired: bool = False


def parse_keys(text: str) -> list[Key]:
    """Read `id:base64,id:base64:retired`, newest first; raise KeyFormatError naming the entry."""
    keys: list[Key] = []
    for position, entry in enumerate(text.replace("\n", ",").split(","), start=1):
        key = _parse_key(entry.strip(), position)
        if key.id in (known.id for known in keys):
            raise KeyFormatError(f"entry {position}: its id is a repetition")
        keys.append(key)
    return keys


def _parse_key(entry: str, position: int) -> Key:
    key_id, _, rest = entry.partition(":")
    if not _KEY_ID.fullmatch(key_id):
        raise KeyFormatError(f"entry {position}: its id is missing or malformed")
    encoded, colon, mark = rest.partition(":")
    if colon and mark != _RETIRED:
        raise KeyFormatError(f"entry {position} ({key_id}): only `:{_RETIRED}` may follow the key")
    try:
        secret = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        raise KeyFormatError(f"entry {position} ({key_id}): not base64") from None
    if len(secret) != _KEY_BYTES:
        raise KeyFormatError(f"entry {position} ({key_id}): {_KEY_BYTES} bytes are needed")
    return Key(id=key_id, secret=secret, is_retired=bool(colon))


def make_key(key_id: str) -> str:
    """Make an entry for either list: 32 random bytes under a name."""
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}"


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The HMAC key ring, newest key first; makes everything under the key `in_use`."""

    keys: dict[str, bytes] = field(repr=False)
    in_use: str
    retired: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `HMAC_KEYS`; raise KeyFormatError when it is malformed or every key is retired."""
        keys = parse_keys(text)
        usable = [key.id for key in keys if not key.is_retired]
        if not usable:
            raise KeyFormatError("all entries are retired: new fingerprints need a key")
        retired = frozenset(key.id for key in keys if key.is_retired)
        return cls({key.id: key.secret for key in keys}, usable[-1], retired)

    def roles(self) -> dict[str, KeyRole]:
        """Say of each key, newest first, what it does."""
        return {key_id: self._role(key_id) for key_id in self.keys}

    def of(self, label: Label, *parts: str) -> str:
        """Fingerprint under the key in use."""
        return self._under(self.in_use, label, parts)

    def every(self, label: Label, *parts: str) -> list[str]:
        """Fingerprints under all keys, for look-ups across a rotation."""
        return [self._under(key_id, label, parts) for key_id in self.keys]

    def matches(self, stored: str | None, label: Label, *parts: str) -> bool:
        """Whether a stored fingerprint is of these parts, under its own key, in constant time.

        A fingerprint that is gone, or whose key is gone, matches nothing.
        """
        if stored is None or not self.knows(stored):
            return False
        return hmac.compare_digest(stored, self._under(key_id_of(stored), label, parts))

    def knows(self, stored: str | None) -> bool:
        """Whether a stored fingerprint was made with a key that we hold."""
        return stored is not None and key_id_of(stored) in self.keys

    def _role(self, key_id: str) -> KeyRole:
        if key_id in self.retired:
            return KeyRole.RETIRED
        return KeyRole.IN_USE if key_id == self.in_use else KeyRole.NOT_USED_YET

    def _under(self, key_id: str, label: Label, parts: Iterable[str]) -> str:
        text = "\n".join((label.value, *parts)).encode()
        return f"{key_id}:{hmac.new(self.keys[key_id], text, sha256).hexdigest()}"


def key_id_of(stored: str) -> str:
    """Read under which key a fingerprint was made."""
    return stored.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Seals:
    """The sealing key ring: Fernet, newest key seals, every key opens."""

    fernet: MultiFernet = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `SEAL_KEYS`; raise KeyFormatError when it is malformed or an entry is retired."""
        keys = parse_keys(text)
        for position, key in enumerate(keys, start=1):
            if key.is_retired:
                raise KeyFormatError(f"entry {position} ({key.id}): only HMAC_KEYS has retired keys")
        return cls(MultiFernet([Fernet(base64.urlsafe_b64encode(key.secret)) for key in keys]))

    def seal(self, task_id: str, arguments: Mapping[str, Any]) -> str:
        """Seal a task's arguments together with its id, so that no other row can borrow them."""
        return self.fernet.encrypt(canonical_json({**arguments, "task_id": task_id}).encode()).decode()

    def open(self, task_id: str, sealed: str) -> dict[str, Any]:
        """Open a task's arguments; raise SealBrokenError when they are not this task's."""
        try:
            arguments = json.loads(self.fernet.decrypt(sealed.encode()))
        except (InvalidToken, ValueError, RecursionError):
            raise SealBrokenError("no key of SEAL_KEYS opens this") from None
        if not isinstance(arguments, dict) or arguments.pop("task_id", None) != task_id:
            raise SealBrokenError("sealed for another task")
        return arguments

    def sealed_at(self, sealed: str) -> int:
        """Return when this was sealed, in epoch seconds by the sealer's clock; raise SealBrokenError."""
        try:
            return self.fernet.extract_timestamp(sealed.encode())
        except (InvalidToken, ValueError):
            raise SealBrokenError("no key of SEAL_KEYS opens this") from None


def canonical_json(value: Mapping[str, Any]) -> str:
    """Write JSON in the one form that fingerprints cover: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
