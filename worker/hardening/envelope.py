"""Envelopes: what a list item must look like to become a task, decided before kombu takes it in hand.

Lives here: pure decisions on a decoded item, and the message that is made from a good one. Must not: touch
Redis, log, or say anything of a bad one but its flaw. A message is written anew from what was checked, so
that no header of a stranger's reaches Celery; one that is redelivered reads the same again.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from kombu.utils.json import loads

from tasks.malformed import REFUSED_HEADER, RefusedOption, read_mark
from worker.hardening.flaws import Flaw, carrier_flaw, content_flaw, header_flaw, raw_body

LONGEST_HOLD: Final = timedelta(seconds=60)
"""How long a message may be held for its `eta`: with its task it stays under the visibility timeout."""

_LONGEST_BODY: Final = 65_536
_HIGHEST_PRIORITY: Final = 9
_EMPTY_BODY: Final = base64.b64encode(b"[[], {}, {}]").decode()
_EMBEDDED: Final = (
    RefusedOption.CALLBACKS,
    RefusedOption.ERRBACKS,
    RefusedOption.CHAIN,
    RefusedOption.CHORD,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message that may become a task; `refused` is the option for which it is answered and not run."""

    task: str
    task_id: str
    delivery_tag: str
    retries: int
    ignore_result: bool | None
    priority: int
    is_redelivered: bool
    body: str = field(repr=False)
    body_encoding: str | None
    eta: datetime | None
    refused: RefusedOption | None

    def message(self, queue: str) -> dict[str, Any]:
        """Write what kombu is given; when it comes back, it does so to the queue that it was taken from."""
        return {
            "body": self.body,
            "content-type": "application/json",
            "content-encoding": "utf-8",
            "headers": {
                "task": self.task,
                "id": self.task_id,
                "root_id": self.task_id,
                "retries": self.retries,
                "ignore_result": self.ignore_result,
                "eta": self.eta and self.eta.isoformat(),
                REFUSED_HEADER: self.refused and self.refused.value,
            },
            "properties": {
                "delivery_tag": self.delivery_tag,
                "delivery_info": {
                    "exchange": "",
                    "routing_key": queue,
                    "redelivered": self.is_redelivered,
                },
                "priority": self.priority,
                "body_encoding": self.body_encoding,
            },
        }


def read_envelope(item: object, now: datetime) -> Envelope | Flaw:
    """Read an item of one of our queues, or say why it is no message of ours."""
    flaw = carrier_flaw(item)
    if flaw is not None or not isinstance(item, Mapping):
        return flaw or Flaw.NOT_AN_OBJECT
    headers, properties = item["headers"], item["properties"]
    flaw = header_flaw(headers) or content_flaw(item)
    if flaw is not None:
        return flaw
    read = _arguments(item["body"], properties.get("body_encoding"))
    if read is None:
        return Flaw.BODY
    args, kwargs, embed = read
    is_ring = not args and not kwargs
    refused = read_mark(headers.get(REFUSED_HEADER))
    if not is_ring:
        refused = refused or _refused_option(headers, embed, now)
    is_empty = is_ring or refused is not None
    return Envelope(
        task=headers["task"],
        task_id=headers["id"],
        delivery_tag=properties["delivery_tag"],
        retries=headers.get("retries") or 0,
        ignore_result=headers.get("ignore_result"),
        priority=_priority(properties.get("priority")),
        is_redelivered=properties["delivery_info"].get("redelivered") is True,
        body=_EMPTY_BODY if is_empty else item["body"],
        body_encoding="base64" if is_empty else properties.get("body_encoding"),
        # A message with nothing but an id rings for a row, and the row knows when its time has come.
        eta=None if is_empty else _held_until(headers.get("eta"), now),
        refused=refused,
    )


def _arguments(body: str, encoding: str | None) -> tuple[list[Any], dict[str, Any], dict[str, Any]] | None:
    """Read `[args, kwargs, embed]`; None for any other body."""
    raw = raw_body(body, encoding)
    if raw is None or len(raw) > _LONGEST_BODY:
        return None
    try:
        read = loads(raw)
    except Exception:  # noqa: BLE001 - a stranger's bytes, and kombu's readers of marked types raise anything
        return None
    match read:
        case [list() as args, dict() as kwargs, dict() | None as embed]:
            return args, kwargs, embed or {}
    return None


def _refused_option(
    headers: Mapping[str, Any], embed: Mapping[str, Any], now: datetime
) -> RefusedOption | None:
    """Name what the caller asked of Celery and would not get: such a run must not be begun."""
    if headers.get("expires") is not None:
        return RefusedOption.EXPIRES
    eta = headers.get("eta")
    if eta is not None:
        moment = _instant(eta)
        if moment is None or moment > now + LONGEST_HOLD:
            return RefusedOption.ETA
    return next((option for option in _EMBEDDED if embed.get(option)), None)


def _held_until(eta: object, now: datetime) -> datetime | None:
    moment = _instant(eta)
    return moment if moment is not None and moment > now else None


def _instant(text: object) -> datetime | None:
    """Read a time as Celery writes it; one without an offset is UTC, as Celery's clock here is."""
    try:
        read = datetime.fromisoformat(text) if isinstance(text, str) else None
        return read and (read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _priority(value: object) -> int:
    return value if type(value) is int and 0 <= value <= _HIGHEST_PRIORITY else 0
