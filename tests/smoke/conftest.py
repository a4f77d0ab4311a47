"""Our image as pytest-celery's worker, its Redis as broker and backend, PostgreSQL and a simulator beside it.

Lives here: the fixtures. Those with names of pytest-celery's take the place of its own:
https://pytest-celery.readthedocs.io/en/latest/getting-started/vendors.html
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from docker import DockerClient
from pytest_celery import (
    CeleryBackendCluster,
    CeleryBrokerCluster,
    CeleryTestSetup,
    CeleryTestWorker,
    CeleryWorkerCluster,
    RedisTestBackend,
    RedisTestBroker,
)
from pytest_docker_tools import build, container, fxtr, network, volume

from phone_verification.keys import make_key
from tasks.figures import Figures
from tests.no_rules import NO_RULES_ENVIRONMENT
from tests.smoke.backend import Backend
from tests.smoke.containers import (
    DATABASE,
    PASSWORD,
    SIDE_DOOR_PORT,
    SIMULATOR_PORT,
    Broker,
    Postgres,
    Simulator,
    Worker,
)
from tests.smoke.engine import is_required, why_not
from worker.bootstrap import make_client
from worker.settings import CallerSettings

ROOT: Final = str(Path(__file__).parents[2])
_SCALE: Final = 0.3
_FIGURES: Final = Figures(send_deadline_seconds=400)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs an engine, saying why; where it is required, fail instead."""
    reason = why_not()
    if reason and is_required():
        pytest.exit(reason, returncode=1)
    if reason:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


worker_image = build(path=ROOT, target="worker", tag="phone-verification-worker:smoke")
simulator_image = build(path=ROOT, target="simulator", tag="phone-verification-simulator:smoke")

# Database and simulator serve all tests; Redis and worker, which are killed, are each test's own.
default_pytest_celery_network = network(scope="session")
postgres_data, redis_data = volume(scope="session"), volume()

default_redis_broker = container(
    image="redis:8",
    command="redis-server --appendonly yes --maxmemory-policy noeviction",
    ports={"6379/tcp": None},
    volumes={"{redis_data.name}": {"bind": "/data", "mode": "rw"}},
    network="{default_pytest_celery_network.name}",
    wrapper_class=Broker,
    timeout=60,
)

postgres_container = container(
    image="postgres:17",
    environment={"POSTGRES_USER": DATABASE, "POSTGRES_DB": DATABASE, "POSTGRES_PASSWORD": PASSWORD},
    ports={"5432/tcp": None},
    volumes={"{postgres_data.name}": {"bind": "/var/lib/postgresql/data", "mode": "rw"}},
    network="{default_pytest_celery_network.name}",
    wrapper_class=Postgres,
    timeout=60,
    scope="session",
)

simulator_container = container(
    image="{simulator_image.id}",
    ports={f"{SIMULATOR_PORT}/tcp": None, f"{SIDE_DOOR_PORT}/tcp": None},
    network="{default_pytest_celery_network.name}",
    wrapper_class=Simulator,
    timeout=60,
    scope="session",
)

default_worker_container = container(
    image="{worker_image.id}",
    environment=fxtr("default_worker_env"),
    network="{default_pytest_celery_network.name}",
    read_only=True,
    tmpfs={"/tmp": ""},  # noqa: S108 - the only place that the image writes to
    wrapper_class=Worker,
    timeout=60,
)


@pytest.fixture
def default_worker_container_cls() -> type[Worker]:
    """Our worker instead of pytest-celery's."""
    return Worker


@pytest.fixture(scope="session")
def settings(postgres_container: Postgres, simulator_container: Simulator) -> dict[str, str]:
    """All of a worker's settings but where its Redis is."""
    return {
        "DATABASE_URL": postgres_container.url(),
        "HMAC_KEYS": make_key("smoke"),
        "SEAL_KEYS": make_key("smoke"),
        "TIME_SCALE": str(_SCALE),
        "SEND_DEADLINE_SECONDS": str(_FIGURES.send_deadline_seconds),
        **simulator_container.settings(),
        **NO_RULES_ENVIRONMENT,
    }


@pytest.fixture(scope="session")
def migrated(
    settings: dict[str, str],
    worker_image: Any,
    default_pytest_celery_network: Any,
    docker_client: DockerClient,
) -> None:
    """The schema, made by a container that ends."""
    docker_client.containers.run(
        worker_image.id,
        "python -m worker db upgrade",
        environment=settings,
        network=default_pytest_celery_network.name,
        remove=True,
    )


@pytest.fixture
def default_worker_env(
    celery_worker_cluster_config: dict[str, Any], settings: dict[str, str], migrated: None
) -> dict[str, str]:
    """A worker's settings."""
    broker_url = celery_worker_cluster_config["celery_broker_cluster_config"]["urls"][0]
    result_backend = broker_url.removesuffix("/0") + "/1"
    return {**settings, "CELERY_BROKER_URL": broker_url, "CELERY_RESULT_BACKEND": result_backend}


@pytest.fixture
def celery_worker_cluster(celery_setup_worker: CeleryTestWorker) -> Iterator[CeleryWorkerCluster]:
    """One worker."""
    cluster = CeleryWorkerCluster(celery_setup_worker)
    yield cluster
    cluster.teardown()


@pytest.fixture
def celery_broker_cluster(celery_redis_broker: RedisTestBroker) -> Iterator[CeleryBrokerCluster]:
    """One Redis."""
    cluster = CeleryBrokerCluster(celery_redis_broker)
    yield cluster
    cluster.teardown()


@pytest.fixture
def celery_backend_cluster(default_redis_broker: Broker) -> CeleryBackendCluster:
    """The same Redis."""
    return CeleryBackendCluster(RedisTestBackend(default_redis_broker))


@pytest.fixture
def backend(
    celery_setup: CeleryTestSetup,
    default_worker_env: dict[str, str],
    default_redis_broker: Broker,
    postgres_container: Postgres,
    simulator_container: Simulator,
) -> Iterator[Backend]:
    """A web backend's view of the containers."""
    addresses = {
        "CELERY_BROKER_URL": default_redis_broker.host_url,
        "DATABASE_URL": postgres_container.url(is_outside=True),
    }
    values = {name.lower(): value for name, value in {**default_worker_env, **addresses}.items()}
    phone = simulator_container.phone()
    phone.reset()
    with make_client(CallerSettings(**values), _FIGURES.scaled(_SCALE)) as client:
        yield Backend(client=client, phone=phone, setup=celery_setup)
