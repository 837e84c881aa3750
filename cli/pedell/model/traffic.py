"""How much was said on the wires: the figure that shows a loop where a list would do."""

from dataclasses import dataclass


@dataclass(slots=True)
class Traffic:
    """Counts of one run; the transports add to it. The only noun that changes."""

    http_requests: int = 0
    http_connections: int = 0
    ssh_round_trips: int = 0
    ssh_connections: int = 0
