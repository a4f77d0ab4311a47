"""Alert rules and dashboard name metrics that exist, with labels and values that they can have.

Where promtool is on the PATH (Debian's package `prometheus` has it), it has the last word on the syntax, and
plays when each alert fires.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.answer import AnswerClass, Endpoint, Reason
from gateway.breaker import Condition
from models.closed_sets import GuardRule
from phone_verification.kinds import ErrorKind, Operation, Outcome, RunState
from worker.metrics.page import declared, render_metrics
from worker.settings import Settings

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboard.json"
PROMTOOL = shutil.which("promtool")

_VALUES = {
    "operation": set(Operation),
    "outcome": set(Outcome),
    "kind": {*ErrorKind, "none"},
    "rule": set(GuardRule),
    "endpoint": set(Endpoint),
    "answer_class": set(AnswerClass),
    "reason": set(Reason),
    "state": {*RunState, *Condition},
    "loop": {"sweeper", "ringer", "upkeep"},
    "result": {"ok", "failed"},
    "action": {"lapsed", "ended", "rung"},
}
# A metric with its selector: name{label="value",…}.
_SELECTED = re.compile(r"(phone_verification_[a-z_]+)(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'([a-z_]+)(=~|!~|!=|=)"([^"]*)"')
_GROUPED = re.compile(r"\b(?:by|on) \(([^)]*)\)")
# What a scrape adds, and histograms.
_SCRAPED = {"instance", "job", "le"}


def rules() -> list[dict[str, Any]]:
    """Every alert."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Every panel that draws."""
    return [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression with whose it is."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def queryable() -> dict[str, set[str]]:
    """Every name that can be queried, with its labels."""
    names: dict[str, set[str]] = {}
    for each in declared():
        parts = ("_bucket", "_count", "_sum") if each.type == "histogram" else ("",)
        names |= {each.name + part: set(each.labels) for part in parts}
    return names


@pytest.mark.parametrize(("whose", "expression"), list(expressions()))
def test_what_is_queried_exists(whose: str, expression: str) -> None:
    """Each name, each label of a selector, each value of a closed set, each label of a grouping."""
    names, labels = queryable(), set(_SCRAPED)
    for name, selector in _SELECTED.findall(expression):
        assert name in names, whose
        labels |= names[name]
        for label, operator, value in _MATCHER.findall(selector):
            assert label in names[name] | _SCRAPED, f"{whose}: {name} has no {label}"
            for one in value.split("|") if "~" in operator else [value]:
                assert label not in _VALUES or one in _VALUES[label], f"{whose}: {label} is never {one}"
    for grouping in _GROUPED.findall(expression):
        assert {label.strip() for label in grouping.split(",") if label.strip()} <= labels, whose


def test_every_alert_says_what_it_is_and_what_to_do() -> None:
    """A name of its own, how urgent, and three sentences."""
    names = [rule["alert"] for rule in rules()]

    assert len(names) == len(set(names))
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description", "action"}, rule["alert"]
        assert all(rule["annotations"].values()), rule["alert"]


def test_an_alert_names_settings_and_pages_that_exist() -> None:
    """Whoever is woken by it must find what it speaks of."""
    text = RULES.read_text()
    settings = {name.upper() for name in Settings.model_fields}

    assert set(re.findall(r"\b[A-Z]{3,}(?:_[A-Z]+)+\b", text)) <= settings
    for page in re.findall(r"docs/[a-z]+\.md|gateway/[a-z]+\.py", text):
        assert (ROOT / page).exists(), page


def test_every_metric_is_drawn_or_explained() -> None:
    """What nobody looks at need not be counted: each is on the dashboard, and on the page."""
    drawn = " ".join(expression for _, expression in expressions())

    for each in declared():
        assert each.name in drawn, each.name
        assert each.name in render_metrics()


def test_the_dashboard_can_be_imported() -> None:
    """One variable for the data source, ids and places of one's own, four questions as rows."""
    dashboard = json.loads(DASHBOARD.read_text())

    sources = [one for one in dashboard["templating"]["list"] if one["type"] == "datasource"]
    assert [(one["name"], one["query"]) for one in sources] == [("datasource", "prometheus")]
    for panel in panels():
        uses = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        assert uses == [{"type": "prometheus", "uid": "${datasource}"}] * len(uses), panel["title"]
        assert panel["description"], panel["title"]
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    assert [panel["title"] for panel in dashboard["panels"] if panel["type"] == "row"] == [
        "Are texts arriving?",
        "Are people verifying?",
        "Is Twilio well?",
        "Are we well?",
    ]


def test_no_panel_lies_on_another() -> None:
    """Grafana would push them about."""
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + right, place["y"] + down)
            for right in range(place["w"])
            for down in range(place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_expression_closes_what_it_opens() -> None:
    """What promtool would say first, said without it."""
    pairs = {")": "(", "]": "[", "}": "{"}
    for whose, expression in expressions():
        opened: list[str] = []
        for sign in re.sub(r'"[^"]*"', "", expression):
            if sign in pairs.values():
                opened.append(sign)
            elif sign in pairs:
                assert opened.pop() == pairs[sign], whose
        assert not opened, whose


if PROMTOOL is not None:

    def promtool(*arguments: str) -> None:
        """Let promtool judge."""
        judged = subprocess.run(
            [str(PROMTOOL), *arguments], capture_output=True, text=True, check=False, cwd=RULES.parent
        )
        assert judged.returncode == 0, judged.stdout + judged.stderr

    def test_promtool_accepts_the_rules_and_the_scrape() -> None:
        """Syntax, templates, and the file that names them."""
        promtool("check", "rules", str(RULES))
        promtool("check", "config", "prometheus.yml")

    def test_promtool_accepts_every_panel(tmp_path: Path) -> None:
        """Each expression is one of PromQL's, its variables filled in."""
        recorded = [
            {"record": f"panel:{n}", "expr": target["expr"].replace("$__rate_interval", "5m")}
            for panel in panels()
            for n, target in enumerate(panel["targets"])
        ]
        (tmp_path / "panels.yml").write_text(
            yaml.safe_dump({"groups": [{"name": f"{n}", "rules": [rule]} for n, rule in enumerate(recorded)]})
        )

        promtool("check", "rules", str(tmp_path / "panels.yml"))

    def test_alerts_fire_when_they_should_and_not_before(tmp_path: Path) -> None:
        """Played minute by minute in alerts_test.yml."""
        played = Path(__file__).with_name("alerts_test.yml").read_text().replace("ALERTS]", f"{RULES}]")
        (tmp_path / "played.yml").write_text(played)

        promtool("test", "rules", str(tmp_path / "played.yml"))
