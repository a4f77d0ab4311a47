"""docs/logs.md lists every event that the product logs, with its level and its fields."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "logs.md").read_text()
_ROW = re.compile(r"^\| `([a-z]+\.[a-z_]+)` \| (info|warning|error) \| (.*?) \| .* \|$", re.MULTILINE)
# What worker/logs.py makes of an exception.
_OF_EXCEPTION = {"error", "where"}


@dataclass(frozen=True, slots=True)
class Line:
    """A place in the code that logs; `fields` as far as they are written out there."""

    event: str
    level: str
    fields: frozenset[str]


def lines() -> Iterator[Line]:
    """Every call of a structlog logger."""
    for package in ("gateway", "models", "tasks", "worker"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _is_log(node.func):
                    yield _line(node)


def _is_log(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "log"
        and function.attr in ("debug", "info", "warning", "error", "exception", "critical")
    )


def _line(call: ast.Call) -> Line:
    assert isinstance(call.func, ast.Attribute)
    [event] = call.args
    assert isinstance(event, ast.Constant), "an event is a constant: what happened is in the fields"
    named = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
    fields = (named - {"exc_info"}) | (_OF_EXCEPTION if "exc_info" in named else set())
    return Line(event.value, call.func.attr, frozenset(fields))


def test_the_page_lists_what_the_product_logs() -> None:
    """Each event once, with its level; none that is gone."""
    rows = [(event, level) for event, level, _ in _ROW.findall(PAGE)]

    assert len(rows) == len(set(rows))
    assert set(rows) == {(line.event, line.level) for line in lines()}


def test_the_page_names_every_field() -> None:
    """In the event's row; those of run.done in a table of their own."""
    told = {event: fields for event, _, fields in _ROW.findall(PAGE)}
    told["run.done"] = "".join(re.findall(r"^\| (`[a-z_`, ]+) \|", PAGE, re.MULTILINE))

    for line in lines():
        assert line.fields <= set(re.findall(r"`([a-z_]+)`", told[line.event])), line.event


def test_the_examples_are_lines_that_could_be_logged() -> None:
    """JSON, of an event and with fields that the page lists, and nothing private."""
    known = {event: set(re.findall(r"`([a-z_]+)`", fields)) for event, _, fields in _ROW.findall(PAGE)}
    known["run.done"] = next(set(line.fields) for line in lines() if line.event == "run.done")
    block = "".join(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))

    for example in map(json.loads, block.splitlines()):
        fields = set(example) - {"event", "level", "timestamp", "task_id"}
        assert fields <= known[example["event"]], example["event"]
        assert not re.search(r"\+?\d{9,}", re.sub(r"[0-9a-f-]{36}|\d{4}-\d\d-\S*Z", "", json.dumps(example)))
