"""A stretch of wire that breaks: after so many bytes this way or that, or when told.

It can also go dead: then it takes whatever comes and carries nothing on.
"""

import socket
import struct
import threading
from contextlib import contextmanager, suppress

RESET = struct.pack("ii", 1, 0)  # SO_LINGER without a wait: the other end sees a reset, no farewell


class Wire:
    """Carries one connection. ``up`` and ``down`` are the bytes after which it breaks."""

    def __init__(self, place, up=None, down=None, *, harsh=False):
        self._place, self._left, self._harsh = place, [up, down], harsh
        self._ends, self._dead = [], threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                if self._harsh:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                end.shutdown(socket.SHUT_RD if self._harsh else socket.SHUT_RDWR)
            end.close()

    def limit(self, way, left):
        """Break after so many bytes more, up (0) or down (1)."""
        self._left[way] = left

    def die(self):
        """Carry nothing more and say nothing about it: what a frozen machine looks like."""
        self._dead.set()

    def _accept(self):
        with suppress(OSError):
            near, _ = self._listener.accept()
            far = socket.create_connection(self._place)
            self._ends += [near, far]
            threading.Thread(target=self._carry, args=(far, near, 1), daemon=True).start()
            self._carry(near, far, 0)

    def _carry(self, source, sink, way):
        with suppress(OSError):
            while piece := source.recv(65536):
                if self._dead.is_set():
                    continue
                left = self._left[way]
                if left is not None and len(piece) >= left:
                    sink.sendall(piece[:left])
                    break
                sink.sendall(piece)
                if left is not None:
                    self._left[way] = left - len(piece)
        self.cut()


@contextmanager
def wire(host, port, known_hosts, folder, up=None, down=None, *, harsh=False):
    """Yield a wire and a file that pins the server's key at this end of it."""
    stretch = Wire((host, port), up, down, harsh=harsh)
    key = known_hosts.read_text().splitlines()[0].split(" ", 1)[1]
    pinned = folder / f"known_hosts.{stretch.port}"
    pinned.write_text(f"[127.0.0.1]:{stretch.port} {key}\n")
    try:
        yield stretch, pinned
    finally:
        stretch.cut()
