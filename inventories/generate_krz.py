"""Writes the invented municipalities, schools and device lists of the krz, always the same.

Real are: 36 municipalities, 27 of them with devices that were prepared; 18,005 iPads, of which
5,387 were delivered only and 12,618 handled, 10,993 of these configured; 3,000 convertibles and
1,500 notebooks, of which 700 and 100 got their configuration from the school's own network; a first
lot of 3,500 (krz Minden-Ravensberg/Lippe, 2021). Assumed: 150 schools. ``authority.yml``,
``catalogue.yml`` and four municipalities are written by hand.

    python inventories/generate_krz.py            write what differs
    python inventories/generate_krz.py --check    write nothing, exit 1 where something differs
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generating import FOLDERS, Dice, Example, ascii_of, shares

HOME = Path(__file__).parent / "krz"
DICE = Dice("krz")
SCHOOLS = 150
TABLETS = {"delivered": 5_387, "labelled": 12_618 - 10_993, "configured": 10_993}
ONLY_DELIVERED, ONLY_LABELLED = 9, 4  # municipalities; the other 23 have devices configured
CONVERTIBLES, NOTEBOOKS = (700, 2_300), (100, 1_400)  # by the school's own network; by nobody

FIRST = ("Honig", "Brezel", "Zimt", "Kessel", "Löffel", "Teller", "Becher", "Nudel", "Zwiebel",
         "Kümmel", "Pfannen", "Krug")  # fmt: skip
SECOND = ("siek", "dorf", "loh")
BY_HAND = {"honigsiek": "", "brezeldorf": "delivered", "zimtloh": "labelled", "kesseldorf": ""}

WORDS = ("Linde", "Ulme", "Eiche", "Buche", "Birke", "Ahorn", "Erle", "Esche", "Pappel", "Weide",
         "Kiefer", "Tanne", "Fichte", "Lärche", "Kastanie", "Walnuss", "Hasel", "Holunder",
         "Schlehe", "Wacholder", "Eibe", "Efeu", "Farn", "Moos")  # fmt: skip
TITLES = {"gs": "Grundschule", "sk": "Sekundarschule", "rs": "Realschule", "ge": "Gesamtschule",
          "gy": "Gymnasium"}  # fmt: skip
HIGHER = ("sk", "rs", "ge", "gy")

ARITHMETIC = ("rechenfuchs", "zahlenzoo", "plusminus", "einmaleins-express", "mathe-murmel")
READING = ("lesewal", "silbenschnecke", "wortwerft")
CREATING = ("anton", "book-creator", "stop-motion", "pages", "garageband")
HIGHER_APPS = ("geogebra", "playgrounds", "word", "excel", "pages", "numbers", "book-creator",
               "garageband")  # fmt: skip

# In the order in which they were ordered; the dates are another order, and some are not known.
LOTS = (
    ("k-01", "2020-11-23", 3_500, "iPad (8. Generation)", "arrived"),
    ("k-02", "2021-01-18", 4_200, "iPad (8. Generation)", "arrived"),
    ("k-03", "2020-12-14", 2_600, "iPad (8. Generation)", "arrived"),
    ("k-04", "2021-02-08", 3_100, "iPad (8. Generation)", "arrived"),
    ("k-05", "2021-02-01", 2_300, "iPad (8. Generation)", "arrived"),
    ("k-06", "2021-03-15", None, "iPad (8. Generation)", "partial"),
    ("k-07", "2021-01-25", 3_000, "Convertible 11 Zoll", "arrived"),
    ("k-08", "2021-03-08", 1_500, "Notebook 14 Zoll", "arrived"),
    ("k-09", "", None, "Ersatzgeräte", "ordered"),
)


@dataclass(frozen=True, slots=True)
class Town:
    """One invented municipality; ``service`` is empty where it leaves the depth to the krz."""

    name: str
    service: str

    @property
    def id(self) -> str:
        """The short name: ``kuemmelloh``."""
        return ascii_of(self.name).lower()

    def draw(self, what: str, sides: int) -> int:
        """Throw a die for this municipality and question: the same face every time."""
        return DICE.throw(self.id + what, sides)


@dataclass(frozen=True, slots=True)
class School:
    """One invented school."""

    number: int
    word: str
    prefix: str
    town: Town

    @property
    def id(self) -> str:
        """The short name: ``gs-honigsiek-linde``."""
        return f"{self.prefix}-{self.town.id}-{ascii_of(self.word).lower()}"

    @property
    def service(self) -> str:
        """How far the krz goes here; a few schools want less than their municipality."""
        wants_less = not self.town.service and self.draw("less", 25) == 0
        return "delivered" if wants_less else self.town.service or "configured"

    @property
    def stage(self) -> str:
        """The cohort of its pupils, which municipalities speak to: grades 1 to 4, or above."""
        return "primar" if self.prefix == "gs" else "sek"

    def draw(self, what: str, sides: int) -> int:
        """Throw a die for this school and question: the same face every time."""
        return DICE.throw(self.id + what, sides)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Devices of one school that are alike; ``line`` is what its file says of them."""

    school: School
    name: str
    service: str
    line: str
    count: int


