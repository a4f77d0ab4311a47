"""Services for tests of the tasks, without a process around them."""

from gateway.port import Gateway
from models.database import Database
from phone_verification.acceptance import Acceptance
from phone_verification.keys import Fingerprints, Seals, make_key
from phone_verification.kinds import Operation
from tasks.figures import Figures
from tasks.recent_texts import RecentTexts
from tasks.services import Ring, Services
from tasks.slots import SendSlots


def make_services(database: Database, figures: Figures, ring: Ring, gateway: Gateway) -> Services:
    """Bundle a database, figures, a ring and a gateway with keys of their own."""
    fingerprints, seals = Fingerprints.parse(make_key("test")), Seals.parse(make_key("test"))
    return Services(
        database=database,
        gateway=gateway,
        figures=figures,
        recent_texts=RecentTexts(most=figures.lists_per_minute),
        fingerprints=fingerprints,
        seals=seals,
        acceptance=Acceptance(
            fingerprints=fingerprints,
            seals=seals,
            default_region="KR",
            deadline_seconds={operation: figures.deadline_seconds(operation) for operation in Operation},
        ),
        default_region="KR",
        allowed_countries=frozenset({"KR"}),
        ttl_seconds=600,
        retention_days=30,
        intent_rate_limit=None,
        is_open_door_closed=False,
        send_slots=SendSlots(threads=32, percent=figures.send_slots_percent),
        ring=ring,
    )
