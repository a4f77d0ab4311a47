"""The page of examples, against what doctor prints today."""

from tests.doctor.examples import EXAMPLES, PAGE, comparable, render
from tests.doctor.installation import Installation


def test_the_page_shows_what_doctor_prints(whole: Installation) -> None:
    """Well and in eight ways broken; ports, versions and sizes are another machine's."""
    assert len(EXAMPLES) == 9
    assert comparable(render(whole)) == comparable(PAGE.read_text())
