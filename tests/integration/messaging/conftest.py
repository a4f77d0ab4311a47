"""A laboratory whose worker makes its codes itself, and one whose Verify has a fallback."""

from dataclasses import replace

import pytest

from gateway.breaker import BreakerFigures
from gateway.guarded import GuardedGateway
from gateway.messaging import TwilioMessaging
from gateway.twilio_client import Credentials
from models.database import Database
from phone_verification.kinds import Service
from simulator.account import Account
from simulator.client import SimulatorClient
from tasks.fallback import Fallback
from tasks.figures import Figures
from tests.integration.bundle import make_services
from tests.integration.settling.conftest import make_gateway
from tests.integration.settling.lab import Lab

ACCOUNT = Account()


def make_messenger(url: str) -> TwilioMessaging:
    """The real way to a stand-in, from the account's messaging service."""
    return TwilioMessaging(
        credentials=Credentials(
            account_sid=ACCOUNT.account_sid, username=ACCOUNT.account_sid, password=ACCOUNT.auth_token
        ),
        messaging_service_sid=ACCOUNT.messaging_service_sid,
        base_url=url,
    )


@pytest.fixture
def lab(database: Database, simulator: tuple[str, SimulatorClient]) -> Lab:
    """One number, at production's figures, and codes of our own."""
    url, phone = simulator
    services = make_services(database, Figures(), lambda *_, **__: None, make_gateway(url))
    services = replace(
        services, messenger=make_messenger(url), verification_service=Service.MESSAGING, brand="가게"
    )
    return Lab(services, phone)


@pytest.fixture
def falling_lab(lab: Lab) -> Lab:
    """One number, through Verify behind breakers, and through Messaging where Verify refuses."""
    guarded = GuardedGateway(
        lab.services.gateway,
        figures=BreakerFigures(failures=1, probe_seconds=60, held_probe_seconds=60, reopen_cap_seconds=60),
        look_budget_seconds=3,
        tell=lambda _: None,
    )
    lab.services = replace(
        lab.services,
        gateway=guarded,
        verification_service=Service.VERIFY,
        fallback=Fallback(is_on=True),
    )
    return lab
