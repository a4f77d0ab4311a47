"""What is marked: numbers and codes that occur nowhere by chance, and what one of them makes happen."""

from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Final

from tests.spellings import Marked, marked_code, marked_number, marked_text


@dataclass(frozen=True)
class Number:
    """A Korean mobile number under the name of the act that it plays in."""

    act: str
    typed: str

    @property
    def e164(self) -> str:
        """As Twilio is told it."""
        return "+82" + self.typed.replace("-", "")[1:]

    @cached_property
    def marked(self) -> Marked:
        """What to look for."""
        return marked_number(f"the number of '{self.act}'", self.e164)


DOORS: Final = ("durable", "open")
_ACTS: Final = (
    "story",
    "echo",
    "code echo",
    "trial",
    "outage",
    "lost",
    "listed",
    "malformed",
    "refused",
    "conflict",
    "raises",
    "breaks a statement",
    "is not accepted",
    "held",
    "waiting",
)


def _numbers() -> dict[tuple[str, str], Number]:
    """Make a number for each act at each door, the same ones every time."""
    draw = Random(8264)  # noqa: S311 - hides nothing
    acts = [*((door, act) for act in _ACTS for door in DOORS), ("sealed", "story")]
    return {
        (door, act): Number(
            f"{act}, {door} door", f"010-{draw.randrange(2000, 9999)}-{draw.randrange(1000, 9999)}"
        )
        for door, act in acts
    }


NUMBERS: Final = _numbers()
"""One for each act and door: no act meets what another left at Twilio, or the guard's wait."""

PLANTED: Final = Number("planted", "010-8153-4702")
"""Put into every sink on purpose: a search that does not find it there searches nothing."""

RAISES: Final = tuple(NUMBERS[door, "raises"] for door in DOORS)
BREAKS_A_STATEMENT: Final = tuple(NUMBERS[door, "breaks a statement"] for door in DOORS)
IS_NOT_ACCEPTED: Final = NUMBERS["open", "is not accepted"]

CODE_LENGTH: Final = 10
"""The longest that Twilio makes: six digits would be found by chance."""

WRONG_CODE: Final = "9048215637"
RAISING_CODE: Final = "7730914582"
CLIENT_REF: Final = "session-of-a-canary-q7vx2"

_FIXED: Final = (
    *(number.marked for number in NUMBERS.values()),
    marked_code("a wrong code", WRONG_CODE),
    marked_code("a code that raises", RAISING_CODE),
    marked_text("the client_ref", CLIENT_REF),
)


def all_marks(codes: list[str]) -> tuple[Marked, ...]:
    """Everything to look for, with the codes that were sent."""
    return (*_FIXED, *(marked_code("a code that was sent", code) for code in codes))
