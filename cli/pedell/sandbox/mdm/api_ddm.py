"""KMFDDM's part of the API: declarations, sets, enrolments and notify."""

import json
import plistlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pedell.sandbox.mdm.api_status import StatusApi, as_error, as_json
from pedell.sandbox.mdm.core import Mdm
from pedell.sandbox.mdm.declarations import Missing
from pedell.sandbox.mdm.plists import read_command
from pedell.sandbox.mdm.site import Face, Handler, Routes, decoded, is_on, query_of, value_of
from pedell.sandbox.mdm.wire import TEXT, Request, Response

CHANGED = Response(204)
UNCHANGED = Response(304)
FIRST = 30  # enrolments of the quirk notify-first-30


class DdmApi:
    """The handlers of declarations and sets. JSON is not indented, but for one declaration."""

    def __init__(self, mdm: Mdm, face: Face) -> None:
        self._mdm, self._face = mdm, face
        self._store = mdm.declarations
        self._notified = 0

    def routes(self) -> Routes:
        """Return what is answered here."""
        paths: dict[str, Mapping[str, Handler]] = {
            "declarations": {
                "GET": self.get_declarations,
                "PUT": self.put_declaration,
                "DELETE": self.delete_declaration,
                "POST": self.touch_declaration,
            },
            "sets": {"GET": self.get_sets},
            "declaration-sets": {"GET": self.get_declaration_sets},
            "set-declarations": {
                "GET": self.get_set_declarations,
                "PUT": self.change_set,
                "DELETE": self.change_set,
            },
            "enrollment-sets": {
                "GET": self.get_enrolment_sets,
                "PUT": self.change_enrolment,
                "DELETE": self.change_enrolment,
            },
            "enrollment-sets-all": {"DELETE": self.clear_enrolment},
            "notify": {"POST": self.notify},
        }
        paths |= StatusApi(self._mdm).routes()
        asked = ("tokens", "declaration-items", "declaration")
        return {
            **{f"{self._face.ddm}/{name}": methods for name, methods in paths.items()},
            **{f"{self._face.devices}/{name}": {"GET": self.as_device} for name in asked},
        }

    def get_declarations(self, _: Request, rest: str) -> Response:
        """List the declarations, or return one."""
        if not rest:
            return _list(self._store.by_id)
        try:
            document = self._store.get(decoded(rest)).document()
        except Missing as problem:
            return as_error(404, str(problem))
        return Response(200, json.dumps(document, indent="\t").encode())

    def put_declaration(self, request: Request, _: str) -> Response:
        """Store a declaration. A notification that fails is nobody's business: still 204."""
        try:
            changed = self._store.put(request.body)
        except ValueError as problem:
            return as_error(400, str(problem))
        if not changed:
            return UNCHANGED
        if _notifies(request):
            self._notify_sets(self._store.sets_with(json.loads(request.body)["Identifier"]))
        return CHANGED

    def delete_declaration(self, _: Request, rest: str) -> Response:
        """Delete a declaration that no set holds."""
        try:
            return CHANGED if self._store.delete(decoded(rest)) else UNCHANGED
        except ValueError as problem:
            return as_error(500, str(problem))

    def touch_declaration(self, request: Request, rest: str) -> Response:
        """Make devices apply a declaration again."""
        name, _, verb = decoded(rest).rpartition("/")
        if verb != "touch":
            return Response(404, b"404 page not found\n", TEXT)
        try:
            self._store.touch(name)
        except Missing as problem:
            return as_error(404, str(problem))
        if _notifies(request):
            self._notify_sets(self._store.sets_with(name))
        return CHANGED

    def get_sets(self, _: Request, __: str) -> Response:
        """List the sets that hold something."""
        return _list(self._store.sets)

    def get_declaration_sets(self, _: Request, rest: str) -> Response:
        """List the sets that hold a declaration."""
        return _list(self._store.sets_with(decoded(rest)))

    def get_set_declarations(self, _: Request, rest: str) -> Response:
        """List the declarations of a set."""
        return _list(self._store.held_by(decoded(rest)))

    def change_set(self, request: Request, rest: str) -> Response:
        """Put a declaration into a set or take it out."""
        name, identifier = decoded(rest), value_of(request, "declaration")
        if not identifier:
            return as_error(500, "empty declaration")
        change = self._store.put_in_set if request.method == "PUT" else self._store.drop_from_set
        try:
            changed = change(name, identifier)
        except Missing as problem:
            return as_error(500, str(problem))
        if not changed:
            return UNCHANGED
        failure = self._notify_sets([name]) if _notifies(request) else ""
        return as_error(500, f"notify set: {failure}") if failure else CHANGED

    def get_enrolment_sets(self, _: Request, rest: str) -> Response:
        """List the sets of an enrolment."""
        return _list(sorted(self._store.sets_of(decoded(rest))))

    def change_enrolment(self, request: Request, rest: str) -> Response:
        """Give an enrolment a set or take it away."""
        name = value_of(request, "set")
        if not name:
            return as_error(500, "empty set name")
        held = self._store.sets_of(decoded(rest))
        wanted = held | {name} if request.method == "PUT" else held - {name}
        return self._assign(request, decoded(rest), wanted)

    def clear_enrolment(self, request: Request, rest: str) -> Response:
        """Take all sets away. The path that the upstream document names is 404, as in life."""
        word, _, enrolment = rest.partition("/")
        if word != "sets" or not enrolment:
            return Response(404, b"404 page not found\n", TEXT)
        return self._assign(request, decoded(enrolment), frozenset())

    def _assign(self, request: Request, enrolment: str, sets: frozenset[str]) -> Response:
        if not self._store.assign(enrolment, sets):
            return UNCHANGED
        problem = self._notify([enrolment]) if _notifies(request) else ""
        return as_error(500, f"notify enrollment: {problem}") if problem else CHANGED

    def notify(self, request: Request, _: str) -> Response:
        """Tell devices to synchronise."""
        query = query_of(request.query)
        sets = set(query.get("set", ()))
        for identifier in query.get("declaration", ()):
            sets.update(self._store.sets_with(identifier))
        ids = dict.fromkeys([*query.get("id", ()), *self._store.enrolments_with(sets)])
        problem = self._notify(list(ids))
        return as_error(500, problem) if problem else CHANGED

    def as_device(self, request: Request, _: str) -> Response:
        """Answer what the device named in X-Enrollment-ID would get."""
        if not request.head.enrolment:
            return Response(400, b"Bad Request\n", TEXT)
        endpoint = decoded(request.path.removeprefix(f"{self._face.devices}/"))
        found = self._mdm.declared(request.head.enrolment, endpoint)
        return Response(404, b"Not Found\n", TEXT) if found is None else Response(200, found)

    def _notify_sets(self, sets: Sequence[str]) -> str:
        return self._notify(self._store.enrolments_with(set(sets)))

    def _notify(self, ids: Sequence[str]) -> str:
        """Queue the command for these and push; return what went wrong."""
        first_only = "notify-first-30" in self._mdm.quirks
        ids = [id_ for id_ in ids if id_ in self._mdm.enrolments][: FIRST if first_only else None]
        if not ids:
            return ""
        self._notified += 1
        fields: dict[str, Any] = {"RequestType": "DeclarativeManagement"}
        if len(ids) == 1:
            fields["Data"] = self._store.view(ids[0]).tokens
        document = {"CommandUUID": str(UUID(int=self._notified, version=4)), "Command": fields}
        self._mdm.enqueue(read_command(plistlib.dumps(document)), ids)
        problems = self._mdm.push(ids)
        if not problems or first_only:
            return ""
        return f"enqueueing DM command: push error: {next(iter(problems.values()))}"


def _notifies(request: Request) -> bool:
    return not is_on(value_of(request, "nonotify"))


def _list(names: Any) -> Response:
    return as_json(list(names) or None)
