"""What devices report of their declarations, and how KMFDDM lets one ask for it."""

import json
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from pedell.sandbox.mdm.declarations import Declarations, Missing

KEPT_REPORTS = 4  # of each enrolment, compressed: 25,000 tablets must fit into memory
MOST_ERRORS = 10
_DECLARATIONS = ".StatusItems.management.declarations"


@dataclass(frozen=True, slots=True)
class Report:
    """One status report as it came in; ``at`` in seconds since the epoch."""

    packed: bytes
    at: float
    id: int
    index: int

    @property
    def status_id(self) -> str:
        """16 hexadecimal digits."""
        return f"{self.id:016x}"

    def raw(self) -> bytes:
        """Return the bytes that the device sent."""
        return zlib.decompress(self.packed)

    def stamp(self) -> dict[str, str]:
        """Return the two keys that say which report a value came with."""
        return {"timestamp": timestamp(self.at), "status_id": self.status_id}


class Statuses:
    """The newest reports of each enrolment; everything asked for is read out of them."""

    def __init__(self, declarations: Declarations) -> None:
        self._declarations = declarations
        self._reports: dict[str, deque[Report]] = {}
        self._ids = Random(3)  # noqa: S311 - they must differ, not be secret

    def store(self, enrolment: str, raw: bytes, at: float) -> None:
        """Keep a report, or raise ValueError where it is not a JSON object."""
        if not isinstance(json.loads(raw), dict):
            raise ValueError("parsing json: not an object")  # noqa: TRY004 - wrong content
        reports = self._reports.setdefault(enrolment, deque(maxlen=KEPT_REPORTS))
        index = reports[-1].index + 1 if reports else 0
        reports.append(Report(zlib.compress(raw, 1), at, self._ids.getrandbits(64), index))

    def report(self, enrolment: str, index: int) -> Report | None:
        """Return a report, counted from the newest (0); None where there is none."""
        reports = self._reports.get(enrolment, ())
        return reports[-1 - index] if 0 <= index < len(reports) else None

    def report_by_id(self, enrolment: str, status_id: str) -> Report | None:
        """Return the report with this id."""
        reports = self._reports.get(enrolment, ())
        return next((each for each in reports if each.status_id == status_id), None)

    def declarations(self, enrolment: str) -> list[dict[str, Any]]:
        """Return what the last report with declarations said, and whether that is current."""
        for report in reversed(self._reports.get(enrolment, ())):
            lists = _declarations_in(json.loads(report.raw()))
            if lists:
                return [
                    self._row(enrolment, kind, each, report)
                    for kind, entries in lists.items()
                    for each in entries
                ]
        return []

    def _row(
        self, enrolment: str, kind: str, seen: Mapping[str, Any], report: Report
    ) -> dict[str, Any]:
        try:
            wanted = self._declarations.view(enrolment).by_id
        except Missing:
            wanted = {}
        _, token, _ = wanted.get(seen["identifier"], ("", "", b""))
        row = {
            "identifier": seen["identifier"],
            "active": seen.get("active", False),
            "valid": seen.get("valid", ""),
            "server-token": seen.get("server-token", ""),
            "ManifestType": kind,
            "current": bool(token) and token == seen.get("server-token"),
            "status_received": timestamp(report.at),
            "status_id": report.status_id,
        }
        if seen.get("reasons"):
            row |= {"ReasonsJSON": seen["reasons"], "reasons": seen["reasons"]}
        return row

    def errors(self, enrolment: str, most: int | None = MOST_ERRORS) -> list[dict[str, Any]]:
        """Return what was wrong, newest last: errors, and declarations that are not in force."""
        found = [
            {"path": path, "error": error, **report.stamp()}
            for report in self._reports.get(enrolment, ())
            for path, error in _errors_in(json.loads(report.raw()))
        ]
        return found[-most:] if most else found

    def values(self, enrolment: str, prefix: str) -> list[dict[str, str]]:
        """Return the device's own values; ``prefix`` is a LIKE pattern, or empty for all."""
        like = _like(prefix) if prefix else None
        found: dict[tuple[str, str], dict[str, str]] = {}
        for report in self._reports.get(enrolment, ()):
            for path, value in _values_in(json.loads(report.raw())):
                if like is None or like.fullmatch(path):
                    found[path, value] = {"path": path, "value": value, **report.stamp()}
        return list(found.values())


def timestamp(at: float) -> str:
    """Return a time as Go writes it into JSON."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _declarations_in(document: Any) -> Mapping[str, list[dict[str, Any]]]:
    management = document.get("StatusItems", {}).get("management", {})
    lists = management.get("declarations", {})
    return {kind: entries for kind, entries in lists.items() if entries}


def _errors_in(document: Any) -> Iterator[tuple[str, Any]]:
    for kind, entries in _declarations_in(document).items():
        for each in entries:
            if not each.get("active") and each.get("valid") != "valid":
                yield f"{_DECLARATIONS}.{kind}", each
    for error in document.get("Errors") or ():
        yield ".Errors", error


def _values_in(document: Any) -> Iterator[tuple[str, str]]:
    items = document.get("StatusItems", {})
    management = {k: v for k, v in items.get("management", {}).items() if k != "declarations"}
    yield from _flatten(".StatusItems.management", management)
    yield from _flatten(".StatusItems.device", items.get("device", {}))


def _flatten(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flatten(f"{path}.{key}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _flatten(path, inner)
    elif value is not None:
        yield path, value if isinstance(value, str) else json.dumps(value)


def _like(pattern: str) -> re.Pattern[str]:
    parts: Iterable[str] = re.split("([%_])", pattern)
    words = {"%": ".*", "_": "."}
    return re.compile("".join(words.get(part) or re.escape(part) for part in parts), re.DOTALL)
