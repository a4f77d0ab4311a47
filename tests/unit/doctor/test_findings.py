"""Diagnoses, and how findings are written."""

import re
from string import Formatter

import pytest

from worker.doctor.finding import Check, Diagnosis, Finding, Level, exit_status
from worker.doctor.page import diagnoses
from worker.doctor.report import Report, lines_of, summary

CHECK = Check("redis", "broker", "It matters.")
ALL = list(diagnoses())


def finding(level: Level = Level.FAIL, says: str = "gone", fix: str = "Mend it.") -> Finding:
    """A finding."""
    return Diagnosis(check=CHECK, level=level, says=says, fix=fix).found()


@pytest.mark.parametrize(
    "diagnosis", ALL, ids=[f"{place} {each.check.name}" for place, each in enumerate(ALL)]
)
def test_whatever_is_not_well_has_a_fix(diagnosis: Diagnosis) -> None:
    """One sentence, or a command to type; what is well needs none, and every check says why it matters."""
    assert bool(diagnosis.fix) is (diagnosis.level is not Level.OK)
    assert diagnosis.check.matters
    is_sentence = re.fullmatch(r"[A-Z*].*\.|.*(worker|sweep|upgrade)|Set it: .*|\{action\}", diagnosis.fix)
    assert is_sentence or not diagnosis.fix
    assert len(diagnosis.check.name) <= 18


def test_a_check_has_one_name_in_its_section() -> None:
    """JSON tells findings by section and check."""
    checks = {diagnosis.check for diagnosis in ALL}

    assert len({(check.section, check.name) for check in checks}) == len(checks)
    assert {check.section for check in checks} == {
        "settings",
        "redis",
        "database",
        "workers",
        "twilio",
        "number",
    }


def test_facts_are_filled_in() -> None:
    """In what is said and in the fix."""
    diagnosis = CHECK.warn("{who} is {what}", fix="Mend {who}.", expects=(21608,))

    found = diagnosis.found(who="Redis", what="old")

    assert (found.says, found.fix, found.expects) == ("Redis is old", "Mend Redis.", (21608,))


def test_no_fact_is_left_out() -> None:
    """A diagnosis whose facts are missing is a mistake at once, not a gap in a sentence."""
    for diagnosis in ALL:
        names = [name for _, name, _, _ in Formatter().parse(diagnosis.says + diagnosis.fix) if name]
        if names:
            with pytest.raises(KeyError):
                diagnosis.found()


@pytest.mark.parametrize(
    ("levels", "status"),
    [([], 0), ([Level.OK], 0), ([Level.OK, Level.WARN], 1), ([Level.FAIL, Level.WARN, Level.OK], 2)],
)
def test_the_worst_is_the_exit_status(levels: list[Level], status: int) -> None:
    """Of the command and in JSON."""
    findings = [finding(level) for level in levels]

    assert exit_status(findings) == Report.of(findings).exit_status == status


def test_a_finding_is_readable_in_80_columns() -> None:
    """What was found, and below it what to do, each under itself."""
    host = "a-database-with-a-very-long-name.abcdefghijkl.ap-northeast-2.rds.amazonaws.com:5432/verification"
    lines = list(lines_of(finding(says=f"{host} cannot be asked", fix="Start it, " * 10 + "then ask again.")))

    assert all(len(line) <= 80 for line in lines)
    assert lines[0].startswith("  FAIL  broker              a-database")
    told = "".join(line[28:] for line in lines[: lines.index(next(filter(_is_fix, lines)))])
    assert told.replace(" ", "") == f"{host}cannotbeasked"


def _is_fix(line: str) -> bool:
    return "-> " in line


def test_the_summary_counts_the_worst_first() -> None:
    """One failure is not several."""
    findings = [finding(Level.FAIL), finding(Level.OK), finding(Level.OK)]

    assert summary(findings) == "1 failure, 0 warnings, 2 ok"
