"""The crew: worker processes that a test may kill, freeze, thaw, send home and replace."""

import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.timeline import Part, Timeline
from worker.demo.worker_process import start_worker, stop


@dataclass(slots=True)
class Member:
    """One worker process."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    environment: Mapping[str, str]
    is_frozen: bool = False

    @property
    def works(self) -> bool:
        """Whether it runs."""
        return self.process.poll() is None and not self.is_frozen


@dataclass(slots=True)
class Crew:
    """The workers of one stage; everything done to them is noted."""

    environment: Mapping[str, str]
    directory: Path
    timeline: Timeline
    concurrency: int = 4
    members: list[Member] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)
    fled: list[str] = field(default_factory=list)

    def hire(self, **extra: str) -> Member:
        """Start one more worker, with more or other environment if given."""
        name = f"worker-{len(self.logs) + 1}"
        log = self.directory / f"{name}.log"
        self.logs.append(log)
        environment = {**self.environment, **extra}
        process = start_worker(environment, log, name=name, concurrency=self.concurrency)
        member = Member(name, process, log, extra)
        self.members.append(member)
        self.timeline.rise(Part.WORKERS)
        return member

    def kill(self, member: Member | None = None) -> None:
        """Kill -9 a worker, or the first that runs."""
        member = member or self.first()
        self.timeline.note("worker kill -9")
        self._end(member)

    def freeze(self, member: Member | None = None) -> Member:
        """SIGSTOP a worker, or the first that runs."""
        member = member or self.first()
        self.timeline.note("worker SIGSTOP")
        os.killpg(member.process.pid, signal.SIGSTOP)
        member.is_frozen = True
        self._tell()
        return member

    def thaw(self, member: Member) -> None:
        """SIGCONT a worker."""
        self.timeline.note("worker SIGCONT")
        os.killpg(member.process.pid, signal.SIGCONT)
        member.is_frozen = False
        self.timeline.rise(Part.WORKERS)

    def send_home(self, member: Member | None = None) -> None:
        """SIGTERM a worker and wait until it has ended; insist after the grace time."""
        member = member or self.first()
        self.timeline.note("worker SIGTERM")
        stop(member.process)
        self.members.remove(member)
        self._tell()

    def first(self) -> Member:
        """Return the worker that has run longest."""
        return next(member for member in self.members if member.works)

    def working(self) -> int:
        """Return how many run."""
        return sum(member.works for member in self.members)

    def tend(self) -> None:
        """Replace those who ended by themselves, as a supervisor would; they are not forgotten."""
        for member in [member for member in self.members if member.process.poll() is not None]:
            self.timeline.note(f"{member.name} ended by itself")
            self.fled.append(member.name)
            self.members.remove(member)
            self.hire()

    def become(self, count: int, *, keeping: Member | None = None) -> None:
        """Have that many ordinary workers, and no other but one that may stay as it is."""
        for member in list(self.members):
            if member is keeping:
                continue
            if not member.works or member.environment or self.working() > count:
                self._end(member)
        while self.working() < count:
            self.hire()

    def disband(self) -> None:
        """End everybody at once."""
        for member in list(self.members):
            self._end(member)

    def _end(self, member: Member) -> None:
        member.process.kill()
        member.process.wait()
        self.members.remove(member)
        self._tell()

    def _tell(self) -> None:
        if not self.working():
            self.timeline.fall(Part.WORKERS)
