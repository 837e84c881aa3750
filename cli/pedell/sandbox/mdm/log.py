"""What the server was told to do: the last commands in order, and counts of everything."""

from collections import Counter, deque
from itertools import islice
from typing import Any

KEPT = 100_000


class CommandLog:
    """The commands that were accepted, numbered from 1; the newest 100,000 are kept."""

    def __init__(self) -> None:
        self.total = 0
        self.copies = 0
        self.by_request: Counter[str] = Counter()
        self._lines: deque[tuple[str, str, str, int]] = deque(maxlen=KEPT)

    def add(self, uuid: str, request: str, identifier: str, ids: int) -> None:
        """Note one command that was enqueued to so many ids."""
        self.total += 1
        self.copies += ids
        self.by_request[request] += 1
        self._lines.append((uuid, request, identifier, ids))

    def since(self, number: int) -> dict[str, Any]:
        """Return the lines after that number, and the counts of all."""
        first = self.total - len(self._lines) + 1
        lines = islice(self._lines, max(0, number + 1 - first), None)
        start = max(first, number + 1)
        return {
            "total": self.total,
            "copies": self.copies,
            "by_request": dict(self.by_request),
            "lines": [
                {"n": n, "uuid": uuid, "request": request, "identifier": identifier, "ids": ids}
                for n, (uuid, request, identifier, ids) in enumerate(lines, start)
            ],
        }
