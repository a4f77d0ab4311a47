"""docs/doctor.md, written from the checks themselves."""

import re
from collections.abc import Iterator
from typing import Final

from worker.doctor import (
    account,
    broker,
    database,
    keys,
    number,
    permissions,
    settings,
    twilio,
    verify,
    workers,
)
from worker.doctor.finding import Check, Diagnosis, Level

MODULES: Final = (
    settings,
    broker,
    database,
    keys,
    workers,
    account,
    verify,
    permissions,
    twilio,
    number,
)
"""Where checks are, in the order in which they are told."""

_INTRODUCTION: Final = """\
# Doctor

Generated from `worker/doctor/`; `make docs` writes it anew.

```console
$ python -m worker doctor                        # is everything there that codes depend on?
$ python -m worker doctor --phone 010-1234-5678  # would a code reach this number?
$ python -m worker doctor --quiet                # leave out what is ok
$ python -m worker doctor --json                 # for scripts, in the shape of doctor.schema.json
```

It only reads: nothing is sent, changed or paid for, at Twilio or anywhere else.
Numbers are masked, keys and passwords are left out; `--phone -` reads the number from standard input.
Run it where the worker runs, with the worker's settings.
What cannot be read or reached is told, and the rest is looked at all the same.
[doctor-examples.md](doctor-examples.md) shows it where all is well, and where it is not in eight ways.

| exit status | |
|---|---|
| 0 | all is well |
| 1 | something is worth a look |
| 2 | codes do not arrive, or a promise does not hold |

Where a finding names one of Twilio's codes, a send will get it; in JSON it is in `expects`.
What becomes of each code is in [errors.md](errors.md).
What Twilio does not show is told as `not seen`: a warning, or ok where the API key may not look.
Only a code that is sent to a real number proves the whole way.
"""


def render_doctor() -> str:
    """Write the page."""
    lines = [_INTRODUCTION]
    for section, checks in _sections().items():
        lines.append(f"## {section.capitalize()}\n")
        lines.extend(["| check | why it matters |", "|---|---|"])
        lines.extend(f"| {check.name} | {check.matters} |" for check in checks)
        lines.extend(["", "| check | | says | what to do |", "|---|---|---|---|"])
        lines.extend(_row(diagnosis) for diagnosis in diagnoses() if diagnosis.check in checks)
        lines.append("")
    return "\n".join(lines)


def diagnoses() -> Iterator[Diagnosis]:
    """Everything that a check can find, in the order in which it is declared."""
    for module in MODULES:
        yield from (value for value in vars(module).values() if isinstance(value, Diagnosis))


def _sections() -> dict[str, list[Check]]:
    sections: dict[str, list[Check]] = {}
    for diagnosis in diagnoses():
        checks = sections.setdefault(diagnosis.check.section, [])
        if diagnosis.check not in checks:
            checks.append(diagnosis.check)
    return sections


def _row(diagnosis: Diagnosis) -> str:
    level = diagnosis.level.value if diagnosis.level is Level.OK else f"**{diagnosis.level.value}**"
    cells = (diagnosis.check.name, level, _blank(diagnosis.says), _blank(diagnosis.fix))
    return f"| {' | '.join(cells)} |"


def _blank(text: str) -> str:
    """Name each fact that is filled in."""
    return re.sub(r"\{(\w+)[^}]*\}", r"*\1*", text)
