"""GET and POST /v2/Services/{VA}."""

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import ACCOUNT, SERVICE, Asking, Fields


def test_service_tells_its_settings(twilio: Asking, sim: SimulatorClient) -> None:
    """Service settings and switches are one."""
    sim.switch(code_length=7, friendly_name="Shop")

    body = twilio.get(SERVICE).json

    assert (body["sid"], body["account_sid"]) == (ACCOUNT.service_sid, ACCOUNT.account_sid)
    assert (body["code_length"], body["friendly_name"]) == (7, "Shop")


def test_service_update_sets_the_switches(twilio: Asking, sim: SimulatorClient) -> None:
    """The other way round."""
    form = {"CodeLength": "5", "LookupEnabled": "true", "FriendlyName": "Shop"}

    assert twilio.call("POST", SERVICE, form).json["code_length"] == 5
    assert sim.switches()["lookup_enabled"] is True


@pytest.mark.parametrize("form", [{"CodeLength": "3"}, {"LookupEnabled": "perhaps"}])
def test_wrong_setting_is_named(twilio: Asking, form: Fields) -> None:
    """A 60200 with the parameter's name."""
    reply = twilio.call("POST", SERVICE, form)

    assert reply.code == (400, 60200)
    assert f"`{next(iter(form))}`" in reply.json["message"]


def test_service_of_somebody_elses_is_not_found(twilio: Asking) -> None:
    """There is one service."""
    assert twilio.get(f"/v2/Services/VA{'9' * 32}").code == (404, 20404)
