"""Where the events of an MDM come in: from the webhook into the ledger."""

from collections.abc import Sequence

from pedell.ports import Ledger
from pedell.providers.nanohub.events import read_event
from pedell.transports.webhook import Ready, listen

PIECE = 2000
"""Events in one transaction: between two of them a session gets its turn to write."""


def serve_events(address: tuple[str, int], key: bytes | None, ledger: Ledger, ready: Ready) -> None:
    """Write every event that comes to ``address`` into the ledger, until stopped.

    See :func:`pedell.transports.webhook.listen` for ``key``, ``ready`` and how it ends.
    """

    def take(bodies: Sequence[bytes]) -> None:
        for start in range(0, len(bodies), PIECE):
            events = map(read_event, bodies[start : start + PIECE])
            ledger.take([event for event in events if event is not None])

    listen(address, key, take, ready)
