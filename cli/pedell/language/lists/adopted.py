"""``adopted/<target>.csv``: what stood on a target before us, and keeps its name there."""

import csv
import io
from collections.abc import Collection, Mapping

from pedell.language.lists.tables import Entry, Shape, Table
from pedell.language.nearest import did_you_mean
from pedell.model import ACTIVATION, Address, Adopted, Adoptions, Asset, Problem, Source, tell

FOLDER = "adopted"
_SHAPE = Shape(
    code="E0249",
    headings={
        "school": ("school", "schule"),
        "cohort": ("cohort", "kohorte"),
        "what": ("what", "was"),
        "resource": ("resource", "ressource"),
        "identifier": ("identifier", "kennung"),
        "uuid": ("uuid",),
        "content": ("content", "inhalt"),
    },
    required=("school", "cohort", "what", "resource", "identifier"),
)
_LONGEST = 500


def read_adopted(
    assets: Mapping[str, Asset], targets: Collection[str], kinds: Collection[str]
) -> tuple[dict[str, Adoptions], tuple[Problem, ...]]:
    """Return name of a target → what was taken over there, and what is wrong with the lists.

    A school or cohort that is gone may still stand there: without its line nobody could find on
    the target what has to be taken away. ``kinds`` are the kinds of resources that there are.
    """
    found: dict[str, Adoptions] = {}
    problems: list[Problem] = []
    for relative, asset in assets.items():
        if not relative.startswith(f"{FOLDER}/"):
            continue
        name = relative.removeprefix(f"{FOLDER}/").removesuffix(".csv")
        if name not in targets:
            meant = did_you_mean(name, targets)
            detail = tell('authority.yml has no target "{name}". {meant}', name=name, meant=meant)
            problems.append(Problem("E0261", detail, Source(asset.path, 1, 1)))
        reader = _Reader(Table(asset, _SHAPE), {*kinds, ACTIVATION})
        found[name] = reader.read()
        problems += reader.table.problems
    return found, tuple(problems)


def write_adopted(adopted: Adoptions) -> bytes:
    """Write a list as it is read, its lines in the order of schools, so that git shows little."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(_SHAPE.headings)
    for at, one in sorted(adopted.items()):
        named = (at.school, at.place, at.kind, at.name)
        writer.writerow((*named, one.identifier, one.uuid, one.content))
    return text.getvalue().encode()


class _Reader:
    """Reads one list line by line; what is wrong goes to the problems of the table."""

    def __init__(self, table: Table, kinds: Collection[str]) -> None:
        self.table = table
        self._kinds = kinds
        self._found: dict[Address, Adopted] = {}
        self._lines: dict[object, int] = {}

    def read(self) -> Adoptions:
        """Read all rows."""
        for entry in self.table.entries():
            self._take(entry)
        return self._found

    def _take(self, entry: Entry) -> None:
        fields = ("school", "cohort", "what", "resource", "identifier")
        if missing := [field for field in fields if not entry.said[field]]:
            detail = tell("It says nothing under {fields}.", fields=", ".join(missing))
            self.table.complain(detail, entry.source)
            return
        school, cohort, kind, name, identifier = (entry.said[field] for field in fields)
        if kind not in self._kinds:
            meant = did_you_mean(kind, self._kinds)
            detail = tell('"{kind}" is no kind. {meant}', kind=kind[:40], meant=meant)
            self.table.complain(detail, entry.places["what"])
        elif not identifier.isprintable() or len(identifier) > _LONGEST:
            detail = tell(
                "An identifier has up to {most} signs that can be seen; copy it from the target.",
                most=_LONGEST,
            )
            self.table.complain(detail, entry.places["identifier"])
        else:
            at = Address(school, cohort, kind, name)
            if self._is_new(entry, at, identifier):
                uuid, content = entry.said["uuid"], entry.said["content"]
                self._found[at] = Adopted(identifier, entry.source, uuid, content)

    def _is_new(self, entry: Entry, at: Address, identifier: str) -> bool:
        """Tell whether place and thing are new: on the target one thing has one place.

        Profiles, which have a uuid, lie on devices, so that several cohorts may have the same.
        """
        is_profile = bool(entry.said["uuid"])
        marks = (at,) if is_profile else (at, (at.kind == "membership", identifier))
        if line := next((self._lines[mark] for mark in marks if mark in self._lines), 0):
            detail = tell("The same stands in line {line} already. Keep one of the two.", line=line)
            self.table.problems.append(Problem("E0201", detail, entry.source))
            return False
        self._lines |= dict.fromkeys(marks, entry.source.line)
        return True
