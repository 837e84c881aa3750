"""What the servers saw, one JSON line each, so that a test can count it."""

import json
import threading
import time
from pathlib import Path


class Log:
    """Appends lines; threads may write at the same time. What came in on stdin is never written."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)
        self._lock = threading.Lock()

    def write(self, server: str, event: str, **more: str | int) -> None:
        """Add one line."""
        line = json.dumps({"at": time.time(), "server": server, "event": event, **more})
        with self._lock:
            self._file.write(line + "\n")
