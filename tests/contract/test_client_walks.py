"""The fake client walks beside the worker's own tasks: whatever is asked, both say the same.

The worker's side is the laboratory: the real statements, the real HTTP client and the stand-in for Twilio.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from models.database import open_database
from models.schema import upgrade
from phone_verification.testing import FakeVerificationClient, Limits
from simulator.client import SimulatorClient
from tasks.figures import Figures
from tasks.rules import GuardSettings
from tests.integration.bundle import make_services
from tests.integration.guard.conftest import under
from tests.integration.settling.conftest import make_gateway
from tests.integration.settling.lab import NUMBER, Lab
from tests.no_rules import NO_RULES

STEPS = 60
EXACT = ("outcome", "ok", "replayed", "operation", "version")
OF_ERROR = ("kind", "provider_code")
OF_VERIFICATION = ("phone", "channel", "service", "sends", "checks_left")
COUNTED_DOWN = ("expires_in", "next_send_in")


@dataclass(slots=True)
class Walk:
    """The same steps on both sides; `handles` are pairs of theirs and the fake's."""

    lab: Lab
    fake: FakeVerificationClient
    dice: random.Random
    handles: list[tuple[str, str]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    walked_at: float = field(default_factory=time.monotonic)

    def step(self) -> None:
        """Take one step, and let as much time pass for the fake as the other side took."""
        kinds: list[Callable[[], None]] = [self.send, self.check, self.check, self.check, self.wait]
        self.dice.choice(kinds)()
        now = time.monotonic()
        self.fake.advance(now - self.walked_at)
        self.walked_at = now

    def send(self) -> None:
        """Ask for a text."""
        theirs = self.lab.send()
        mine = self.fake.send(NUMBER)
        self.handles.append((theirs, mine))
        self.compare("send", theirs, mine)

    def check(self) -> None:
        """Type a code for a handle, or for the number alone."""
        what = self.dice.choice(["right", "right", "first", "wrong", "wrong", "malformed"])
        handle = self.dice.choice([*self.handles[-3:], (None, None), ("no-such-handle", "no-such-handle")])
        typed = self.typed(what)
        theirs = self.lab.check(typed[0], handle[0])
        mine = self.fake.check(
            typed[1], phone_number=NUMBER, verification_id=handle[1], by_number_alone=handle[1] is None
        )
        at = self.handles.index(handle) if handle in self.handles else handle[0]
        self.compare(f"check {what} for {at}", theirs, mine)

    def typed(self, what: str) -> tuple[str, str]:
        """Return the code that is typed on both sides."""
        if what == "malformed":
            return "12 3", "12 3"
        texts = self.fake.texts(NUMBER)
        if what == "wrong" or not texts:
            known = {self.lab.code, *(text.code for text in texts)}
            wrong = self.dice.choice(
                [
                    code
                    for code in ("111111", "222222", "333333", "444444", "555555", "666666", "777777")
                    if code not in known
                ]
            )
            return wrong, wrong
        at = -1 if what == "right" else 0
        return self.lab.phone.inbox()[at]["code"], texts[at].code

    def wait(self) -> None:
        """Let time pass on both sides."""
        seconds = self.dice.choice([5, 31, 61, 125, 200, 601])
        self.lab.pass_time(seconds)
        self.fake.advance(seconds)
        self.steps.append(f"wait {seconds}")

    def compare(self, step: str, theirs: str, mine: str) -> None:
        """Hold one answer against the other."""
        self.steps.append(step)
        result = self.fake.status(mine).result
        assert result is not None
        expected, told = self.lab.run(theirs).result, result.model_dump(mode="json")
        assert facts(told) == facts(expected), "\n".join(self.steps)
        for name, seconds in counted(expected).items():
            assert counted(told)[name] == pytest.approx(seconds, abs=1), "\n".join([*self.steps, name])


def facts(result: dict[str, Any]) -> dict[str, Any]:
    """Take from a result what does not move with the clock, and what is there at all."""
    error, verification = result["error"] or {}, result["verification"] or {}
    return {
        **{name: result[name] for name in EXACT},
        **{name: error.get(name) for name in OF_ERROR},
        **{name: verification.get(name) for name in OF_VERIFICATION},
        "is_handle_told": verification.get("id") is not None,
        "counts_down": sorted(counted(result)),
        "tells_when_approved": result["approved_at"] is not None,
    }


def counted(result: dict[str, Any]) -> dict[str, int]:
    """Take from a result the seconds that are counted down."""
    error, verification = result["error"] or {}, result["verification"] or {}
    named = {
        **{name: verification.get(name) for name in COUNTED_DOWN},
        "retry_after": error.get("retry_after"),
    }
    return {name: seconds for name, seconds in named.items() if seconds is not None}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("rules", "limits"), [(GuardSettings(), Limits()), (NO_RULES, Limits.none())], ids=["limits", "no limits"]
)
def test_the_fake_says_what_the_worker_says(
    seed: int,
    rules: GuardSettings,
    limits: Limits,
    simulator: tuple[str, SimulatorClient],
    tmp_path: Any,
) -> None:
    """Sixty steps of one number: sends, codes of every sort, and time."""
    database = open_database(f"sqlite:///{tmp_path}/walk.db")
    upgrade(database.engine)
    services = make_services(database, Figures(), lambda *_, **__: None, make_gateway(simulator[0]))
    dice = random.Random(seed)  # noqa: S311 - a walk, no secret
    walk = Walk(under(Lab(services, simulator[1]), rules), FakeVerificationClient(limits=limits), dice)

    for _ in range(STEPS):
        walk.step()

    assert len(walk.fake.texts(NUMBER)) == walk.lab.texts
    database.dispose()
