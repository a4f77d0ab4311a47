"""Flaws: why a list item is no message, which is all that is ever said of it.

Lives here: pure judgements on a decoded item, first those that hold for every queue, then those for ours.
"""

import base64
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from phone_verification.queues import TASK_NAMES
from phone_verification.task_ids import is_task_id

_LONGEST_TAG: Final = 255
_MOST_RETRIES: Final = 1_000_000


class Flaw(StrEnum):
    """Why an item is no message: all that is ever said of it."""

    NOT_AN_OBJECT = "not a JSON object"
    PROPERTIES = "properties"
    DELIVERY_TAG = "delivery tag"
    DELIVERY_INFO = "delivery info"
    BODY_ENCODING = "body encoding"
    BODY = "body"
    HEADERS = "headers"
    CONTENT_TYPE = "content type"
    COMPRESSED = "compressed"
    UNKNOWN_TASK = "unknown task"
    TASK_ID = "task id"
    RETRIES = "retries"
    IGNORE_RESULT = "ignore_result"


def carrier_flaw(item: object) -> Flaw | None:
    """Say why kombu itself could not carry this item, of whatever queue; None when it can."""
    if not isinstance(item, Mapping):
        return Flaw.NOT_AN_OBJECT
    properties = item.get("properties")
    if not isinstance(properties, Mapping):
        return Flaw.PROPERTIES
    flaw = _property_flaw(properties)
    if flaw is not None:
        return flaw
    if not isinstance(item.get("headers"), Mapping):
        return Flaw.HEADERS
    body = item.get("body")
    is_body = isinstance(body, str) and raw_body(body, properties.get("body_encoding")) is not None
    return None if is_body else Flaw.BODY


def _property_flaw(properties: Mapping[str, Any]) -> Flaw | None:
    tag, info = properties.get("delivery_tag"), properties.get("delivery_info")
    if not isinstance(tag, str) or not 0 < len(tag) <= _LONGEST_TAG:
        return Flaw.DELIVERY_TAG
    if not isinstance(info, Mapping) or not {"exchange", "routing_key"} <= info.keys():
        return Flaw.DELIVERY_INFO
    is_known = properties.get("body_encoding") in (None, "utf-8", "base64")
    return None if is_known else Flaw.BODY_ENCODING


def header_flaw(headers: Mapping[str, Any]) -> Flaw | None:
    """Say why these headers name no task of ours."""
    if headers.get("task") not in TASK_NAMES.values():
        return Flaw.UNKNOWN_TASK
    if not is_task_id(headers.get("id")):
        return Flaw.TASK_ID
    retries = headers.get("retries")
    if retries is not None and not (type(retries) is int and 0 <= retries <= _MOST_RETRIES):
        return Flaw.RETRIES
    if headers.get("ignore_result") not in (None, True, False):
        return Flaw.IGNORE_RESULT
    return None if headers.get("compression") is None else Flaw.COMPRESSED


def content_flaw(item: Mapping[str, Any]) -> Flaw | None:
    """Say why the body is not the contract's JSON."""
    content_type, encoding = item.get("content-type"), item.get("content-encoding")
    is_json = content_type == "application/json" and isinstance(encoding, str) and encoding.lower() == "utf-8"
    return None if is_json else Flaw.CONTENT_TYPE


def raw_body(body: str, encoding: str | None) -> bytes | None:
    """Decode a body as kombu would; None when it cannot be."""
    try:
        return base64.b64decode(body) if encoding == "base64" else body.encode()
    except ValueError:
        return None
