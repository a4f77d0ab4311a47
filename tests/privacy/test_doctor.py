"""What the doctor says of a number that somebody asked about: its mask."""

from dataclasses import replace

import pytest

from tasks.fixed_codes import FixedCodes
from tests.privacy.values import MARKS, NUMBER, made
from tests.spellings import found_in
from worker.doctor.number import judge_number
from worker.doctor.report import Report, lines_of
from worker.doctor.subject import Subject

FIXED = FixedCodes.parse(f"{NUMBER.e164}:123456:2099-12-31")


@pytest.mark.parametrize(
    ("numbers", "countries"),
    [(FixedCodes(), ("KR",)), (FixedCodes(), ("JP",)), (FIXED, ("KR",))],
    ids=["a mobile", "of another country", "with a fixed code"],
)
def test_a_number_is_shown_by_its_mask(numbers: FixedCodes, countries: tuple[str, ...]) -> None:
    """To people, to scripts, and in the value's own text."""
    asked = replace(
        made(Subject),
        typed_number=NUMBER.typed,
        default_region="KR",
        allowed_countries=countries,
        fixed_codes=numbers,
    )

    finding = judge_number(asked)

    told = "\n".join(lines_of(finding)) + Report.of([finding]).model_dump_json() + repr(finding)
    assert found_in(told, MARKS) == []
    assert f"+82*****{NUMBER.e164[-4:]}" in told
