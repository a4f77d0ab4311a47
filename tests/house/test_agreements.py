"""What two files must agree on is a test."""

import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gateway.answer import Endpoint
from gateway.deliveries import STATUSES
from models import ProviderCall, TaskRun, schema
from models.database import Database
from phone_verification.accepted_runs import task_runs
from phone_verification.deliveries import DELIVERY_FACTS, DeliveryReason, DeliveryStatus
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import ErrorKind
from phone_verification.queues import QUEUES
from tests.documents import outdated
from worker.settings import Settings

ROOT = Path(__file__).parents[2]


def test_the_clients_table_is_the_workers() -> None:
    """Every column that the client writes is in the model, with the same type."""
    for column in task_runs.columns:
        model = TaskRun.__table__.columns[column.name]
        if not hasattr(model.type, "enums"):
            assert str(column.type) == str(model.type), column.name
        assert getattr(column.type, "length", None) == getattr(model.type, "length", None), column.name


def test_migrations_are_as_the_models_say(database: Database) -> None:
    """The newest revision makes exactly the tables of the models, and can be repeated."""
    engine: Engine = database.engine

    assert schema.differences(engine) == []
    assert schema.upgrade(engine) == schema.current_revision(engine) == schema.newest_revision()


def test_the_example_environment_lists_every_setting() -> None:
    """.env.example names the settings' variables, and those that the compose file asks for."""
    written = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    asked_for = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert written == {name.upper() for name in Settings.model_fields} | asked_for


def test_generated_documents_are_what_would_be_written() -> None:
    """docs/errors.md, the JSON Schema and .env.example follow the code."""
    assert outdated() == []


def test_an_endpoints_name_fits_into_the_table_of_calls() -> None:
    """The audit trail has a column for it."""
    assert max(map(len, Endpoint)) <= ProviderCall.__table__.columns["endpoint"].type.length


def test_every_kind_has_its_facts() -> None:
    """Each error kind has one row, with words in both languages."""
    assert set(KIND_FACTS) == set(ErrorKind)
    assert all(facts.message.ko and facts.message.en for facts in KIND_FACTS.values())


def test_every_reason_of_a_lost_text_has_its_facts() -> None:
    """Each reason has one row, with words in both languages."""
    assert set(DELIVERY_FACTS) == set(DeliveryReason)
    assert all(facts.message.ko and facts.message.en for facts in DELIVERY_FACTS.values())


def test_every_status_of_a_text_is_reached_by_a_word_of_twilios() -> None:
    """None is there that no text can have."""
    assert set(STATUSES.values()) == set(DeliveryStatus)


def test_queues_declared_are_queues_consumed() -> None:
    """The worker consumes the contract's queues and no other."""
    import celeryconfig  # noqa: PLC0415 - reads the environment

    assert {queue.name for queue in celeryconfig.task_queues} == set(QUEUES.values())


@pytest.mark.parametrize("library", ["celery", "kombu", "redis", "twilio"])
def test_what_we_lean_on_the_inside_of_is_pinned(library: str) -> None:
    """One version is declared, locked and tested here."""
    pin = f"{library}=={version(library)}"

    assert f'"{pin}",' in (ROOT / "pyproject.toml").read_text()
    for lock in ("locks/worker.txt", "locks/dev.txt"):
        assert re.search(rf"^{re.escape(pin)} ", (ROOT / lock).read_text(), re.MULTILINE), lock


def test_the_page_on_hardening_names_what_there_is() -> None:
    """Every piece is in its table, and every file that it names exists."""
    page = (ROOT / "docs" / "hardening.md").read_text()
    named = {Path(name).name for name in re.findall(r"`([a-z_/]+\.py)`", page)}
    files = {path.name for folder in ("worker", "tasks", "tests") for path in (ROOT / folder).rglob("*.py")}
    pieces = {path.name for path in (ROOT / "worker" / "hardening").glob("*.py")} - {"__init__.py"}

    assert named <= files
    assert pieces <= named


def test_nothing_names_an_index_host_or_a_path_of_a_machine() -> None:
    """Lock files and code speak of the product alone."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    forbidden = re.compile(r"pypi\.org|pythonhosted|index-url|/work/|/opt/|/root/")
    for name in tracked.stdout.split():
        path = ROOT / name
        if path.suffix in (".png", ".gz") or path == Path(__file__):
            continue
        assert not forbidden.search(path.read_text()), name


@pytest.mark.parametrize("lock", ["locks/worker.txt", "locks/dev.txt"])
def test_locks_carry_hashes(lock: str) -> None:
    """Every locked version has at least one hash."""
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text().strip())

    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
