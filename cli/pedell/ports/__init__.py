"""What the core asks of the world outside. Providers, vaults, stores and formats fulfil these."""

from pedell.ports.ledger import (
    REPORT,
    Command,
    Event,
    Happening,
    Ledger,
    Stage,
    Standings,
    Trace,
)
from pedell.ports.run import (
    Clock,
    Journal,
    Run,
    Store,
    Switchboard,
    Unsettled,
)
from pedell.ports.target import (
    Devices,
    Means,
    Provider,
    Session,
    Strangers,
    Vault,
)

__all__ = [
    "REPORT",
    "Clock",
    "Command",
    "Devices",
    "Event",
    "Happening",
    "Journal",
    "Ledger",
    "Means",
    "Provider",
    "Run",
    "Session",
    "Stage",
    "Standings",
    "Store",
    "Strangers",
    "Switchboard",
    "Trace",
    "Unsettled",
    "Vault",
]
