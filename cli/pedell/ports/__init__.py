"""What the core asks of the world outside. Providers, vaults, stores and formats fulfil these."""

from pedell.ports.ledger import (
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
    Vault,
)

__all__ = [
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
    "Switchboard",
    "Trace",
    "Unsettled",
    "Vault",
]
