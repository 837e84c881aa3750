"""NanoMDM's part of the API: enqueue, push, the push certificate, and the devices' own URL."""

import json
import plistlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from json.encoder import encode_basestring_ascii as quote
from typing import Any
from uuid import UUID

from pedell.sandbox.mdm.core import Mdm, NotQueued
from pedell.sandbox.mdm.enrolments import Refused
from pedell.sandbox.mdm.plists import UNREADABLE, Command, read_command
from pedell.sandbox.mdm.pushcerts import PushCerts
from pedell.sandbox.mdm.site import Face, Routes, ids_in, query_of, value_of
from pedell.sandbox.mdm.tablet import TOPIC
from pedell.sandbox.mdm.wire import TEXT, Request, Response

NO_IDS = "getting enrollment ids: empty path"
_CHECK_IN = "application/x-apple-aspen-mdm-checkin"
_PLIST = "application/xml"


class MdmApi:
    """The handlers of enqueue and push, and of ``/mdm``. JSON is indented by tabs."""

    def __init__(self, mdm: Mdm, face: Face) -> None:
        self._mdm, self._root = mdm, face.mdm
        self._certs = PushCerts()
        self._pushes = 0

    def routes(self) -> Routes:
        """Return what is answered here."""
        return {
            f"{self._root}/enqueue": {"PUT": self.enqueue},
            f"{self._root}/push": {"GET": self.push},
            f"{self._root}/pushcert": {"GET": self.push_cert, "PUT": self.put_push_cert},
            "/mdm": {"PUT": self.device},
            "/checkin": {"PUT": self.device},
        }

    def enqueue(self, request: Request, rest: str) -> Response:
        """Queue a command and push, unless told not to."""
        if not rest:
            return _result({"command_error": NO_IDS}, 500)
        ids, quiet = ids_in(rest), bool(value_of(request, "nopush"))  # any word, "0" too
        if not request.body and quiet:
            return _result({"no_push": True, "command_error": "must enqueue or push"}, 500)
        if not request.body:
            return self._pushed({}, ids)
        try:
            command = read_command(request.body)
        except ValueError as problem:
            return _result({"command_error": f"decoding command: {problem}"}, 500)
        return self._enqueued(command, ids, quiet=quiet)

    def _enqueued(self, command: Command, ids: Sequence[str], *, quiet: bool) -> Response:
        about: dict[str, Any] = {
            "command_uuid": command.uuid,
            "request_type": command.order.request,
        }
        try:
            self._mdm.enqueue(command, ids)
        except NotQueued as problem:
            first = {"no_push": True} if quiet else {}
            return _result({**first, "command_error": str(problem), **about}, 500)
        if not quiet:
            return self._pushed(about, ids)
        uuid, kind = quote(command.uuid), quote(command.order.request)
        text = f'{{\n\t"no_push": true,\n\t"command_uuid": {uuid},\n\t"request_type": {kind}\n}}\n'
        return Response(200, text.encode())

    def push(self, _: Request, rest: str) -> Response:
        """Wake devices."""
        if not rest:
            return _result({"push_error": NO_IDS}, 500)
        return self._pushed({}, ids_in(rest))

    def _pushed(self, about: Mapping[str, Any], ids: Sequence[str]) -> Response:
        problems = self._mdm.push(ids)
        if reason := problems.pop("", ""):
            told = {id_: {"push_error": each} for id_, each in problems.items()}
            first = {"status": told} if told else {}
            return _result({**first, "push_error": reason, **about}, 500)
        entries = [self._push_entry(id_, problems.get(id_, "")) for id_ in dict.fromkeys(ids)]
        rest = "".join(f',\n\t"{key}": {quote(value)}' for key, value in about.items())
        lines = ",\n".join(entries)
        body = f'{{\n\t"status": {{\n{lines}\n\t}}{rest}\n}}\n'
        failed = len(problems)
        status = 200 if not failed else 500 if failed == len(ids) else 207
        return Response(status, body.encode())

    def _push_entry(self, id_: str, problem: str) -> str:
        if problem:
            return f'\t\t{quote(id_)}: {{\n\t\t\t"push_error": {quote(problem)}\n\t\t}}'
        self._pushes += 1
        number = str(UUID(int=self._pushes)).upper()
        return f'\t\t{quote(id_)}: {{\n\t\t\t"push_result": "{number}"\n\t\t}}'

    def push_cert(self, request: Request, _: str) -> Response:
        """Say when the certificate of a topic expires."""
        topic = value_of(request, "topic")
        if not topic:
            return _result({"error": "missing required query parameter: topic"}, 400)
        is_taken_away = topic == TOPIC and "push-fails" in self._mdm.quirks
        if is_taken_away or topic not in self._certs.not_after:
            return _result({"error": f"no push certificate for topic: {topic}"}, 500)
        return _result({"topic": topic, "not_after": self._certs.expiry(topic)}, 200)

    def put_push_cert(self, request: Request, _: str) -> Response:
        """Keep a push certificate."""
        try:
            topic = self._certs.put(request.body)
        except ValueError as problem:
            return _result({"error": str(problem)}, 400)
        return _result({"topic": topic, "not_after": self._certs.expiry(topic)}, 200)

    def device(self, request: Request, _: str) -> Response:
        """Hear an outside device. Errors are plain text and never 401: it might unenrol."""
        try:
            return self._hear(request)
        except Refused as refusal:
            text = f"{HTTPStatus(refusal.status).phrase}\n"
            return Response(refusal.status, text.encode(), TEXT)

    def _hear(self, request: Request) -> Response:
        try:
            message = plistlib.loads(request.body)
        except UNREADABLE:
            raise Refused(400) from None
        if not isinstance(message, dict):
            raise Refused(400)
        params = {name: values[0] for name, values in query_of(request.query).items()}
        if request.head.content_type.startswith(_CHECK_IN):
            body = self._mdm.check_in(message, request.body, params)
            declares = message.get("MessageType") == "DeclarativeManagement"
            return Response(200, body, "application/json" if declares else _PLIST)
        command = self._mdm.report(message, request.body, params)
        return Response(200, command.raw() if command else b"", _PLIST)


def _result(document: Mapping[str, Any], status: int) -> Response:
    return Response(status, (json.dumps(document, indent="\t") + "\n").encode())
