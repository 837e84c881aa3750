"""What Pedell keeps: remembered resources, the journal, the ledger of an MDM, the lock."""

from pedell.state.lock import Held, hold_lock
from pedell.state.store import SqliteStore, open_store

__all__ = ["Held", "SqliteStore", "hold_lock", "open_store"]