def all_files() -> Mapping[str, str]:
    """Return the content of every file that this generator owns, by path inside the inventory."""
    towns = tuple(_towns())
    schools = tuple(_schools(towns))
    cohorts = (*_tablets(schools), *_windows(schools))
    lots = {model: _lots(model) for model in ("iPad", "Convertible", "Notebook")}
    files = {f"municipalities/{t.id}.yml": _municipality(t) for t in towns if t.id not in BY_HAND}
    for school in schools:
        own = [cohort for cohort in cohorts if cohort.school is school]
        files[f"schools/{school.id}.yml"] = _school_file(school, own)
    # Lots come in their own order, and schools are served in another: a lot ends inside a school.
    rows: dict[int, list[str]] = {school.number: [] for school in schools}
    for cohort in sorted(cohorts, key=lambda each: each.school.draw("turn", 1_000_000)):
        model = {"convertible": "Convertible", "notebook": "Notebook"}.get(cohort.name, "iPad")
        found = rows[cohort.school.number]
        found += [
            _row(cohort, len(found) + n, *next(lots[model])) for n in range(1, cohort.count + 1)
        ]
    for school in schools:
        table = ["serial;mac;asset;model;cohort;lot", *rows[school.number]]
        files[f"devices/{school.id}.csv"] = "\n".join(table) + "\n"
    said = [";".join(str("" if field is None else field) for field in lot) for lot in LOTS]
    files["deliveries.csv"] = "\n".join(["lot;date;count;model;state", *said]) + "\n"
    return files


def _towns() -> Iterator[Town]:
    """Yield the municipalities; which of them have devices only delivered is drawn."""
    names = [first + second for first in FIRST for second in SECOND]
    drawn = [name for name in names if ascii_of(name).lower() not in BY_HAND]
    drawn.sort(key=lambda name: DICE.throw(f"{name}service", 1_000_000))
    less = ["delivered"] * (ONLY_DELIVERED - 1) + ["labelled"] * (ONLY_LABELLED - 1)
    services = dict(zip(drawn, less, strict=False))
    for name in names:
        yield Town(name, BY_HAND.get(ascii_of(name).lower(), services.get(name, "")))


