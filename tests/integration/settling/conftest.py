"""A laboratory for runs in doubt."""

import pytest

from gateway.twilio_client import Credentials
from gateway.verify import TwilioVerify
from models.database import Database
from simulator.account import Account
from simulator.client import SimulatorClient
from tasks.figures import Figures
from tests.integration.bundle import make_services
from tests.integration.settling.lab import Lab


def make_gateway(url: str) -> TwilioVerify:
    """The real way to a stand-in."""
    account = Account()
    return TwilioVerify(
        credentials=Credentials(
            account_sid=account.account_sid, username=account.account_sid, password=account.auth_token
        ),
        service_sid=account.service_sid,
        base_url=url,
    )


@pytest.fixture
def lab(database: Database, simulator: tuple[str, SimulatorClient]) -> Lab:
    """One number, at production's figures."""
    url, phone = simulator
    published: list[str] = []
    services = make_services(
        database, Figures(), lambda _operation, task_id, **_: published.append(task_id), make_gateway(url)
    )
    return Lab(services, phone, published)
