"""NanoHUB's HTTP interface: many calls at once, and no hammering on a door that stays shut."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from pedell.providers.nanohub.codecs import Report, read_names, read_reports
from pedell.transports.http import Answer, BrokenOffError, Http, Reply, Request
from pedell.transports.strict_json import read_json

MDM, DDM = "/api/v1/nanomdm", "/api/v1/ddm"
BATCH = 100
"""Most enrolment ids in one URL (facts: about 100)."""

PAUSE = 0.5
"""Seconds before something is asked again whose answer could not be read."""

PATIENCE = 10
"""Broken answers in a row after which the MDM counts as gone."""

_FINE = (200, 204, 304)

Key = TypeVar("Key")
Found = TypeVar("Found")


class Api:
    """The calls. What a call needs of the server's truth is judged by whoever makes it."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._broken = 0
        self.gone: OSError | None = None

    def begin(self) -> None:
        """Believe again that somebody answers."""
        self.gone, self._broken = None, 0

    def ask_all(self, calls: Iterable[tuple[Key, Request]]) -> Iterator[tuple[Key, Answer]]:
        """Ask many at once, and yield each key with its answer as they come.

        Once the MDM is gone the rest is not asked any more: each gets the same error.
        """
        keys: dict[int, tuple[Key, Request]] = {}
        unasked: list[Key] = []

        def requests() -> Iterator[Request]:
            for key, request in calls:
                if self.gone:
                    unasked.append(key)
                else:
                    keys[id(request)] = (key, request)
                    yield request

        for request, answer in self._http.send_all(requests()):
            self._watch(answer)
            yield keys.pop(id(request))[0], answer
        for key in unasked:
            yield key, self.gone or OSError("not asked")

    def settle_all(self, calls: Sequence[tuple[Key, Request]]) -> dict[Key, str]:
        """Make idempotent changes, each once more where it failed; return key → what went wrong."""
        failed = self._settle(dict(calls))
        if failed and not self.gone:
            time.sleep(PAUSE)
            failed = self._settle({key: request for key, request in calls if key in failed})
        return failed

    def enqueue(self, enrolments: Sequence[str], body: bytes) -> Request:
        """Return the request that queues a command without waking anyone."""
        return Request("PUT", f"{MDM}/enqueue/{_ids(enrolments)}?nopush=1", body)

    def push(self, enrolments: Sequence[str]) -> Request:
        """Return the request that wakes devices."""
        return Request("GET", f"{MDM}/push/{_ids(enrolments)}")

    def member(self, method: str, enrolment: str, set_name: str) -> Request:
        """Return the request that puts a device into a set (PUT) or takes it out (DELETE)."""
        path = f"{DDM}/enrollment-sets/{_quoted(enrolment)}"
        return Request(method, f"{path}?set={_quoted(set_name)}&nonotify=1")

    def in_set(self, method: str, set_name: str, identifier: str) -> Request:
        """Return the request that puts a declaration into a set (PUT) or takes it out (DELETE)."""
        path = f"{DDM}/set-declarations/{_quoted(set_name)}"
        return Request(method, f"{path}?declaration={_quoted(identifier)}&nonotify=1")

    def put_declaration(self, declaration: Mapping[str, Any]) -> Request:
        """Return the request that stores a declaration."""
        body = json.dumps(declaration, sort_keys=True).encode()
        headers = {"Content-Type": "application/json"}
        return Request("PUT", f"{DDM}/declarations?nonotify=1", body, headers)

    def delete_declaration(self, identifier: str) -> Request:
        """Return the request that deletes a declaration, which no set may hold any more."""
        return Request("DELETE", f"{DDM}/declarations/{_quoted(identifier)}?nonotify=1")

    def get_declaration(self, identifier: str) -> Request:
        """Return the request that reads a declaration."""
        return Request("GET", f"{DDM}/declarations/{_quoted(identifier)}")

    def declarations(self) -> frozenset[str]:
        """Return the identifiers of all declarations. Raises OSError."""
        reply = self._http.send("GET", f"{DDM}/declarations")
        return self._understood(reply, read_names)

    def read_declarations(self, identifiers: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return identifier → declaration, without those that are not there. Raises OSError."""
        found: dict[str, Mapping[str, Any]] = {}
        for name, answer in self.ask_all((n, self.get_declaration(n)) for n in identifiers):
            if isinstance(answer, OSError):
                raise answer
            if answer.status != 404:
                found[name] = self._understood(answer, _declaration)
        return found

    def reports(self, enrolments: Sequence[str]) -> dict[str, Mapping[str, Report]]:
        """Return enrolment id → identifier → what the device last said of it. Raises OSError."""
        found: dict[str, Mapping[str, Report]] = {}
        calls = (
            (number, Request("GET", f"{DDM}/declaration-status/{_ids(part)}"))
            for number, part in enumerate(batches(enrolments))
        )
        for _, answer in self.ask_all(calls):
            if isinstance(answer, OSError):
                raise answer
            found |= self._understood(answer, read_reports)
        return found

    def ask_push_certificate(self, topic: str) -> Reply:
        """Ask for the certificate that devices of a topic are woken with. Raises OSError."""
        return self._http.send("GET", f"{MDM}/pushcert?topic={_quoted(topic)}")

    def excerpt(self, body: bytes) -> str:
        """Cut what the MDM said to one harmless line."""
        return self._http.excerpt(body)

    def _settle(self, calls: Mapping[Key, Request]) -> dict[Key, str]:
        failed: dict[Key, str] = {}
        for key, answer in self.ask_all(calls.items()):
            if isinstance(answer, OSError):
                failed[key] = str(answer)
            elif answer.status not in _FINE:
                failed[key] = f"HTTP {answer.status}: {self.excerpt(answer.body)}"
        return failed

    def _watch(self, answer: Answer) -> None:
        if isinstance(answer, Reply):
            self._broken = 0
        elif isinstance(answer, BrokenOffError):
            self._broken += 1
        if isinstance(answer, OSError) and (
            not isinstance(answer, BrokenOffError) or self._broken >= PATIENCE
        ):
            self.gone = answer

    def _understood(self, reply: Reply, read: Callable[[bytes], Found]) -> Found:
        if reply.status != 200:
            raise OSError(f"the MDM answers HTTP {reply.status}: {self.excerpt(reply.body)}")
        try:
            return read(reply.body)
        except ValueError as error:
            said = self.excerpt(reply.body)
            raise OSError(f"the MDM answers what nobody understands ({error}): {said}") from None


def batches(enrolments: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Cut ids into portions that fit into a URL."""
    for start in range(0, len(enrolments), BATCH):
        yield tuple(enrolments[start : start + BATCH])


def _declaration(body: bytes) -> Mapping[str, Any]:
    found = read_json(body)
    if not isinstance(found, dict):
        raise ValueError("not a declaration")  # noqa: TRY004  # the answer is wrong, not us
    return found


def _ids(enrolments: Sequence[str]) -> str:
    return ",".join(map(_quoted, enrolments))


def _quoted(name: str) -> str:
    return quote(name, safe="")
