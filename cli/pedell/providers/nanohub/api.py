"""The HTTP interface of NanoHUB, and of NanoMDM and KMFDDM, which are the same two in a pair."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeVar
from urllib.parse import quote

from pedell.payloads.apple import DECLARATIONS
from pedell.providers.nanohub.codecs import Report, read_names, read_reports
from pedell.providers.nanohub.door import Door
from pedell.transports.http import Answer, Reply, Request
from pedell.transports.strict_json import read_json

MDM, DDM = "/nanomdm", "/ddm"
_DECLARED = frozenset({*DECLARATIONS, "membership"})

BATCH = 100
"""Most enrolment ids in one URL (facts: about 100)."""

PAUSE = 0.5
"""Seconds before something is asked again whose answer could not be read."""

_FINE = (200, 204, 304)
_KMFDDM = ("KMFDDM", "ddm_url", "-api")

Key = TypeVar("Key")
Found = TypeVar("Found")


class Api:
    """The calls. What a call needs of the server's truth is judged by whoever makes it.

    ``mdm`` leads to the commands, ``ddm`` to the declarations: the same door where one process
    does both. Paths begin with :data:`MDM` or :data:`DDM`.
    """

    def __init__(self, mdm: Door, ddm: Door) -> None:
        self._mdm, self._ddm = mdm, ddm

    @property
    def gone(self) -> OSError | None:
        """Why no command is taken any more, None while the MDM answers."""
        return self._mdm.gone

    def gone_for(self, kind: str) -> OSError | None:
        """Return why nothing of a kind can be done any more.

        Declarations and sets need both servers: one holds them, the other tells devices to look.
        """
        return self._mdm.gone or (self._ddm.gone if kind in _DECLARED else None)

    def begin(self) -> None:
        """Believe again that somebody answers."""
        self._mdm.begin()
        self._ddm.begin()

    def greet(self) -> None:
        """Try the login of a server that a look would not ask otherwise. Raises OSError."""
        if self._mdm is self._ddm:
            return
        if self._mdm.ask(f"{MDM}/push/").status == 404:  # nobody is named: it wakes nobody
            raise _no_api("NanoMDM", "url", "-api")

    def ask_all(self, calls: Iterable[tuple[Key, Request]]) -> Iterator[tuple[Key, Answer]]:
        """Ask many at once, and yield each key with its answer as they come.

        Once a server is gone the rest is not asked any more: each gets the same error.
        """
        for is_ddm, some in groupby(calls, lambda call: call[1].path.startswith(DDM)):
            yield from (self._ddm if is_ddm else self._mdm).ask_all(some)

    def settle_all(self, calls: Sequence[tuple[Key, Request]]) -> dict[Key, str]:
        """Change declarations and sets, each once more where it failed; return key → what failed.

        All of these are idempotent.
        """
        failed = self._settle(dict(calls))
        if failed and not self._ddm.gone:
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
        reply = self._ddm.ask(f"{DDM}/declarations")
        if reply.status == 404:
            is_hub = self._mdm is self._ddm
            raise _no_api(*(("NanoHUB", "url", "-api-key") if is_hub else _KMFDDM))
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

    def sets(self) -> frozenset[str]:
        """Return the names of all sets that hold something. Raises OSError."""
        return self._understood(self._ddm.ask(f"{DDM}/sets"), read_names)

    def read_sets(self, enrolments: Mapping[str, str]) -> dict[str, frozenset[str]]:
        """Return serial → the sets of that device, one request for each. Raises OSError."""
        paths = {key: f"enrollment-sets/{_quoted(name)}" for key, name in enrolments.items()}
        return self._read_names(paths)

    def read_held(self, sets: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return set → the declarations in it. Raises OSError."""
        return self._read_names({name: f"set-declarations/{_quoted(name)}" for name in sets})

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
        return self._mdm.ask(f"{MDM}/pushcert?topic={_quoted(topic)}")

    def excerpt(self, body: bytes) -> str:
        """Cut what the MDM said to one harmless line."""
        return self._mdm.excerpt(body)

    def _read_names(self, paths: Mapping[str, str]) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        calls = ((key, Request("GET", f"{DDM}/{path}")) for key, path in paths.items())
        for key, answer in self.ask_all(calls):
            if isinstance(answer, OSError):
                raise answer
            found[key] = self._understood(answer, read_names)
        return found

    def _settle(self, calls: Mapping[Key, Request]) -> dict[Key, str]:
        failed: dict[Key, str] = {}
        for key, answer in self.ask_all(calls.items()):
            if isinstance(answer, OSError):
                failed[key] = str(answer)
            elif answer.status not in _FINE:
                failed[key] = f"HTTP {answer.status}: {self.excerpt(answer.body)}"
        return failed

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


def _no_api(server: str, setting: str, option: str) -> OSError:
    where = f"nothing of {server}'s API is at the target's `{setting}`"
    return OSError(f"{where}: check it, and {server}'s {option}")


def _declaration(body: bytes) -> Mapping[str, Any]:
    found = read_json(body)
    if not isinstance(found, dict):
        raise ValueError("not a declaration")  # noqa: TRY004  # the answer is wrong, not us
    return found


def _ids(enrolments: Sequence[str]) -> str:
    return ",".join(map(_quoted, enrolments))


def _quoted(name: str) -> str:
    return quote(name, safe="")
