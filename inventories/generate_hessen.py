"""Writes the invented schools, municipalities and device lists of Hessen, the same every time.

Real is one figure: 65,381 notebooks, laptops and iPads for teachers (ekom21, state of Hesse, 2021).
The source names no number of schools: 1,800 is assumed. Invented are the split into kinds of
devices, all names, dates and marks. ``authority.yml``, ``catalogue.yml``, ``owners``,
``certificates`` and three municipalities are written by hand.

    python inventories/generate_hessen.py            write what differs
    python inventories/generate_hessen.py --check    write nothing, exit 1 where something differs
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generating import FOLDERS, Dice, Example, ascii_of, shares

HOME = Path(__file__).parent / "hessen"
DICE = Dice("hessen")
TEACHER_DEVICES = 65_381
PUPIL_TABLETS = 60  # of a municipality, in each of the schools below

FIRST = ("Kreide", "Tinten", "Feder", "Ranzen", "Pausen", "Zirkel", "Schwamm", "Heft", "Füller",
         "Kleber")  # fmt: skip
SECOND = ("hausen", "feld", "brück", "tal", "stadt", "rod")
BY_HAND = ("kreidehausen", "tintenfeld", "ranzenbrueck")
WITH_PUPILS = {"kreidehausen": 6, "tintenfeld": 4, "ranzenbrueck": 2}  # their first so many schools

TREES = ("Linden", "Ahorn", "Birken", "Eichen", "Buchen", "Erlen", "Ulmen", "Tannen", "Kirsch",
         "Apfel", "Fuchs", "Igel", "Hasen", "Amsel", "Falken", "Reiher", "Mühlen", "Brunnen",
         "Garten", "Sonnen")  # fmt: skip
PLACES = ("berg", "grund", "hof", "weg", "tor")

IPAD, NOTEBOOK, LAPTOP = "iPad (8. Generation)", "Notebook 13 Zoll", "Laptop 15 Zoll"
LOTS = {
    IPAD: ("lk-ipad", "2021-04-12"),
    NOTEBOOK: ("lk-notebook", "2021-04-14"),
    LAPTOP: ("lk-laptop", "2021-04-19"),
}
PUPIL_LOT = ("schultraeger", "2020-11-30")


@dataclass(frozen=True, slots=True)
class SchoolType:
    """What schools of one type share; ``teachers`` is the least and the greatest number."""

    id: str
    prefix: str
    title: str
    count: int
    teachers: tuple[int, int]


TYPES = (
    SchoolType("grundschule", "gs", "Grundschule", 1100, (10, 32)),
    SchoolType("foerderschule", "fs", "Förderschule", 180, (14, 40)),
    SchoolType("realschule", "rs", "Realschule", 60, (25, 60)),
    SchoolType("gesamtschule", "ge", "Gesamtschule", 210, (50, 120)),
    SchoolType("gymnasium", "gy", "Gymnasium", 130, (60, 130)),
    SchoolType("berufliche-schule", "bs", "Berufliche Schule", 120, (60, 150)),
)


@dataclass(frozen=True, slots=True)
class School:
    """One invented school; ``rank`` is its place among the schools of its municipality."""

    number: int
    rank: int
    word: str
    type: SchoolType
    town: str

    @property
    def municipality(self) -> str:
        """The short name of the municipality: ``ranzenbrueck``."""
        return ascii_of(self.town).lower()

    @property
    def id(self) -> str:
        """The short name: ``gs-kreidehausen-lindenberg``."""
        return f"{self.type.prefix}-{self.municipality}-{ascii_of(self.word).lower()}"

    @property
    def pupils(self) -> int:
        """Tablets for pupils, which the municipality bought."""
        return PUPIL_TABLETS if self.rank <= WITH_PUPILS.get(self.municipality, 0) else 0

    @property
    def base(self) -> str:
        """Which systems its devices have; schools with pupils' tablets have several."""
        face = self.draw("base", 100)
        return "mixed" if self.pupils or face >= 75 else "apple" if face < 35 else "windows"

    def draw(self, what: str, sides: int) -> int:
        """Throw a die for this school and question: the same face every time."""
        return DICE.throw(self.id + what, sides)


def all_files() -> Mapping[str, str]:
    """Return the content of every file that this generator owns, by path inside the inventory."""
    towns = [first + second for first in FIRST for second in SECOND]
    schools = tuple(_schools(towns))
    files = {f"municipalities/{ascii_of(t).lower()}.yml": _municipality(t) for t in towns}
    files = {name: text for name, text in files.items() if name not in EXAMPLE.by_hand}
    lots: Counter[str] = Counter()
    weights = [
        least + s.draw("staff", most - least) for s in schools for least, most in [s.type.teachers]
    ]
    for school, staff in zip(schools, shares(TEACHER_DEVICES, weights, 3), strict=True):
        models = _models(school, staff)
        lots.update(models)
        files[f"schools/{school.id}.yml"] = _school_file(school)
        files[f"devices/land/{school.id}.csv"] = _teachers_list(school, models)
        if school.pupils:
            files[f"devices/{school.id}.csv"] = _pupils_list(school)
    files["deliveries.csv"] = _deliveries(lots, sum(school.pupils for school in schools))
    return files


