"""The containers that a smoke test stands on: ours, and what is taken from elsewhere."""

from typing import Final

from pytest_celery import CeleryWorkerContainer, RedisContainer
from pytest_docker_tools.wrappers import Container

from simulator.account import Account
from simulator.client import SimulatorClient

DATABASE: Final = "verification"
PASSWORD: Final = "smoke"
SIMULATOR_PORT: Final = 8089
SIDE_DOOR_PORT: Final = 8090


class Worker(CeleryWorkerContainer):
    """Our image, started by its own command."""

    @classmethod
    def worker_name(cls) -> str:
        """Return what Celery calls a worker that nobody named."""
        return "celery"

    def ask_health(self) -> tuple[int, str]:
        """Ask as Docker does: exit status, and what was said."""
        status, said = self.exec_run(["python", "-m", "worker", "health"])
        return int(status), said.decode().strip()


class Broker(RedisContainer):
    """A Redis that keeps what it took, reached by its own address: a published port changes at a restart."""

    @property
    def host_url(self) -> str:
        """Its address for the tests themselves."""
        self._wait_port("6379/tcp")
        host, port = self.get_addr("6379/tcp")
        return f"{self.prefix()}{host}:{port}/{self.vhost}"


class Postgres(Container):
    """A PostgreSQL that is ready when it listens to others, which is after its database was made."""

    def ready(self) -> bool:
        """Whether it takes connections by TCP."""
        if not super().ready():
            return False
        status, _ = self.exec_run(["pg_isready", "-h", "127.0.0.1", "-U", DATABASE])
        return int(status) == 0

    def url(self, *, is_outside: bool = False) -> str:
        """Its address: for containers by name, for the tests by what they can reach."""
        host, port = self.get_addr("5432/tcp") if is_outside else (self.attrs["Config"]["Hostname"], 5432)
        return f"postgresql+psycopg://{DATABASE}:{PASSWORD}@{host}:{port}/{DATABASE}"


class Simulator(Container):
    """The stand-in for Twilio."""

    def phone(self) -> SimulatorClient:
        """Return what the person's phone and the side door are read by."""
        doors = [self.get_addr(f"{port}/tcp") for port in (SIMULATOR_PORT, SIDE_DOOR_PORT)]
        front, side = (f"http://{host}:{port}" for host, port in doors)
        return SimulatorClient(front, side_door=side)

    def settings(self) -> dict[str, str]:
        """Say what a worker needs to take it for Twilio."""
        account = Account()
        return {
            "TWILIO_ACCOUNT_SID": account.account_sid,
            "TWILIO_AUTH_TOKEN": account.auth_token,
            "TWILIO_VERIFY_SERVICE_SID": account.service_sid,
            "TWILIO_BASE_URL": f"http://{self.attrs['Config']['Hostname']}:{SIMULATOR_PORT}",
        }
