"""A server of raw bytes: it reads whole requests and answers what the test wrote, however wrong."""

import socket
import threading
from contextlib import contextmanager, suppress

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class RawServer:
    """``answer(number, request)`` returns bytes, a function of the socket, or None to hang up."""

    def __init__(self, answer, tls=None):
        self.requests = []
        self.connections = 0
        self._answer, self._tls = answer, tls
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._socket.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._socket.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                line, _ = self._socket.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line):
        with suppress(OSError):
            line = self._tls.wrap_socket(line, server_side=True) if self._tls else line
            with line, line.makefile("rb") as reader:
                while head := self._head(reader):
                    length = next(
                        (
                            int(h.split(b":")[1])
                            for h in head
                            if h.lower().startswith(b"content-length")
                        ),
                        0,
                    )
                    with self._lock:
                        self.requests.append((head, reader.read(length)))
                        number = len(self.requests)
                    answer = self._answer(number, self.requests[number - 1])
                    if answer is None:
                        return
                    answer(line) if callable(answer) else line.sendall(answer)
                    if callable(answer):
                        return

    def _head(self, reader):
        lines = []
        while (line := reader.readline()) not in (b"\r\n", b""):
            lines.append(line)
        return lines


@contextmanager
def serving(answer, tls=None):
    server = RawServer(answer, tls)
    try:
        yield server
    finally:
        server.close()


def reply(status=200, body=b"", **headers):
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
