"""A stretch of wire that breaks: after so many bytes towards the server, or when told."""

import socket
import threading
from contextlib import contextmanager, suppress


class Wire:
    def __init__(self, place, after):
        self._place, self._left = place, after
        self._ends = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self):
        with suppress(OSError):
            near, _ = self._listener.accept()
            far = socket.create_connection(self._place)
            self._ends += [near, far]
            threading.Thread(target=self._carry, args=(far, near), daemon=True).start()
            self._carry(near, far, self._left)

    def _carry(self, source, sink, left=None):
        with suppress(OSError):
            while piece := source.recv(65536):
                if left is not None and len(piece) >= left:
                    sink.sendall(piece[:left])
                    break
                left = None if left is None else left - len(piece)
                sink.sendall(piece)
        self.cut()


@contextmanager
def wire(host, port, known_hosts, folder, after=None):
    """Yield a wire and a file that pins the server's key at this end of it."""
    stretch = Wire((host, port), after)
    key = known_hosts.read_text().splitlines()[0].split(" ", 1)[1]
    pinned = folder / f"known_hosts.{stretch.port}"
    pinned.write_text(f"[127.0.0.1]:{stretch.port} {key}\n")
    try:
        yield stretch, pinned
    finally:
        stretch.cut()
