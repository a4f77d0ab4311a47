"""docs/errors.md, written from the catalogue, the kinds and the deliveries themselves."""

from collections.abc import Iterator

from gateway.answer import AnswerClass
from gateway.catalogue import CATALOGUE
from gateway.catalogue_row import Row
from gateway.deliveries_page import render_deliveries
from phone_verification.kind_facts import KIND_FACTS, KindFacts
from phone_verification.kinds import ErrorKind
from phone_verification.messages import SUCCESS_MESSAGES

_INTRODUCTION = """\
# Errors

Generated from `kind_facts.py` and `deliveries.py` in `phone_verification/`, and from `catalogue.py` and
`deliveries.py` in `gateway/`; `make docs` writes it anew.

A result that is not `ok` carries one of these kinds.
New kinds may come with a minor version: a caller that meets an unknown one goes by `fault` and `retryable`.
`retryable` means that the same wish, under a new task id, may succeed with nothing else changed.
"""

_CLASSES = {
    AnswerClass.REFUSED: "final",
    AnswerClass.NOT_SENT: "waits and tries again",
    AnswerClass.MAYBE_SENT: "in doubt: never sent again blindly",
}


def render_catalogue() -> str:
    """Write the page."""
    return "\n".join(
        [
            _INTRODUCTION,
            "## What callers get\n",
            "| kind | title | HTTP | fault | outcome | retryable |",
            "|---|---|---|---|---|---|",
            *(_kind_row(kind, facts) for kind, facts in KIND_FACTS.items()),
            "\n## What the person reads\n",
            "| case | Korean | English |",
            "|---|---|---|",
            *(f"| {case} | {message.ko} | {message.en} |" for case, message in SUCCESS_MESSAGES.items()),
            *(_words(kind, facts) for kind, facts in KIND_FACTS.items()),
            "\n## What the operator does\n",
            "| kind | |",
            "|---|---|",
            *(f"| `{kind}` | {facts.operator_action} |" for kind, facts in KIND_FACTS.items()),
            "\n## Twilio's codes\n",
            "The first row that fits wins; a code that is not here becomes `provider_error`.\n",
            "| code | where | kind | then | meaning |",
            "|---|---|---|---|---|",
            *_code_rows(),
            "",
            *render_deliveries(),
            "",
        ]
    )


def _kind_row(kind: ErrorKind, facts: KindFacts) -> str:
    retryable = "yes" if facts.retryable else "no"
    return (
        f"| `{kind}` | {facts.title} | {facts.http_status} | {facts.fault} | {facts.outcome} | {retryable} |"
    )


def _words(kind: ErrorKind, facts: KindFacts) -> str:
    return f"| `{kind}` | {facts.message.ko} | {facts.message.en} |"


def _code_rows() -> Iterator[str]:
    for row in sorted(CATALOGUE, key=lambda row: row.code):
        yield (
            f"| [{row.code}]({row.url}) | {_where(row)} | `{row.kind}` "
            f"| {_CLASSES[row.answer_class]} | {row.meaning} |"
        )


def _where(row: Row) -> str:
    parts = [row.endpoint, f"`{row.parameter}`" if row.parameter else None]
    return " ".join(part for part in parts if part) or "everywhere"
