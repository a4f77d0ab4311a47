"""Services for tests of the tasks, without a process around them."""

from gateway.port import Gateway
from models.database import Database
from phone_verification.acceptance import Acceptance
from phone_verification.keys import Fingerprints, Seals, make_key
from phone_verification.kinds import Operation
from tasks.ceiling import Ceiling
from tasks.figures import Figures
from tasks.open_door import OpenDoor
from tasks.recent_texts import RecentTexts
from tasks.rules import GuardSettings, Rules
from tasks.services import Ring, Services
from tasks.slots import SendSlots
from tasks.watch import Watch
from tests.no_rules import NO_RULES


def make_services(
    database: Database, figures: Figures, ring: Ring, gateway: Gateway, guard: GuardSettings = NO_RULES
) -> Services:
    """Bundle a database, figures, a ring and a gateway with keys of their own; the guard allows all."""
    rules = Rules.of(guard)
    fingerprints, seals = Fingerprints.parse(make_key("test")), Seals.parse(make_key("test"))
    return Services(
        database=database,
        gateway=gateway,
        figures=figures,
        rules=rules,
        ceiling=Ceiling(rules.of_all),
        watch=Watch(rules.watch),
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
        open_door=OpenDoor.PLAIN,
        send_slots=SendSlots(threads=32, percent=figures.send_slots_percent),
        ring=ring,
    )
