"""Redis as a patient: killed, frozen, wiped, filled, and looked into."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redis as redis_client

from phone_verification.queues import QUEUES
from tests.faults.timeline import Part, Timeline
from worker.demo.redis_server import RedisServer

_VISIBILITY_SECONDS = 3600


@dataclass(slots=True)
class Broker:
    """A Redis of one's own, with its append-only file."""

    server: RedisServer
    timeline: Timeline

    def client(self, database: int = 0) -> "redis_client.Redis[bytes]":
        """Return a plain client."""
        return redis_client.Redis(port=self.server.port, db=database, socket_timeout=5)

    def restart(self) -> None:
        """Kill it and start it again from its file."""
        self.timeline.note("Redis killed, restarted from its file")
        self.timeline.fall(Part.BROKER)
        self.server.kill()
        self.server.start()
        self.timeline.rise(Part.BROKER)

    def wipe(self) -> None:
        """Lose everything."""
        self.timeline.note("Redis wiped")
        with self.client() as client:
            client.flushall()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """SIGSTOP: connections stay, nothing answers."""
        process = self.server.process
        assert process is not None
        self.timeline.note("Redis SIGSTOP")
        self.timeline.fall(Part.BROKER)
        os.kill(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process.pid, signal.SIGCONT)
            self.timeline.note("Redis SIGCONT")
            self.timeline.rise(Part.BROKER)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Refuse every write: maxmemory is reached and nothing may be evicted."""
        self.timeline.note("Redis at maxmemory")
        self.timeline.fall(Part.BROKER)
        with self.client() as client:
            client.config_set("maxmemory", "1mb")
            try:
                yield
            finally:
                client.config_set("maxmemory", "0")
                self.timeline.rise(Part.BROKER)

    @contextmanager
    def writes_held(self) -> Iterator[None]:
        """Hold every write, so that nothing can be acknowledged."""
        self.timeline.note("Redis holds writes")
        with self.client() as client:
            client.execute_command("CLIENT", "PAUSE", "60000", "WRITE")
        try:
            yield
        finally:
            self._let_writes_go()

    def _let_writes_go(self) -> None:
        try:
            with self.client() as client:
                client.execute_command("CLIENT", "UNPAUSE")
        except redis_client.ConnectionError:
            # Killed meanwhile: a new one holds nothing.
            return

    def age_unacknowledged(self) -> None:
        """Let the visibility timeout of every unacknowledged message pass at once."""
        long_ago = time.time() - _VISIBILITY_SECONDS
        with self.client() as client:
            for tag in client.zrange("unacked_index", 0, -1):
                client.zadd("unacked_index", {tag: long_ago}, xx=True)

    def left(self) -> dict[str, int]:
        """Return what is still in queues and unacknowledged, where there is any."""
        with self.client() as client:
            counts = {name: client.llen(name) for name in QUEUES.values()}
            counts["unacked"] = client.hlen("unacked")
            counts["unacked_index"] = client.zcard("unacked_index")
        return {name: count for name, count in counts.items() if count}
