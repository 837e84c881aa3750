"""What formats are given besides the nouns: reports, explanations, tables and pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pedell.model import (
    Address,
    Cohort,
    Lock,
    Outcome,
    Plan,
    Pointer,
    Problem,
    Progress,
    School,
    Scope,
    Setting,
    Survey,
    Target,
    Traffic,
    Until,
    Value,
    Wave,
)
from pedell.outputs.tongue import ENGLISH, Tongue


class Level(StrEnum):
    """How much of a plan is told: its last lines, its groups, or every field."""

    SUMMARY = "summary"
    GROUPS = "groups"
    FIELDS = "fields"


@dataclass(frozen=True, slots=True)
class Detail:
    """How much to tell, and what is known beside the plan.

    ``locks`` let the plan say which lock stands behind a change. ``saved`` is the file that the
    plan was written to, if it was. ``hints`` False leaves out what to type next.
    """

    level: Level = Level.GROUPS
    locks: tuple[Lock, ...] = ()
    saved: str = ""
    hints: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """Where text is read: its width in columns, whether glyphs may have a colour, the language."""

    width: int = 100
    colour: bool = False
    tongue: Tongue = ENGLISH


@dataclass(frozen=True, slots=True)
class WaveReport:
    """What became of one wave.

    ``outcomes`` are those of its steps that came to an end; a step without one was not begun.
    ``progress`` sums up its devices. ``gate`` says how the gate stood, in words, or is empty.
    """

    wave: Wave
    outcomes: tuple[Outcome, ...]
    progress: Progress
    gate: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a plan.

    ``waves`` are those that were begun. ``stopped`` says why the others were not, or is empty.
    ``unfinished`` began and could not be looked up afterwards. ``seconds`` is the time it took.
    ``saved`` is the file that the plan came from, if it did.
    """

    run: str
    scope: Scope
    planned: tuple[Wave, ...]
    waves: tuple[WaveReport, ...]
    traffic: Traffic
    seconds: float
    stopped: str = ""
    unfinished: tuple[Address, ...] = ()
    saved: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """How far devices have come, at ``now`` in seconds since the epoch.

    ``answered`` counts who answered where all were asked before. ``whole`` names every cohort and
    device that is behind. ``hints`` False leaves out what to type next.
    """

    scope: Scope
    survey: Survey
    now: float
    answered: Progress | None = None
    whole: bool = False
    hints: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """What the files of ``new`` change where those of ``old`` are applied; both are revisions."""

    plan: Plan
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """What one school has in the end.

    ``shared`` holds for all of it, beside each cohort stands what is different there. ``targets``
    are those that hold it.
    """

    school: School
    shared: Mapping[Pointer, Setting]
    cohorts: tuple[tuple[Cohort, Mapping[Pointer, Setting]], ...]
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where one value of one school (or of its ``cohort``) comes from, and whom it reaches.

    ``rule`` is the merge rule of the field: replace, restrict, union or deep.
    """

    school: str
    cohort: str
    pointer: Pointer
    setting: Setting
    rule: str = "replace"
    reaches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A list with a heading for each column; ``name`` says what it lists (schools, apps …)."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """``waiting`` waits for ``needed``, and why."""

    waiting: Address
    needed: Address
    reason: str
    until: Until = Until.DONE


@dataclass(frozen=True, slots=True)
class Picture:
    """A graph: who waits for whom."""

    nodes: tuple[Address, ...]
    arrows: tuple[Arrow, ...]


class Format(Protocol):
    """One way to tell. Every method returns a whole document without the last line break."""

    def fitted(self, page: Page) -> "Format":
        """Return the same format for another page."""
        ...

    def plan(self, plan: Plan, detail: Detail) -> str:
        """Tell what would change."""
        ...

    def outcomes(self, report: Report) -> str:
        """Tell what became of a plan."""
        ...

    def drift(self, plan: Plan) -> str:
        """Tell what somebody else moved."""
        ...

    def status(self, overview: Overview) -> str:
        """Tell how far devices have come, and who is behind."""
        ...

    def difference(self, difference: Difference, detail: Detail) -> str:
        """Tell what other files would change."""
        ...

    def configuration(self, configuration: Configuration) -> str:
        """Tell what one school has in the end."""
        ...

    def explain(self, explanations: Sequence[Explanation]) -> str:
        """Tell where values come from."""
        ...

    def listing(self, table: Table) -> str:
        """Tell what there is."""
        ...

    def problems(self, problems: Sequence[Problem], texts: Mapping[str, str]) -> str:
        """Tell what is wrong; ``texts`` maps every file that was read to its text."""
        ...

    def graph(self, picture: Picture) -> str:
        """Tell who waits for whom."""
        ...

    def why(self, way: Sequence[Arrow]) -> str:
        """Tell by which steps one thing waits for another."""
        ...
