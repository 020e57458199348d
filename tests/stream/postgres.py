"""A PostgreSQL server of our own for tests: on a Unix socket in a temporary folder, gone when the tests end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

# initdb and pg_ctl refuse to be root.
USER = "postgres"
SETTINGS = "-c listen_addresses= -c fsync=off -c max_connections=20 -c shared_buffers=16MB -c wal_level=minimal -c max_wal_senders=0"


class Server:
    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="khabar-pg-", dir="/tmp"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER)
        self.data = self.folder / "data"
        self.run("initdb", "-D", str(self.data), "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync")
        access = self.data / "pg_hba.conf"
        # This role, and no other, must show its password.
        access.write_text("local all locked scram-sha-256\n" + access.read_text())
        self.start()

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", USER, "--", *command]
        log = self.folder.with_suffix(".log")
        with log.open("ab") as output:
            # The server inherits what it is given: a pipe would never end.
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, cwd="/")
        assert done.returncode == 0, log.read_text(errors="replace")[-4000:]

    def start(self) -> None:
        self.run("pg_ctl", "-D", str(self.data), "-w", "-o", f"-k {self.folder} {SETTINGS}", "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop")

    def dsn(self, user: str = USER, password: str = "", database: str = "postgres") -> str:
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@/{database}?host={self.folder}"

    def ask(self, query: str, *values: object) -> list[tuple]:
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            cursor = connection.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)
        self.folder.with_suffix(".log").unlink()


def programs() -> Path:
    """Where a server's programs are; skips where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found:
        pytest.skip("needs PostgreSQL (apt install postgresql)")
    if os.geteuid() == 0:
        try:
            pwd.getpwnam(USER)
        except KeyError:
            pytest.skip(f"PostgreSQL refuses to be root, and there is no user {USER}")
    return found[-1].parent
