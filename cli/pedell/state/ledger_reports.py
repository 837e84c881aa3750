"""What devices say of single apps, known again by a key that never leaves the ledger."""

import hmac
import secrets
import sqlite3

from pedell.ports import Event
from pedell.state import ledger_sql as sql
from pedell.state.ledger_rows import LOADING


class Reports:
    """Compares answers with what was expected; neither stands in the file in clear text."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def seal(self, text: str) -> str:
        """Return the keyed fingerprint of an answer."""
        key = self._key()
        if not key:
            self._db.execute(sql.MAKE_KEY, (secrets.token_hex(32),))
            key = self._key()
        return hmac.new(key.encode(), text.encode(), "sha256").hexdigest()[:32]

    def is_done(self, event: Event, subject: int, content: str, enrolment: int) -> bool:
        """Tell whether a device obeyed, and has the app that it was asked for as ``content`` says.

        Where it has the app otherwise, or not any more, that is noted.
        """
        if event.answer != "done" or event.told is None:
            return event.answer == "done"
        told = event.told.reveal()
        if self._key() and self.seal(told) == content.rpartition(":")[2]:
            return True
        values = {"asked": subject, "enrolment": enrolment, "at": event.at}
        values |= {"until": event.at if told else event.at - LOADING}
        self._db.execute(sql.DISPROVE, {**values, "left": "?" if told else ""})
        return False

    def _key(self) -> str:
        row = self._db.execute(sql.KEY).fetchone()
        return str(row[0]) if row else ""
