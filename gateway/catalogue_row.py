"""One row of a table of Twilio's codes."""

from dataclasses import dataclass

from gateway.answer import AnswerClass, Endpoint
from phone_verification.kinds import ErrorKind

ERRORS_URL = "https://www.twilio.com/docs/api/errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one code means; `endpoint` and `parameter` narrow it where one code has several meanings."""

    code: int
    kind: ErrorKind
    meaning: str
    answer_class: AnswerClass = AnswerClass.REFUSED
    endpoint: Endpoint | None = None
    parameter: str | None = None

    @property
    def url(self) -> str:
        """Where Twilio explains the code."""
        return f"{ERRORS_URL}/{self.code}"


def rows_of(kind: ErrorKind, meanings: dict[int, str]) -> tuple[Row, ...]:
    """Write rows of one kind: final, and meaning the same wherever they come from."""
    return tuple(Row(code=code, kind=kind, meaning=meaning) for code, meaning in meanings.items())
