"""Finds the one who answers a request: login, faults, routes and their counts."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hmac import compare_digest
from urllib.parse import parse_qs, unquote

from pedell.sandbox.mdm.faults import Faults, performs, spoil
from pedell.sandbox.mdm.wire import TEXT, Request, Response

Handler = Callable[[Request, str], Response]
"""Answers a request; the text is the rest of its path, still percent-encoded."""

Routes = Mapping[str, Mapping[str, Handler]]
"""Path → method → handler. How many words the path has says :data:`_WORDS`."""

_WORDS = {"api": 4, "v1": 2, "sandbox": 2, "declaration": 1}
_APIS = ("/api/", "/v1/")
"""What wants a login."""

NOT_FOUND = Response(404, b"404 page not found\n", TEXT)
WRONG_METHOD = Response(405, b"Method Not Allowed\n", TEXT)
FORBIDDEN = Response(403, b"Forbidden\n", TEXT)


@dataclass(slots=True)
class Route:
    """A handler, and how often it was asked."""

    handler: Handler
    count: int = 0


@dataclass(frozen=True, slots=True)
class Face:
    """Which server is imitated: its API's only user, and the paths below which that lies.

    ``devices`` is the path below which KMFDDM answers what a device would ask.
    """

    user: str
    version: str
    mdm: str = ""
    ddm: str = ""
    devices: str = ""


NANOHUB = Face("nanohub", "v0.2.0", "/api/v1/nanomdm", "/api/v1/ddm", "/api/v1/ddm")
NANOMDM = Face("nanomdm", "v0.9.0", mdm="/v1")
KMFDDM = Face("kmfddm", "v0.8.3", ddm="/v1")


class Site:
    """The HTTP face of a server. ``faults`` are those that it shares with the one beside it."""

    def __init__(self, face: Face, api_key: str, routes: Routes, faults: Faults) -> None:
        token = b64encode(f"{face.user}:{api_key}".encode()).decode()
        self._login = f"Basic {token}".encode()
        realm = ("WWW-Authenticate", f'Basic realm="{face.user}"')
        self._unauthorized = Response(401, b"Unauthorized\n", TEXT, (realm,))
        self._routes = {
            path: {method: Route(handler) for method, handler in methods.items()}
            for path, methods in routes.items()
        }
        self.faults = faults

    def counts(self) -> dict[str, int]:
        """Return the number of requests of each route, without those to the sandbox's own."""
        return {
            f"{method} {path}": route.count
            for path, methods in self._routes.items()
            for method, route in methods.items()
            if route.count and not path.startswith("/sandbox/")
        }

    def answer(self, request: Request) -> Response:
        """Answer a request, or spoil the answer where a fault was asked for."""
        if not self.faults.waiting or request.path.startswith("/sandbox/"):
            return self._answer(request)
        fault = self.faults.take(request.method, request.path)
        if fault is None:
            return self._answer(request)
        return spoil(fault, self._answer(request) if performs(fault) else None)

    def _answer(self, request: Request) -> Response:
        path, rest = split_path(request.path)
        methods = self._routes.get(path)
        if methods is None:
            return NOT_FOUND
        if path.startswith(_APIS):
            if not compare_digest(request.head.authorization.encode(), self._login):
                return self._unauthorized
        elif path.startswith("/sandbox/") and not request.local:
            return FORBIDDEN
        route = methods.get(request.method)
        if route is None:
            return WRONG_METHOD
        route.count += 1
        try:
            return route.handler(request, rest)
        except Exception as problem:  # one bad request must not end the server
            return Response(500, f"Internal Server Error: {problem!r}\n".encode(), TEXT)


def split_path(path: str) -> tuple[str, str]:
    """Split a path into the name of its route and the rest."""
    words = _WORDS.get(path[1 : path.find("/", 1)], 0)
    parts = path.split("/", words + 1) if words else [path]
    if len(parts) <= words + 1:
        return path, ""
    rest = parts[-1] if words else ""
    return path[: len(path) - len(rest) - 1] if words else path, rest


def ids_in(rest: str) -> list[str]:
    """Return the ids of a list in a path."""
    return decoded(rest).split(",")


def decoded(text: str) -> str:
    """Return a part of a path without its percent signs."""
    return unquote(text) if "%" in text else text


@lru_cache(maxsize=1024)
def query_of(query: str) -> Mapping[str, list[str]]:
    """Return the values of a query by name; empty ones too."""
    return parse_qs(query, keep_blank_values=True)


def value_of(request: Request, name: str) -> str:
    """Return the first value of that name in the query, or nothing."""
    values = query_of(request.query).get(name) if request.query else None
    return values[0] if values else ""


def is_on(value: str) -> bool:
    """Whether a switch in a query is on: everything is, but empty, 0, false, no and off."""
    return value.lower() not in {"", "0", "false", "no", "off"}
