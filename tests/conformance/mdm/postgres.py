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

USER = "postgres"
LOGINS = f"host all {USER} 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
PATIENCE = 20


@dataclass(frozen=True)
class Postgres:
    """Where it answers."""

    port: int
    bin: str
    folder: Path
    owner: dict

    def encrypt(self, certificate, key):
        """Show this certificate (PEM) to everybody who asks for TLS, from now on."""
        for name, pem in (("server.crt", certificate), ("server.key", key)):
            path = self.folder / "db" / name
            path.write_bytes(pem)
            path.chmod(0o600)
            if self.owner:
                shutil.chown(path, **self.owner)
        self.run("alter system set ssl = on")
        self.run("select pg_reload_conf()")
        until = time.monotonic() + PATIENCE
        while self.rows("show ssl") != [["on"]]:
            assert time.monotonic() < until, "PostgreSQL does not take its certificate"
            time.sleep(0.05)

    @property
    def dsn(self):
        return f"postgres://{USER}@127.0.0.1:{self.port}/postgres?sslmode=disable"

    def rows(self, sql):
        """Return the rows that a query finds, as lists of text."""
        done = self._psql("-At", "-F", "\t", "-c", sql)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def run(self, sql):
        """Run statements, as the database's own administrator."""
        self._psql("-q", "-c", sql)

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
        Path(folder, "db/pg_hba.conf").write_text(LOGINS)
        options = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", f"port={port}"]
        options += ["-c", f"unix_socket_directories={folder}"]
        server = [f"{found}/postgres", "-D", f"{folder}/db", *options]
        with (
            (folder / "log").open("w") as log,
            subprocess.Popen(server, stdout=log, stderr=log, cwd=folder, **owner) as process,
        ):
            try:
                yield _await(Postgres(port, found, folder, owner), process)
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
