"""What is marked: numbers and codes that occur nowhere by chance, and what one of them makes happen."""

from collections.abc import Iterable, Iterator, Mapping
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


def _numbers(seed: int, acts: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Number]:
    """Make a number for each act at each door, the same ones every time."""
    draw = Random(seed)  # noqa: S311 - hides nothing
    return {
        (door, act): Number(
            f"{act}, {door} door", f"010-{draw.randrange(2000, 9999)}-{draw.randrange(1000, 9999)}"
        )
        for door, act in acts
    }


NUMBERS: Final = _numbers(8264, (*((door, act) for act in _ACTS for door in DOORS), ("sealed", "story")))
"""One for each act and door: no act meets what another left at Twilio, or the guard's wait."""

PLANTED: Final = Number("planted", "010-8153-4702")
"""Put into every sink on purpose: a search that does not find it there searches nothing."""

TEXT_DOORS: Final = (*DOORS, "sealed")
_TEXT_ACTS: Final = (
    "text",
    "text lost",
    "text raises",
    "message",
    "message lost",
    "message raises",
    "in hand",
    "text refused",
)
TEXT_NUMBERS: Final = _numbers(7391, ((door, act) for act in _TEXT_ACTS for door in TEXT_DOORS))
"""The same for texts of our own."""

AT_A_PAGE: Final = Number("at a page", "010-4862-7593")
FIXED: Final = Number("the number with a fixed code", "010-6317-4095")
FIXED_CODE: Final = "3308627194"

RAISES: Final = tuple(NUMBERS[door, "raises"] for door in DOORS)
RAISES_A_TEXT: Final = tuple(
    TEXT_NUMBERS[door, f"{kind} raises"] for door in TEXT_DOORS for kind in ("text", "message")
)
BREAKS_A_STATEMENT: Final = tuple(NUMBERS[door, "breaks a statement"] for door in DOORS)
IS_NOT_ACCEPTED: Final = NUMBERS["open", "is not accepted"]

CODE_LENGTH: Final = 10
"""The longest that Twilio makes: six digits would be found by chance."""

WRONG_CODE: Final = "9048215637"
RAISING_CODE: Final = "7730914582"
CLIENT_REF: Final = "session-of-a-canary-q7vx2"

WRITTEN_CODE: Final = "5061738294"
_WORDS: Final = "카나리아가 물어 온 물건", "quartz-canary-vmx"
BODY: Final = f"{_WORDS[0]} ({_WORDS[1]}) {WRITTEN_CODE}"
"""What a caller writes: the words themselves are private, and there is a code among them."""

_ALWAYS: Final = (
    marked_code("a wrong code", WRONG_CODE),
    marked_code("a code that raises", RAISING_CODE),
    marked_text("the client_ref", CLIENT_REF),
)


def all_marks(codes: list[str]) -> tuple[Marked, ...]:
    """Everything to look for, with the codes that were sent."""
    return (*_of_numbers(NUMBERS), *_ALWAYS, *_of_codes(codes))


def all_text_marks(codes: list[str]) -> tuple[Marked, ...]:
    """The same where the texts are ours."""
    return (
        *_of_numbers(TEXT_NUMBERS),
        AT_A_PAGE.marked,
        FIXED.marked,
        marked_code("the fixed code", FIXED_CODE),
        marked_code("a code that was written", WRITTEN_CODE),
        *(marked_text("what was written", words) for words in _WORDS),
        *_ALWAYS,
        *_of_codes(codes),
    )


def _of_numbers(numbers: Mapping[tuple[str, str], Number]) -> Iterator[Marked]:
    return (number.marked for number in numbers.values())


def _of_codes(codes: list[str]) -> Iterator[Marked]:
    return (marked_code("a code that was sent", code) for code in codes)
