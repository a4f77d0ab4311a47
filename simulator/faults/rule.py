"""A fault as a test posts it, and the rule that counts its use."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from simulator.exchange import JsonObject


class Action(StrEnum):
    """What happens to the call."""

    DELAY = "delay"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    NEVER_ANSWER = "never_answer"
    PROCESS_LATE = "process_late"
    STATUS = "status"
    TRUNCATED_JSON = "truncated_json"
    CUT_ANSWER = "cut_answer"
    WRONG_JSON = "wrong_json"
    OTHER_BODY = "other_body"
    RFC9457 = "rfc9457"
    REDIRECT = "redirect"
    REFUSE = "refuse"
    HOLD = "hold"

    @property
    def processes(self) -> bool:
        """Whether Twilio acts on the call unless the fault says otherwise."""
        return self not in {
            Action.DROP_BEFORE,
            Action.STATUS,
            Action.RFC9457,
            Action.REDIRECT,
            Action.REFUSE,
        }


class When(StrEnum):
    """Before or after Twilio has acted on the call."""

    BEFORE = "before"
    AFTER = "after"


class BodyForm(StrEnum):
    """What the body of an injected status looks like."""

    JSON = "json"
    HTML = "html"
    EMPTY = "empty"


class Target(StrEnum):
    """Which calls a fault may hit."""

    START = "start"
    CHECK = "check"
    FETCH = "fetch"
    UPDATE = "update"
    ATTEMPTS = "attempts"
    SERVICE = "service"
    RATE_LIMITS = "rate_limits"
    MESSAGE = "message"
    MESSAGES = "messages"
    MESSAGE_FETCH = "message_fetch"
    CONSOLE = "console"
    ANY = "any"


class Fault(BaseModel):
    """One fault; fields that its action does not read are ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Action
    endpoint: Target = Target.ANY
    to: str | None = None
    nth: int = Field(default=1, ge=1)
    times: int | None = Field(default=1, ge=1)
    when: When = When.BEFORE
    seconds: float | None = Field(default=None, ge=0)
    processed: bool | None = None
    status: int = Field(default=503, ge=100, le=599)
    body_form: BodyForm = BodyForm.JSON
    code: int | None = None
    message: str | None = None
    retry_after: str | None = None
    reached_rate_limit: str | None = None
    body: JsonObject | None = None
    of: str | None = None
    location: str = "/moved"

    @property
    def is_processed(self) -> bool:
        """Whether Twilio acts on the call that this hits."""
        return self.action.processes if self.processed is None else self.processed

    def concerns(self, endpoint: str, to: str | None) -> bool:
        """Whether a call is of the kind that this may hit."""
        hits_endpoint = self.endpoint is Target.ANY or self.endpoint == endpoint
        return hits_endpoint and self.to in {None, to}


@dataclass(slots=True, kw_only=True)
class Rule:
    """A posted fault: how many of its calls came, how many it hit, who is held now."""

    id: int
    fault: Fault
    seen: int = 0
    hits: int = 0
    held: list[asyncio.Future[bool]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def is_due(self) -> bool:
        """Whether the call just seen is one to hit."""
        spent = self.fault.times is not None and self.hits >= self.fault.times
        return self.seen >= self.fault.nth and not spent

    async def hold(self) -> bool:
        """Wait for the release; True when the call shall be dropped."""
        released: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.held.append(released)
        self.changed.set()
        return await released

    def release(self, *, drop: bool) -> int:
        """Let everybody go who is held now; how many that were."""
        held, self.held = self.held, []
        for released in held:
            if not released.done():
                released.set_result(drop)
        return len(held)

    async def wait_held(self, count: int) -> None:
        """Return once that many are held at the same time."""
        while len(self.held) < count:
            self.changed.clear()
            await self.changed.wait()
