"""PostgreSQL, read only: one snapshot, its rows a few at a time."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from pedell.model import Secret, is_this_machine

PIECE = 2000
"""Rows that are fetched together."""

SECONDS = 10
"""How long a server may take to let us in."""

Rows: TypeAlias = Callable[[str, Sequence[object]], Iterator[tuple[Any, ...]]]
"""Answers a query (``%s`` for each value) with its rows. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database is. ``host`` may be the folder of a Unix socket.

    ``ca`` is the file of the authority that signed the server's certificate, empty for none.
    """

    host: str
    port: int
    name: str
    user: str
    ca: str = ""

    @property
    def leaves_this_machine(self) -> bool:
        """Whether what is said can be heard by others, so that it has to be encrypted."""
        return not self.host.startswith("/") and not is_this_machine(self.host)


@contextmanager
def open_snapshot(place: Place, password: Secret | None) -> Iterator[Rows]:
    """Open one transaction that can only read, and that sees everything as of its begin.

    Off this machine the server has to show a certificate of ``place.ca`` in its own name (libpq's
    verify-full). Raises PermissionError where it lets us in but not at the data, or not without
    encryption, any other OSError where it cannot be asked or the driver is not installed.
    """
    if place.leaves_this_machine and not place.ca:
        raise PermissionError(f"{place.host} is not this machine: name the `ca` of its certificate")
    try:
        import psycopg
    except ImportError:
        text = "psycopg is not installed, which speaks to PostgreSQL: pip install 'pedell[pgsql]'"
        raise OSError(text) from None
    try:
        with psycopg.connect(**_settings(place, password)) as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield lambda query, values: _rows(connection, query, values)
    except psycopg.errors.InsufficientPrivilege as error:
        raise PermissionError(_line(place, error)) from None
    except psycopg.Error as error:
        raise OSError(_line(place, error)) from None


def _rows(connection: Any, query: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor(name="pedell") as cursor:
        cursor.itersize = PIECE
        cursor.execute(query, values)
        yield from cursor


def _settings(place: Place, password: Secret | None) -> dict[str, Any]:
    tls = {"sslmode": "verify-full", "sslrootcert": place.ca} if place.ca else {}
    login = {"password": password.reveal()} if password else {}
    return {
        "host": place.host,
        "port": place.port,
        "dbname": place.name,
        "user": place.user,
        "connect_timeout": SECONDS,
        "application_name": "pedell",
        **tls,
        **login,
    }


def _line(place: Place, error: Exception) -> str:
    said = " ".join(str(error).split())[:200] or type(error).__name__
    return f"the database {place.name} at {place.host}: {said}"
