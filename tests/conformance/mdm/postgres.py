"""A throw-away PostgreSQL on loopback, for NanoMDM's SQL storage."""

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.tiers import find_postgresql

USER = "pedell"
PATIENCE = 20


@dataclass(frozen=True)
class Postgres:
    """Where it answers."""

    port: int
    bin: str

    @property
    def dsn(self):
        return f"postgres://{USER}@127.0.0.1:{self.port}/postgres?sslmode=disable"

    def rows(self, sql):
        """Return the rows that a query finds, as lists of text."""
        done = self._psql("-At", "-F", "\t", "-c", sql)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def load(self, schema):
        self._psql("-q", "-f", str(schema))

    def _psql(self, *arguments):
        command = [f"{self.bin}/psql", "-X", "-v", "ON_ERROR_STOP=1", *arguments, self.dsn]
        return subprocess.run(command, check=True, capture_output=True, text=True)


@contextmanager
def running_postgres(port):
    """Make a cluster, start it, yield it, and take it away."""
    found = find_postgresql()
    owner = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="pedell-pg-"))
    if owner:
        shutil.chown(folder, **owner)
    try:
        command = [f"{found}/initdb", "-D", f"{folder}/db", "-U", USER, "-A", "trust", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **owner)
        options = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", f"port={port}"]
        options += ["-c", f"unix_socket_directories={folder}"]
        server = [f"{found}/postgres", "-D", f"{folder}/db", *options]
        with (
            (folder / "log").open("w") as log,
            subprocess.Popen(server, stdout=log, stderr=log, cwd=folder, **owner) as process,
        ):
            try:
                yield _await(Postgres(port, found), process)
            finally:
                process.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await(postgres, process):
    until = time.monotonic() + PATIENCE
    while True:
        try:
            postgres.rows("select 1")
            return postgres
        except subprocess.CalledProcessError:
            assert process.poll() is None, "PostgreSQL ended by itself"
            assert time.monotonic() < until, "PostgreSQL does not answer"
            time.sleep(0.1)
