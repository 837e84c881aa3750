"""KMFDDM's answers to the question what devices have reported."""

import json
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from pedell.sandbox.mdm.core import Mdm
from pedell.sandbox.mdm.site import Routes, decoded, ids_in, value_of
from pedell.sandbox.mdm.status import MOST_ERRORS, Report
from pedell.sandbox.mdm.wire import Request, Response

STRICT = "status-report-index"  # the quirk of KMFDDM's key-value storage


class StatusApi:
    """The handlers of ``/api/v1/ddm`` that only read. Their paths are relative to it."""

    def __init__(self, mdm: Mdm) -> None:
        self._mdm = mdm

    def routes(self) -> Routes:
        """Return what is answered here."""
        return {
            "declaration-status": {"GET": self.declaration_status},
            "status-errors": {"GET": self.status_errors},
            "status-values": {"GET": self.status_values},
            "status-report": {"GET": self.status_report},
        }

    def declaration_status(self, _: Request, rest: str) -> Response:
        """Say what devices reported of their declarations."""
        return _by_id(rest, self._mdm.statuses.declarations)

    def status_errors(self, _: Request, rest: str) -> Response:
        """Say what devices reported as wrong."""
        most = None if STRICT in self._mdm.quirks else MOST_ERRORS
        return _by_id(rest, lambda id_: self._mdm.statuses.errors(id_, most))

    def status_values(self, request: Request, rest: str) -> Response:
        """Say what devices reported of themselves."""
        prefix = "" if STRICT in self._mdm.quirks else value_of(request, "prefix")
        return _by_id(rest, lambda id_: self._mdm.statuses.values(id_, prefix))

    def status_report(self, request: Request, rest: str) -> Response:
        """Return one report as it came, by the rules of the storage that is imitated."""
        enrolment, index = decoded(rest), value_of(request, "index")
        status_id = value_of(request, "status_id")
        strict = STRICT in self._mdm.quirks
        if strict and (status_id or not index):
            return as_error(500, "cannot search by status id" if status_id else "empty index")
        if index and not index.lstrip("-").isdigit():
            return as_error(400, f'strconv.ParseInt: parsing "{index}": invalid syntax')
        if status_id:
            found = self._mdm.statuses.report_by_id(enrolment, status_id)
        else:
            found = self._mdm.statuses.report(enrolment, int(index or 0))
        if found:
            return _report(found)
        if strict:
            word = "low" if int(index) < 0 else "high"
            return as_error(500, f"index out of range: too {word} ({index})")
        return as_error(404, "status report not found")


def as_json(document: Any) -> Response:
    """Answer with JSON on one line."""
    return Response(200, json.dumps(document, separators=(",", ":")).encode() + b"\n")


def as_error(status: int, text: str) -> Response:
    """Answer with an error."""
    return Response(status, json.dumps({"error": text}, separators=(",", ":")).encode() + b"\n")


def _by_id(rest: str, read: Callable[[str], Any]) -> Response:
    found = {id_: value for id_ in ids_in(rest) if (value := read(id_))}
    return as_json(found)


def _report(report: Report) -> Response:
    headers = (
        ("Last-Modified", formatdate(report.at, usegmt=True)),
        ("X-Status-Report-Index", str(report.index)),
        ("X-Status-Report-ID", report.status_id),
    )
    return Response(200, report.raw(), headers=headers)