def _schools(towns: list[str]) -> Iterator[School]:
    weights = [12 + DICE.throw(f"{town}size", 60) for town in towns]
    counts = {kind: shares(kind.count, weights) for kind in TYPES}
    words = [tree + place for tree in TREES for place in PLACES]
    number = 0
    for at, town in enumerate(towns):
        rank = 0
        for kind in TYPES:
            for _ in range(counts[kind][at]):
                number, rank = number + 1, rank + 1
                word = words[(DICE.throw(f"{town}words", 100) + 37 * rank) % 100]
                yield School(number, rank, word, kind, town)


def _municipality(town: str) -> str:
    security = ", security: wpa3-personal" if DICE.throw(f"{town}wpa3", 4) == 0 else ""
    return f"""\
# yaml-language-server: $schema=../../../schemas/municipality.json
# Invented, by inventories/generate_hessen.py.
municipality: {ascii_of(town).lower()}
name: Stadt {town}

wifi:
  schulnetz: {{ssid: {ascii_of(town)}-Schulen{security}}}
"""


def _school_file(school: School) -> str:
    lines = [
        "# yaml-language-server: $schema=../../../schemas/school.json",
        "# Invented, by inventories/generate_hessen.py.",
        f"school: {school.id}",
        f"name: {school.type.title} {school.word}, {school.town}",
        f"type: {school.type.id}",
        f"municipality: {school.municipality}",
        f"base: {school.base}",
        "",
        "cohorts:",
        *_cohorts(school),
    ]
    if school.municipality not in BY_HAND and school.draw("ssid", 12) == 0:
        lines += ["", "wifi:", f"  schulnetz: {{ssid: {ascii_of(school.word)}-Schule}}"]
    return "\n".join(lines) + "\n"


def _cohorts(school: School) -> Iterator[str]:
    if school.pupils:
        yield "  pupil: {ownership: loan, platform: ipados}"
    if school.base == "mixed":
        yield "  teacher: {ownership: loan, platform: ipados}"
        yield "  teacher-pc: {ownership: loan, platform: windows, role: teacher}"
    else:
        yield "  teacher: {ownership: loan}"


def _models(school: School, staff: int) -> list[str]:
    """Return the model of each teacher's device, the tablets first."""
    tablets = {"apple": staff, "windows": 0, "mixed": staff * 4 // 10}[school.base]
    other = NOTEBOOK if school.draw("pc", 3) else LAPTOP
    return [IPAD] * tablets + [other] * (staff - tablets)


def _teachers_list(school: School, models: list[str]) -> str:
    rows = ["serial;mac;asset;model;cohort;lot"]
    for row, model in enumerate(models, 1):
        cohort = "teacher-pc" if school.base == "mixed" and model != IPAD else "teacher"
        rows.append(f"{_marks(school, row)};{model};{cohort};{LOTS[model][0]}")
    return "\n".join(rows) + "\n"


def _pupils_list(school: School) -> str:
    rows = ["serial;mac;asset;model;cohort;lot"]
    for row in range(5001, 5001 + school.pupils):
        rows.append(f"{_marks(school, row)};{IPAD};pupil;{PUPIL_LOT[0]}")
    return "\n".join(rows) + "\n"


def _marks(school: School, row: int) -> str:
    """Return serial number, MAC address and asset label; none of them exists."""
    n = school.number
    mac = f"02:06:{n >> 8:02x}:{n & 255:02x}:{row >> 8:02x}:{row & 255:02x}"
    return f"HXXX{n:04}{row:04};{mac};HE-{n:04}-{row:04}"


def _deliveries(lots: Mapping[str, int], pupils: int) -> str:
    rows = ["lot;date;count;model;state", f"{';'.join(PUPIL_LOT)};{pupils};{IPAD};arrived"]
    rows += [f"{lot};{date};{lots[model]};{model};arrived" for model, (lot, date) in LOTS.items()]
    return "\n".join(rows) + "\n"


EXAMPLE = Example(
    HOME,
    (*FOLDERS, "municipalities"),
    frozenset(f"municipalities/{name}.yml" for name in BY_HAND),
)

if __name__ == "__main__":
    raise SystemExit(EXAMPLE.run(all_files(), sys.argv[1:]))
