"""`doctor`: why no texts arrive."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from worker.commands.console import as_json
from worker.commands.person import PHONE_HELP
from worker.doctor.examination import Examination
from worker.doctor.finding import Finding, Level, exit_status
from worker.doctor.report import Report, lines_of, summary
from worker.doctor.subject import Subject

_COLOURS: Final = {Level.OK: None, Level.WARN: "yellow", Level.FAIL: "red"}


@click.command()
@click.option("--phone", help=f"Would a code reach this number? {PHONE_HELP}")
@click.option("--quiet", "is_quiet", is_flag=True, help="Leave out what is ok.")
@as_json
def doctor(phone: str | None, is_quiet: bool, is_json: bool) -> None:  # noqa: FBT001 - click passes by name
    """Look at everything that codes depend on; send nothing.

    Settings, Redis, database, workers and Twilio's account, each with the fix in one sentence. Exits with 0
    when all is well, 1 when something is worth a look, 2 when codes do not arrive.
    """
    # What is away is a finding; the libraries' own words about it would be repeated below it.
    logging.disable(logging.WARNING)
    typed = sys.stdin.readline().strip() if phone == "-" else phone
    findings: list[Finding] = []
    with Examination(Subject.read(typed)) as examination:
        for name, section in examination.sections().items():
            with _progress(name):
                found = list(section())
            findings += found
            told = [finding for finding in found if not is_quiet or finding.level is not Level.OK]
            if told and not is_json:
                _print(name, told)
    if is_json:
        click.echo(Report.of(findings).model_dump_json(indent=2))
    else:
        click.echo(f"\n{summary(findings)}")
    raise SystemExit(exit_status(findings))


def _print(name: str, findings: list[Finding]) -> None:
    click.echo(name.capitalize())
    for finding in findings:
        for line in lines_of(finding):
            click.echo(click.style(line, fg=_COLOURS[finding.level]))


@contextmanager
def _progress(name: str) -> Iterator[None]:
    """Say what is being looked at, to whoever watches, and take it back when it was."""
    is_watched = sys.stderr.isatty()
    if is_watched:
        click.echo(f"looking at {name} …", err=True, nl=False)
    try:
        yield
    finally:
        if is_watched:
            click.echo("\r\x1b[K", err=True, nl=False)
