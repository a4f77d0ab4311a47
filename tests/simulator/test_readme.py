"""What the README and the code must agree on."""

import re
from pathlib import Path

import pytest

import simulator
from simulator.client import SimulatorClient
from simulator.faults.rule import Action, Fault, Target
from simulator.switches import Switches
from tests.simulator.asking import Asking

FOLDER = Path(simulator.__file__).parent
README = (FOLDER / "README.md").read_text()
PROSE = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
WORDS = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", PROSE))))


@pytest.mark.parametrize(
    "words",
    [set(Switches.model_fields), set(Fault.model_fields), set(Action), set(Target)],
    ids=["switches", "fault fields", "actions", "targets"],
)
def test_readme_names_each(words: set[str]) -> None:
    """Nothing that can be set is undocumented."""
    assert {str(word) for word in words} <= WORDS


def test_readme_names_each_side_door_call() -> None:
    """Every path of the table of routes."""
    routes = (FOLDER / "sidedoor" / "routes.py").read_text()
    paths = set(re.findall(r'"/__sim__/([a-z]+)', routes))

    assert paths == set(re.findall(r"/__sim__/([a-z]+)", README))


def test_credentials_in_the_readme_work(twilio: Asking, sim: SimulatorClient) -> None:
    """Copied as they stand."""
    found = re.search(r'Client\("(AC\w+)", "([\w-]+)"\)', README)
    service = re.search(r'services\("(VA\w+)"\)', README)
    assert found is not None
    assert service is not None

    reply = Asking(twilio.url, *found.groups()).get(f"/v2/Services/{service[1]}")

    assert reply.status == 200


def test_side_door_is_named_by_the_host_that_was_asked(sim: SimulatorClient) -> None:
    """So that it can be reached from another container too."""
    port = sim.base_url.rsplit(":", 1)[1]

    about = SimulatorClient(f"http://localhost:{port}").about()

    assert about["side_door"].startswith("http://localhost:")


def test_senders_in_the_readme_are_the_accounts(twilio: Asking) -> None:
    """Copied as they stand."""
    number = re.search(r'from_="(\+\d+)"', README)
    service = re.search(r'messaging_service_sid="(MG\w+)"', README)
    assert number is not None
    assert service is not None

    assert twilio.text(From=number[1]).status == 201
    assert twilio.text(MessagingServiceSid=service[1]).status == 201
