"""What the side door needs of the simulator, and how it reads and writes JSON."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import ValidationError

from simulator.clock import iso_milliseconds
from simulator.exchange import JsonObject
from simulator.world import Outage, World

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Listening(Protocol):
    """The simulator as the side door sees it."""

    world: World
    side_door_port: int

    @property
    def url(self) -> str:
        """Where Twilio's paths are."""

    async def reset(self) -> None:
        """Put a new world in place."""

    async def set_outage(self, outage: Outage, seconds: float | None) -> None:
        """Begin or end an outage."""


async def read_object(request: web.Request) -> JsonObject:
    """The body as a JSON object; nothing at all is an empty one."""
    text = await request.text()
    body = json.loads(text) if text else {}
    if not isinstance(body, dict):
        raise TypeError("a JSON object was expected")
    return body


def reply(body: object, status: int = 200) -> web.Response:
    """Any value as JSON, moments in ISO form."""
    return web.json_response(text=json.dumps(body, default=_write), status=status)


def as_object(value: "DataclassInstance") -> JsonObject:
    """A dataclass as a JSON object."""
    return asdict(value)


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn a wrong side-door request into 400 with the reason."""
    if not request.path.startswith("/__sim__"):
        return await handler(request)
    try:
        return await handler(request)
    except ValidationError as error:
        return reply({"error": error.errors(include_url=False, include_context=False)}, 400)
    except (ValueError, TypeError, KeyError) as error:
        return reply({"error": repr(error)}, 400)


def _write(value: object) -> str:
    if isinstance(value, datetime):
        return iso_milliseconds(value)
    raise TypeError(f"cannot be written as JSON: {type(value).__name__}")
