"""HTTP as the cases speak it: one kept-open connection, a prefix, a login."""

import base64
import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    raw: bytes
    headers: Any

    @property
    def json(self):
        return json.loads(self.raw)


class Line:
    """Speaks to everything below one URL."""

    def __init__(self, url, user="", password=""):
        self.url = url
        parts = urlsplit(url)
        self._root = parts.path
        self._line = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        login = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}"} if user else {}

    def ask(self, method, path, body=None, headers=None):
        """Ask once; a connection that the server has closed is opened again."""
        if isinstance(body, dict | list):
            body = json.dumps(body)
        try:
            return self._ask(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionError):
            self._line.close()
            return self._ask(method, path, body, headers)

    def status(self, method, path, body=None):
        return self.ask(method, path, body).status

    def close(self):
        self._line.close()

    def _ask(self, method, path, body, headers):
        self._line.request(method, self._root + path, body, {**self._headers, **(headers or {})})
        answer = self._line.getresponse()
        return Reply(answer.status, answer.read(), answer.headers)
