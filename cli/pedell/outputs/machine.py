"""For another program: one JSON document, or one JSON object on each line.

Every document, and the first line of JSONL, has ``"format": 1`` and ``"type"``. A key may be
added; none is renamed, moved or taken away without another format number. JSON holds the lists
below under their names; JSONL has one line for each of their entries, with the ``"type"`` that
stands behind the name.

``plan`` and ``drift``
    ``scope`` {inventory, authority, name, commit, version, schools, devices, sandbox, chosen (the
    schools that a limit left over, 0 without one), apple (releases of Apple's schema), flags (what
    the next command needs too)} · ``summary`` {changes, schools, blocked, waves, unchanged,
    waiting} · ``waves`` (wave) [{number, schools, steps}] · ``changes`` (change) [{step, wave,
    action, address, school, place, kind, name, target, effect, cause, drift, blocked, note (what
    was seen beside the fields), devices, drifted, leaving, moved_to [address] (what says now what
    is deleted here), fields [{path, before, after, cause}], needs [{step, reason, until}],
    source}] · ``orphans`` (orphan) [{address}] · ``notices`` (notice) [{text, urgent}] ·
    ``unreachable`` (unreachable) [{target, reason}]. ``step`` and ``wave`` are null for a blocked
    change. In ``drift``, ``before`` is what was left there and ``after`` what is seen now.
``diff``
    As ``plan``, and ``revisions`` {old, new} · ``by_school`` (school) [{school, changes, devices}].
    All changes stand in one wave. ``drift`` is always false.
``outcomes``
    ``run``, ``scope``, ``seconds``, ``stopped``, ``traffic`` {http_requests, http_connections,
    ssh_round_trips, ssh_connections} · ``waves`` (wave) [{number, schools, steps, gate, progress
    {total, queued, installed, verified, failed, asleep, detail}}] · ``outcomes`` (outcome) [{step,
    wave, address, action, status, detail}] · ``unfinished`` (unfinished) [{address}]
``status``
    ``scope`` · ``at`` · ``answered`` (progress as above, after ``sync``, else null) · ``summary``
    {devices, accepted, refused, unsent, asleep, queued, installed, verified} · ``cohorts`` (cohort)
    [{school, place, and the same counts}] · ``behind`` (device) [{serial, school, place, stage,
    missing [address], since, heard, error}] · ``notices`` (notice) · ``unreachable``. Each device
    is counted in one stage; accepted are all but the unsent. Times are in UTC, null where unknown.
``configuration``
    ``school``, ``name``, ``groups``, ``school_type``, ``priority`` · ``cohorts`` (cohort) [{name,
    role, ownership, platform, target, devices}] · ``values`` (value) [{cohort (empty: all), path,
    value, layer, name, source, lock as below}] · ``targets`` (target) [{target, provider}]
``explain``
    ``values`` (value) [{school, cohort, path, value, source, rule, trail [{layer, name, value,
    source}], lock {value, allowed, range {min, max}, until, reason, owner, source}, reaches}]
``list``
    ``name``, ``note`` · ``rows`` (row) [{COLUMN: value}], in JSONL under ``row``
``problems``
    ``summary`` {errors, warnings, files} · ``problems`` (problem) [{code, summary, detail,
    severity, source}]. Of an inventory that is sound there are also ``valid`` (true), ``schools``,
    ``devices``, ``files``, ``resources`` and ``apple`` (releases of Apple's schema); its problems
    are warnings.
``graph`` and ``why``
    ``nodes`` (node) [{address}] · ``arrows`` (arrow) [{waiting, needed, reason, until}]

A source is {file, line, column} or null. A secret is {"secret": name, "fingerprint": "3f9a…"},
the fingerprint null where it is not known.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pedell.model import Outcome, Plan, Problem, Step
from pedell.outputs.configuration_record import configuration_record
from pedell.outputs.plan_record import (
    difference_record,
    drift_record,
    outcome_record,
    plan_record,
    report_record,
)
from pedell.outputs.records import (
    Record,
    explanations_record,
    picture_record,
    problems_record,
    table_record,
    way_record,
)
from pedell.outputs.status_record import status_record
from pedell.outputs.views import (
    Arrow,
    Configuration,
    Detail,
    Difference,
    Explanation,
    Format,
    Level,
    Overview,
    Page,
    Picture,
    Report,
    Table,
)

FORMAT = 1

_ENTRIES = {
    "waves": "wave",
    "by_school": "school",
    "changes": "change",
    "orphans": "orphan",
    "unreachable": "unreachable",
    "notices": "notice",
    "behind": "device",
    "outcomes": "outcome",
    "unfinished": "unfinished",
    "cohorts": "cohort",
    "values": "value",
    "targets": "target",
    "rows": "row",
    "problems": "problem",
    "nodes": "node",
    "arrows": "arrow",
}


def document(kind: str, record: Record) -> str:
    """Write one JSON document."""
    return json.dumps({"format": FORMAT, "type": kind, **record}, ensure_ascii=False, indent=2)


def lines(kind: str, record: Record) -> str:
    """Write a line for what is said once, and one for each entry of a list."""
    head = {key: value for key, value in record.items() if key not in _ENTRIES}
    told = [{"format": FORMAT, "type": kind, **head}]
    for key, entry in _ENTRIES.items():
        told += [_entry(entry, each) for each in record.get(key, ())]
    return "\n".join(map(_line, told))


def outcome_line(wave: int, step: Step, outcome: Outcome) -> str:
    """Write the end of one step while an apply runs, as JSONL has it afterwards."""
    told = outcome_record(wave, step.change, step.number, outcome.status, outcome.detail)
    return _line(_entry("outcome", told))


@dataclass(frozen=True, slots=True)
class Machine:
    """Records in one of two shapes: ``write`` is :func:`document` or :func:`lines`."""

    write: Callable[[str, Record], str]

    def fitted(self, page: Page) -> Format:  # noqa: ARG002  # the port's word
        """Return itself: a machine has no page."""
        return self

    def plan(self, plan: Plan, detail: Detail) -> str:
        """Tell what would change; a summary leaves the changes out."""
        record = plan_record(plan)
        if detail.level is Level.SUMMARY:
            del record["changes"]
        return self.write("plan", record)

    def outcomes(self, report: Report) -> str:
        """Tell what became of a plan."""
        return self.write("outcomes", report_record(report))

    def drift(self, plan: Plan) -> str:
        """Tell what somebody else moved."""
        return self.write("drift", drift_record(plan))

    def status(self, overview: Overview) -> str:
        """Tell how far devices have come, and who is behind."""
        return self.write("status", status_record(overview))

    def difference(self, difference: Difference, detail: Detail) -> str:  # noqa: ARG002  # the port's word
        """Tell what other files would change."""
        return self.write("diff", difference_record(difference))

    def configuration(self, configuration: Configuration) -> str:
        """Tell what one school has in the end."""
        return self.write("configuration", configuration_record(configuration))

    def explain(self, explanations: Sequence[Explanation]) -> str:
        """Tell where values come from."""
        return self.write("explain", explanations_record(explanations))

    def listing(self, table: Table) -> str:
        """Tell what there is."""
        return self.write("list", table_record(table))

    def problems(self, problems: Sequence[Problem], texts: Mapping[str, str]) -> str:
        """Tell what is wrong."""
        return self.write("problems", problems_record(problems, texts))

    def sound(self, found: Mapping[str, int | str], warnings: Sequence[Problem]) -> str:
        """Tell that nothing is wrong, what there is, and what may yet surprise."""
        files = {warning.source.file: "" for warning in warnings if warning.source}
        record = {"valid": True, **found, **problems_record(warnings, files)}
        return self.write("problems", record)

    def graph(self, picture: Picture) -> str:
        """Tell who waits for whom."""
        return self.write("graph", picture_record(picture))

    def why(self, way: Sequence[Arrow]) -> str:
        """Tell by which steps one thing waits for another."""
        return self.write("why", way_record(way))


def _entry(kind: str, record: Record) -> Record:
    """Mark an entry with its type; the columns of a row stay apart, one may be called type."""
    return {"type": kind, "row": record} if kind == "row" else {"type": kind, **record}


def _line(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))
