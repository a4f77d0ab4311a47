"""The image, the compose file and the demo's settings, as far as they can be held against each other here."""

import os
import re
import subprocess
from pathlib import Path

import yaml

from simulator.account import Account
from worker.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PUBLISHED = {"flower": ["127.0.0.1:5555:5555"], "simulator": ["127.0.0.1:8090:8090"]}


def demo_environment() -> dict[str, str]:
    """What `make env` writes."""
    written = subprocess.run(
        [ROOT / "deploy" / "demo-env.sh"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = [line for line in written.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_the_demos_settings_are_the_simulators_and_fresh() -> None:
    """They start a worker, name the stand-in's account, and no two demos share a secret."""
    first, second = demo_environment(), demo_environment()

    settings = Settings(
        database_url="postgresql+psycopg://of@compose/its",
        **{name.lower(): value for name, value in first.items()},  # type: ignore[arg-type]
    )
    account = Account()
    assert settings.twilio_account_sid == account.account_sid
    assert settings.twilio_verify_service_sid == account.service_sid
    assert first["TWILIO_AUTH_TOKEN"] == account.auth_token
    assert first["TWILIO_BASE_URL"].startswith("http://simulator:")
    assert "simulator" in COMPOSE["services"]
    same = {name for name, value in first.items() if second[name] == value}
    assert same == {name for name in first if name.startswith("TWILIO_")}


def test_the_demos_settings_are_all_that_compose_asks_for() -> None:
    """Nobody has to edit what `make env` wrote."""
    asked_for = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))

    assert asked_for <= demo_environment().keys()


def test_only_what_a_person_opens_is_published() -> None:
    """On loopback; a worker publishes nothing and has no name of its own, so there may be many."""
    services = COMPOSE["services"]

    assert {name: one["ports"] for name, one in services.items() if "ports" in one} == PUBLISHED
    assert not any("container_name" in one for one in services.values())
    assert services["simulator"]["profiles"] == ["demo"]
    assert not any("profiles" in one for name, one in services.items() if name != "simulator")


def test_every_container_that_stays_is_watched() -> None:
    """By a check of the compose file, or the image's own; what ends by itself has none."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    without = {name for name, one in COMPOSE["services"].items() if "healthcheck" not in one}

    assert without == {"worker"}
    assert 'CMD ["python", "-m", "worker", "health"]' in dockerfile
    assert COMPOSE["services"]["migrate"]["healthcheck"] == {"disable": True}