def _schools(towns: Sequence[Town]) -> Iterator[School]:
    number = 0
    counts = shares(SCHOOLS, [3 + town.draw("size", 20) for town in towns], 2)
    for town, count in zip(towns, counts, strict=True):
        first = town.draw("word", len(WORDS))
        for rank in range(count):
            number += 1
            word = WORDS[(first + 7 * rank) % len(WORDS)]
            higher = HIGHER[(town.draw("higher", 4) + rank // 2) % 4]
            prefix = higher if rank in (2, 4, 7, 9) else "gs"
            yield School(number, word, prefix, town)


def _tablets(schools: Sequence[School]) -> Iterator[Cohort]:
    """Yield the cohorts with iPads: loans, and in few schools a trolley that is only labelled."""
    parts = [(s, s.stage, s.service, "role: pupil, ownership: loan") for s in schools]
    parts += [
        (s, "trolley", "labelled", "role: pupil, service: labelled")
        for s in schools
        if s.service == "configured" and s.draw("trolley", 20) == 0
    ]
    for service, total in TABLETS.items():
        same = [part for part in parts if part[2] == service]
        weights = [(30 if p[1] == "trolley" else 60 + p[0].draw("pupils", 140)) for p in same]
        for part, count in zip(same, shares(total, weights, 10), strict=True):
            yield Cohort(part[0], part[1], service, f"{part[3]}, platform: ipados", count)


def _windows(schools: Sequence[School]) -> Iterator[Cohort]:
    """Yield convertibles and notebooks: first those of schools with a network of their own."""
    higher = [school for school in schools if school.prefix in HIGHER]
    for name, totals, numbers, role in (
        ("convertible", CONVERTIBLES, (5, 18), "pupil"),
        ("notebook", NOTEBOOKS, (2, 14), "teacher"),
    ):
        turn = sorted(higher, key=lambda s: (s.service != "configured", s.draw(name, 1_000_000)))
        joined, others = turn[: numbers[0]], turn[numbers[0] :]
        others = sorted(others, key=lambda s: s.draw(f"{name}s", 1_000_000))[: numbers[1]]
        line = f"role: {role}, platform: windows, target:"
        for total, those, rest in (
            (totals[0], joined, "school-network"),
            (totals[1], others, "supplier, service: delivered"),
        ):
            weights = [20 + school.draw(f"{name}number", 60) for school in those]
            for school, count in zip(those, shares(total, weights, 10), strict=True):
                yield Cohort(school, name, "", f"{line} {rest}", count)


def _municipality(town: Town) -> str:
    lines = [
        "# yaml-language-server: $schema=../../../schemas/municipality.json",
        "# Invented, by inventories/generate_krz.py.",
        f"municipality: {town.id}",
        f"name: Gemeinde {town.name}",
        "",
        *([f"service: {town.service}"] if town.service else _choices(town)),
    ]
    return "\n".join(lines) + "\n"


def _choices(town: Town) -> Iterator[str]:
    """Yield what a municipality decides whose devices are configured."""
    primary = (
        *_some(ARITHMETIC, town.draw("arithmetic", 5), 1 + town.draw("sums", 2)),
        *_some(READING, town.draw("reading", 3), town.draw("books", 3)),
        *_some(CREATING, town.draw("creating", 5), town.draw("creations", 4)),
    )
    higher = _some(HIGHER_APPS, town.draw("higher apps", 8), 1 + town.draw("many", 7))
    yield from ("wifi:", f"  schulnetz: {{ssid: {ascii_of(town.name)}-Schulen}}", "cohorts:")
    yield f"  primar: {{apps: [{', '.join(primary)}]}}"
    yield f"  sek: {{apps: [{', '.join(higher)}]}}"
    if right := ("camera: false", "screen_capture: false", "")[town.draw("right", 3)]:
        yield from ("restrictions:", "  pupil:", "    use: jugendschutz", f"    {right}")


def _some(names: Sequence[str], first: int, count: int) -> Iterator[str]:
    return (names[(first + n) % len(names)] for n in range(count))


def _school_file(school: School, cohorts: Sequence[Cohort]) -> str:
    base = "mixed" if any("windows" in cohort.line for cohort in cohorts) else "apple"
    wants_less = school.service == "delivered" != school.town.service
    lines = [
        "# yaml-language-server: $schema=../../../schemas/school.json",
        "# Invented, by inventories/generate_krz.py.",
        f"school: {school.id}",
        f"name: {TITLES[school.prefix]} {school.word}, {school.town.name}",
        f"type: {ascii_of(TITLES[school.prefix]).lower()}",
        f"municipality: {school.town.id}",
        f"base: {base}",
        *(["service: delivered      # a firm of its own sets them up"] if wants_less else []),
        "",
        "cohorts:",
        *(f"  {cohort.name}: {{{cohort.line}}}" for cohort in cohorts),
    ]
    if school.stage == "primar" and school.draw("app", 8) == 0:
        lines += ["", f"apps: [{ARITHMETIC[school.draw('which', 5)]}]"]
    return "\n".join(lines) + "\n"


def _lots(model: str) -> Iterator[tuple[str, str]]:
    """Yield the model and the lot of each device, in the order in which they came."""
    came = sorted((lot for lot in LOTS if lot[3].startswith(model)), key=lambda lot: lot[1])
    for name, _, count, exact, _ in came:
        for _ in range(count or sum(TABLETS.values())):
            yield exact, name


def _row(cohort: Cohort, row: int, model: str, lot: str) -> str:
    """Return one device; the label is as its municipality wished, none where it is not labelled."""
    school, town = cohort.school, cohort.school.town
    style = (
        f"{town.id[:3].upper()}-{school.number:03}-{row:04}",
        f"KRZ{school.number:03}{row:04}",
        f"{school.id}/{row}",
    )[town.draw("label", 3)]
    label = style if cohort.service in ("labelled", "configured") else ""
    mac = f"02:05:00:{school.number:02x}:{row >> 8:02x}:{row & 255:02x}"
    return f"KXXX{school.number:03}0{row:04};{mac};{label};{model};{cohort.name};{lot}"


EXAMPLE = Example(
    HOME,
    (*FOLDERS, "municipalities"),
    frozenset(f"municipalities/{name}.yml" for name in BY_HAND),
)

if __name__ == "__main__":
    raise SystemExit(EXAMPLE.run(all_files(), sys.argv[1:]))
