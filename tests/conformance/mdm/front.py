"""NanoMDM and KMFDDM behind one address, as a proxy of an administrator would put them there."""

import base64
import http.client
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.conformance.mdm.servers import DDM_KEY, HUB, KEY


@contextmanager
def hub_url(server):
    """Yield the URL at which a server looks like NanoHUB: its own, if it is built like that."""
    if server.mdm.url.endswith(HUB["mdm"]):
        yield server.url
        return
    login = f"nanohub:{KEY}"
    behind = [
        (HUB["mdm"], server.mdm.url, f"nanomdm:{KEY}"),
        (HUB["ddm"], server.ddm.url, f"kmfddm:{DDM_KEY}"),
    ]
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(behind, login)) as proxy:
        proxy.daemon_threads = True
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{proxy.server_port}"
        finally:
            proxy.shutdown()
            thread.join()


def _basic(login):
    return f"Basic {base64.b64encode(login.encode()).decode()}"


def _handler(behind, login):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = [each for each in behind if self.path.startswith(each[0])]
            if self.headers["Authorization"] != _basic(login) or not found:
                self._answer(401 if found else 404, b"")
                return
            prefix, url, inner = found[0]
            parts = urlsplit(url)
            line = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
            path = parts.path + self.path.removeprefix(prefix)
            line.request(self.command, path, body, {"Authorization": _basic(inner)})
            reply = line.getresponse()
            self._answer(reply.status, reply.read())
            line.close()

        do_GET = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815  # http.server's names

        def _answer(self, status, raw):
            self.send_response(status)
            if status not in {204, 304}:
                self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            if status not in {204, 304}:
                self.wfile.write(raw)

        def log_message(self, *_):
            pass

    return Handler
