"""What was found in profiles and declarations: for people, and as one JSON document.

``{"format": 1, "type": "profile-check", "table": {source, releases}, "summary": {errors, warnings,
infos, files}, "files": [{file, form, findings: [{severity, reason, place, path, line, detail}]}]}``
is the document. JSONL has the first line without ``files``, then one line for each file. ``path``
is a list of keys and numbers, ``line`` null where nobody knows it, ``reason`` one of
:class:`.Reason`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pedell.model import Words, tell, tell_count, tell_row
from pedell.outputs.layout import clean, paint, wrapped
from pedell.outputs.views import Page
from pedell.payloads.apple.facts import Finding, Grade, Reason, Table

_GRADES: Mapping[Grade, tuple[Words, str]] = {
    Grade.ERROR: (tell("error"), "red"),
    Grade.WARNING: (tell("warning"), "yellow"),
    Grade.INFO: (tell("note"), "cyan"),
}
_ORDER = list(_GRADES)
_MOST_KEYS = 12


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding, the line where it stands (0: nobody knows), and the payload or key in words."""

    finding: Finding
    line: int
    place: str


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, what it is (a profile in XML, signed …), and what is to be said of it."""

    file: str
    form: Words
    remarks: tuple[Remark, ...]


def count_errors(files: Iterable[Checked]) -> int:
    """Count what devices would refuse."""
    return _count(files, Grade.ERROR)


def report_lines(files: Sequence[Checked], table: Table, page: Page) -> list[str]:
    """Tell file by file what was found, the gravest first, and in the end how much it is."""
    lines: list[str] = []
    for file in files:
        lines += [f"{clean(file.file)} · {page.tongue.say(file.form)}", ""]
        for remark in sorted(_gathered(file.remarks), key=_rank):
            lines += _told(remark, page)
        lines += [""] if file.remarks else []
    lines += wrapped(page.tongue.say(_sum(files)), page.width)
    return [*lines, *wrapped(page.tongue.say(held_against(table.releases)), page.width)]


def report_record(files: Sequence[Checked], table: Table) -> dict[str, Any]:
    """Return the same as one JSON document."""
    summary = {f"{grade.value}s": _count(files, grade) for grade in _ORDER}
    return {
        "format": 1,
        "type": "profile-check",
        "table": {"source": list(table.source), "releases": dict(table.releases)},
        "summary": {**summary, "files": len(files)},
        "files": [_file_record(file) for file in files],
    }


def report_json_lines(record: Mapping[str, Any]) -> str:
    """Write the record as JSONL: the whole first, then a line for each file."""
    head = {key: value for key, value in record.items() if key != "files"}
    rows = [head, *({"type": "file", **file} for file in record["files"])]
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def held_against(releases: Mapping[str, str]) -> Words:
    """Say which releases of Apple's schema something was held against."""
    profiles, declared = (releases.get(part, "") for part in ("profiles", "declarations"))
    if profiles == declared:
        return tell("Held against Apple's schema of iOS {release}.", release=profiles)
    return tell(
        "Held against Apple's schema: profiles of iOS {profiles}, declarations of iOS {declared}.",
        profiles=profiles,
        declared=declared,
    )


def _file_record(file: Checked) -> dict[str, Any]:
    findings = [
        {
            "severity": one.finding.grade.value,
            "reason": one.finding.reason.value,
            "place": one.place,
            "path": list(one.finding.at),
            "line": one.line or None,
            "detail": str(one.finding.detail),
        }
        for one in file.remarks
    ]
    return {"file": file.file, "form": str(file.form), "findings": findings}


def _rank(remark: Remark) -> tuple[int, int]:
    return _ORDER.index(remark.finding.grade), remark.line


def _gathered(remarks: Sequence[Remark]) -> Iterator[Remark]:
    """Put the keys of one payload that need supervision into one sentence."""
    kept: dict[tuple[str, Grade], list[Remark]] = {}
    for remark in remarks:
        found = remark.finding
        if found.reason is Reason.SUPERVISION and found.at[-1] not in ("PayloadType", "Type"):
            kept.setdefault((remark.place.partition(" · ")[0], found.grade), []).append(remark)
        else:
            yield remark
    for (place, grade), same in kept.items():
        if len(same) == 1:
            yield same[0]
            continue
        keys = list(dict.fromkeys(str(one.finding.at[-1]) for one in same))
        more = " …" if len(keys) > _MOST_KEYS else ""
        names = ", ".join(keys[:_MOST_KEYS]) + more
        said = tell(
            "{count} keys need supervision; other iPads ignore them: {names}",
            count=len(keys),
            names=names,
        )
        first = same[0]
        found = Finding(first.finding.at, said, Reason.SUPERVISION, grade)
        yield Remark(found, first.line, place)


def _told(remark: Remark, page: Page) -> Iterator[str]:
    word, colour = _GRADES[remark.finding.grade]
    label = paint(page.tongue.say(word), colour, page.colour)
    line = page.tongue.say(tell("line {line}", line=remark.line)) if remark.line else ""
    yield "  " + "  ".join(filter(None, [label, line, clean(remark.place, 160)]))
    yield from wrapped(clean(page.tongue.say(remark.finding.detail)), page.width, "     ")


def _sum(files: Sequence[Checked]) -> Words:
    errors, doubts, infos = (_count(files, grade) for grade in _ORDER)
    counts = [
        tell_count(errors, "{count:,} error", "{count:,} errors") if errors else tell(""),
        tell_count(doubts, "{count:,} warning", "{count:,} warnings") if doubts else tell(""),
        tell_count(infos, "{count:,} note", "{count:,} notes") if infos else tell(""),
    ]
    found = tell_row("{first} · {last}", counts) or tell("Nothing to say")
    where = tell_count(len(files), " in {count:,} file", " in {count:,} files")
    return tell("{counts}{where}.", counts=found, where=where)


def _count(files: Iterable[Checked], grade: Grade) -> int:
    return sum(one.finding.grade is grade for file in files for one in file.remarks)
