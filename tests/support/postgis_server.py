"""A PostgreSQL with PostGIS of Debian's, started in a temporary folder and ended by its own process."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ports import free_port

ROLE, READER = "agent", "lecteur"
PASSWORD = "s3cret/é#"
_UNPRIVILEGED = ("postgres", "nobody")
_PATIENCE_S = 120


@dataclass(frozen=True)
class PostgisServer:
    """A running server: `ville` has PostGIS, `sans_postgis` has not."""

    port: int
    folder: Path

    def address(self, table: str, *, base: str = "ville", user: str = ROLE, password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{base}#{table}"

    def run(self, statement: str, *, base: str = "ville", user: str = "postgres") -> list[tuple[Any, ...]]:
        """Run statements through the socket, where everyone is trusted, and give the rows of the last one."""
        import psycopg

        place = {"host": str(self.folder), "port": self.port, "dbname": base, "user": user}
        with psycopg.connect(autocommit=True, **place) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def cut(self) -> None:
        """End every connection of geoville's from the server's side."""
        ours = "FROM pg_stat_activity WHERE application_name = 'geoville'"
        self.run(f"SELECT pg_terminate_backend(pid) {ours}")
        deadline = time.monotonic() + _PATIENCE_S
        while self.run(f"SELECT 1 {ours}") and time.monotonic() < deadline:
            time.sleep(0.01)


@contextmanager
def postgis_server() -> Iterator[PostgisServer]:
    """Start a server on a free port of the loopback and on a socket of its folder."""
    kept = tempfile.TemporaryDirectory(prefix="geoville-pg-", ignore_cleanup_errors=True)
    with kept as folder, tempfile.TemporaryFile() as log:
        place, data = Path(folder), Path(folder) / "data"
        _give(place)
        _initialise(data, log)
        server = PostgisServer(free_port(), place)
        options = ("-D", data, "-k", place, "-p", server.port, "-h", "127.0.0.1", *_fast_and_forgetful())
        running = subprocess.Popen(_as_nobody("postgres", *options), stdout=log, stderr=log, cwd="/")
        try:
            _wait(server, running)
            _fill(server)
            yield server
        finally:
            running.send_signal(signal.SIGINT)  # a shutdown that does not wait for the clients
            try:
                running.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _as_nobody(program: str, *arguments: object) -> list[str]:
    """Command line of a program of PostgreSQL, as an unprivileged user where this process is root's."""
    programs = _programs()
    assert programs
    command = [str(programs / program), *map(str, arguments)]
    if os.geteuid() != 0:
        return command
    user = _unprivileged()
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *command]


def _unprivileged() -> Any:
    import pwd  # not on Windows, where these tests are skipped

    known = {user.pw_name: user for user in pwd.getpwall()}
    return next(known[name] for name in _UNPRIVILEGED if name in known)


def _give(folder: Path) -> None:
    if os.geteuid() == 0:
        user = _unprivileged()
        os.chown(folder, user.pw_uid, user.pw_gid)


def _initialise(data: Path, log: Any) -> None:
    """Make an empty cluster, where the superuser is trusted on the socket and the others have a password."""
    options = ("-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--auth-local=trust")
    command = _as_nobody("initdb", "-D", data, *options, "--auth-host=scram-sha-256")
    subprocess.run(command, check=True, stdout=log, stderr=log, cwd="/")


def _fast_and_forgetful() -> tuple[str, ...]:
    """Settings of a server whose data nobody keeps."""
    settings = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "jit=off")
    return tuple(part for setting in settings for part in ("-c", setting))


def _wait(server: PostgisServer, running: subprocess.Popen[bytes]) -> None:
    import psycopg

    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            server.run("SELECT 1", base="postgres")
        except psycopg.OperationalError:
            if running.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _fill(server: PostgisServer) -> None:
    """Two roles with the same password: one writes, the other has no right but what it is given."""
    for role in (ROLE, READER):
        server.run(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'", base="postgres")
    for base in ("ville", "sans_postgis"):
        server.run(f"CREATE DATABASE {base} OWNER {ROLE}", base="postgres")
        server.run(f"GRANT CREATE ON SCHEMA public TO {ROLE}", base=base)
    server.run("CREATE EXTENSION postgis")
