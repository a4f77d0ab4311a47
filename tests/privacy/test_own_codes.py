"""Codes that we make and words that a caller writes, in the tables: at every moment, not only in the end.

The story reads the tables when all is over, and while texts are held; here they are read after each step.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.fake import FakeGateway
from models.database import Database
from phone_verification.kinds import Service
from simulator.client import SimulatorClient
from tasks import fixed_codes, own_code
from tasks.figures import Figures
from tasks.fixed_codes import FixedCodes
from tests.integration.bundle import make_services
from tests.integration.messaging.conftest import make_messenger
from tests.integration.settling.lab import E164, Lab
from tests.privacy.marks import BODY, CODE_LENGTH, FIXED_CODE, WRITTEN_CODE, WRONG_CODE
from tests.privacy.sinks import table_rows
from tests.spellings import found_in, marked_code, marked_number, marked_text


@pytest.fixture
def lab(database: Database, simulator: tuple[str, SimulatorClient], monkeypatch: pytest.MonkeyPatch) -> Lab:
    """One number, and codes of our own that are long enough not to be found by chance."""
    for module in (fixed_codes, own_code):
        monkeypatch.setitem(vars(module), "_DIGITS", CODE_LENGTH)
    url, phone = simulator
    services = make_services(database, Figures(), lambda *_, **__: None, FakeGateway())
    services = replace(
        services, messenger=make_messenger(url), verification_service=Service.MESSAGING, brand="가게"
    )
    return Lab(services, phone)


def finds(lab: Lab, *codes: str) -> list[str]:
    """Look through every column of every row."""
    marks = (
        marked_number("the number", E164),
        marked_text("what was written", BODY[:12]),
        *(marked_code("a code", code) for code in (*codes, WRONG_CODE, WRITTEN_CODE)),
    )
    rows = "".join(table_rows(lab.database))
    assert "+82*****" in rows
    return found_in(rows, marks)


def in_doubt(lab: Lab) -> str:
    """Its text's answer was lost."""
    lab.phone.fault("drop_after", "message")
    lab.send()
    return lab.code


def typed(lab: Lab) -> str:
    """It was mistyped, then approved, while an older one lived."""
    lab.send()
    lab.pass_time(60)
    handle, code = lab.send(), lab.code
    lab.check(WRONG_CODE, handle)
    assert lab.outcome(lab.check(code, handle)) == "approved"
    return code


def living(lab: Lab) -> str:
    """It was sent, and nobody has typed it."""
    lab.send()
    return lab.code


def fixed(lab: Lab) -> str:
    """It is in the settings."""
    numbers = FixedCodes.parse(f"{E164}:{FIXED_CODE}:2099-12-31")
    lab.services = replace(lab.services, fixed_codes=numbers)
    assert lab.outcome(lab.send()) == "sent"
    return FIXED_CODE


@pytest.mark.parametrize("comes_to", [in_doubt, living, typed, fixed], ids=lambda act: act.__name__)
def test_no_row_tells_a_code_of_our_own(lab: Lab, comes_to: Callable[[Lab], str]) -> None:
    """Neither a code nor its number, in whichever state it is."""
    code = comes_to(lab)

    assert len(code) == CODE_LENGTH
    assert finds(lab, code) == []


def test_no_row_tells_what_was_written(lab: Lab) -> None:
    """Neither while its text is in doubt nor once it was found."""
    lab.phone.fault("drop_after", "message")
    task_id = lab.message(BODY)
    before = finds(lab)
    lab.deliver(task_id)

    assert lab.outcome(task_id) == "sent"
    assert [*before, *finds(lab)] == []
