"""Writes the invented schools, device lists and loan contracts of Bochum, the same every time.

Real are: 80 schools; about 13,000 iPads for pupils in need and for teachers, before that 45 for
each school; 47 schools with a first Wi-Fi, 4 access points in a primary and 10 in a secondary
school, about 320 in all; 120 LTE routers (City of Bochum, 2021). Assumed are the share of the
teachers and how many schools are primary schools, all else is invented. ``authority.yml``,
``catalogue.yml``, ``groups`` and ``playbooks`` are written by hand.

    python inventories/generate_bochum.py            write what differs
    python inventories/generate_bochum.py --check    write nothing, exit 1 where something differs
"""

import datetime
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generating import FOLDERS, Dice, Example, SchoolType, ascii_of, shares, topped_up

HOME = Path(__file__).parent / "bochum"
DICE = Dice("bochum")
CLASS_SET = 45  # of every school, before the others came
LOANS, TEACHERS = 10_400, 2_600  # 13,000
NEED = 12_200  # pupils in need without a device, as the schools report them
WIFI_PRIMARY, WIFI_SECONDARY = 25, 22  # schools, 47
POINTS_PRIMARY, POINTS_SECONDARY = 4, 10  # of each, 320
ROUTERS = 120
NEW_SERVERS, OLD_SERVERS = 11, 9  # schools
WITH_CONTRACTS = 12  # schools: where the hand-over has begun
FIRST_DAY = datetime.date(2021, 5, 17)

LOTS = (("b-00", "2020-12-07", 0), ("b-01", "2021-05-03", 6_000), ("b-02", "2021-05-25", 7_000))
OLD_TABLET, TABLET = "iPad (7. Generation)", "iPad (8. Generation)"
POINT, ROUTER = "Access Point", "LTE-Router"


TYPES = (
    SchoolType(
        "grundschule", "gs", "Grundschule", (140, 380),
        """Akkordeon Alphorn Balalaika Banjo Blockflöte Bratsche Celesta Cello Dudelsack Fagott
        Fanfare Fidel Flügelhorn Gitarre Glockenspiel Gong Hackbrett Harfe Harmonium Kastagnette
        Klarinette Laute Leier Mandoline Marimba Maultrommel Mundharmonika Oboe Okarina Panflöte
        Pauke Piccolo Posaune Querflöte Rassel Schalmei Spinett Tamburin Triangel Ukulele Xylofon
        Zither""",
    ),
    SchoolType(
        "foerderschule", "fs", "Förderschule", (90, 210),
        "Kanon Polka Refrain Rondo Walzer",
    ),
    SchoolType("hauptschule", "hs", "Hauptschule", (240, 400), "Tuba Waldhorn"),
    SchoolType(
        "realschule", "rs", "Realschule", (380, 720),
        "Cembalo Kontrabass Orgel Saxofon Trommel Trompete Vibrafon Zimbel",
    ),
    SchoolType(
        "gesamtschule", "ge", "Gesamtschule", (800, 1300),
        "Duett Oktett Quartett Quintett Septett Sextett Terzett Trio",
    ),
    SchoolType(
        "gymnasium", "gy", "Gymnasium", (600, 1100),
        """Adagio Allegro Andante Choral Etüde Kantate Menuett Notturno Präludium Sonate
        Toccata""",
    ),
    SchoolType(
        "berufskolleg", "bk", "Berufskolleg", (900, 2200), "Metronom Notenpult Partitur Stimmgabel"
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class School:
    """One invented school; ``priority`` is its number of pupils in need without a device."""

    number: int
    word: str
    type: SchoolType
    pupils: int
    priority: int
    has_wifi: bool
    server: str

    @property
    def id(self) -> str:
        """The short name: ``gs-blockfloete``."""
        return f"{self.type.prefix}-{ascii_of(self.word).lower()}"

    @property
    def need(self) -> int:
        """Tablets for pupils, those that it has had from the start included."""
        return CLASS_SET + self.priority

    @property
    def access_points(self) -> int:
        """Access points of the first Wi-Fi."""
        points = POINTS_PRIMARY if self.type.prefix == "gs" else POINTS_SECONDARY
        return points if self.has_wifi else 0

    def draw(self, what: str, sides: int) -> int:
        """Throw a die for this school and question: the same face every time."""
        return DICE.throw(self.id + what, sides)


def all_files() -> Mapping[str, str]:
    """Return the content of every file that this generator owns, by path inside the inventory."""
    schools = sorted(_schools(), key=lambda school: (-school.priority, school.id))
    stock = CLASS_SET * len(schools)
    pupils = topped_up(stock + LOANS, CLASS_SET, [school.need for school in schools])
    teachers = shares(TEACHERS, [school.pupils for school in schools], 5)
    connected = [school for school in schools if school.has_wifi]
    cubes = shares(ROUTERS, [school.access_points for school in connected], 1)
    routers = {school.id: count for school, count in zip(connected, cubes, strict=True)}
    lots = _lots()
    files = {}
    for turn, (school, count, staff) in enumerate(zip(schools, pupils, teachers, strict=True)):
        loans = count - CLASS_SET
        files[f"schools/{school.id}.yml"] = _school_file(school)
        rows = _device_list(school, loans, staff, routers.get(school.id, 0), lots)
        files[f"devices/{school.id}.csv"] = rows
        if turn < WITH_CONTRACTS:
            files[f"contracts/{school.id}.csv"] = _contracts(school, loans, turn)
    said = [f"{lot};{date};{n or stock};{_model(lot)};arrived" for lot, date, n in LOTS]
    files["deliveries.csv"] = "\n".join(["lot;date;count;model;state", *said]) + "\n"
    return files


def _schools() -> Iterator[School]:
    named = [(kind, word) for kind in TYPES for word in kind.words.split()]
    words = [word for _, word in named]
    pupils, weights = [], []
    for kind, word in named:
        least, most = kind.pupils
        pupils.append(least + DICE.throw(f"{word}pupils", most - least))
        weights.append(pupils[-1] * (8 + DICE.throw(f"{word}need", 45)))
    needs = shares(NEED, weights, 12)
    primary = [word for kind, word in named if kind.prefix == "gs"]
    others = [word for word in words if word not in primary]
    connected = {
        *_drawn("wifi", primary)[:WIFI_PRIMARY],
        *_drawn("wifi", others)[:WIFI_SECONDARY],
    }
    states = ["neu"] * NEW_SERVERS + ["alt"] * OLD_SERVERS
    servers = dict(zip(_drawn("server", words), states, strict=False))
    for at, (kind, word) in enumerate(named):
        said = (word in connected, servers.get(word, ""))
        yield School(at + 1, word, kind, pupils[at], needs[at], *said)


def _drawn(what: str, words: Sequence[str]) -> list[str]:
    return sorted(words, key=lambda word: DICE.throw(f"{word}{what}", 1_000_000))


def _lots() -> Iterator[str]:
    """Yield the lot of each device, in the order in which they came."""
    for lot, _, count in LOTS[1:]:
        yield from [lot] * count


def _model(lot: str) -> str:
    return OLD_TABLET if lot == LOTS[0][0] else TABLET


def _school_file(school: School) -> str:
    groups = ["erstes-wlan"] if school.has_wifi else []
    groups += [f"server-{school.server}"] if school.server else []
    lines = [
        "# yaml-language-server: $schema=../../../schemas/school.json",
        "# Invented, by inventories/generate_bochum.py.",
        f"school: {school.id}",
        f"name: {school.type.title} {school.word}",
        f"type: {school.type.id}",
        *([f"groups: [{', '.join(groups)}]"] if groups else []),
        f"priority: {school.priority:<4}             # pupils in need without a device",
        f"need: {school.need:<4}                 # and {CLASS_SET} for the classes",
    ]
    if school.server == "neu":
        lines.append(f"server: 192.0.2.{school.number + 100}")
        lines.append(f'variables: {{network: "10.{school.number}"}}')
    lines += ["", "cohorts:", "  class-set: {role: pupil}"]
    lines += ["  loan: {role: pupil, ownership: loan}", "  teacher: {ownership: loan}"]
    if school.has_wifi:
        lines.append("  access-point: {role: network, platform: other}")
        lines.append("  lte-router: {role: network, platform: other}")
    return "\n".join(lines) + "\n"


def _device_list(
    school: School, loans: int, teachers: int, routers: int, lots: Iterator[str]
) -> str:
    rows = ["serial;mac;asset;model;cohort;lot"]
    first = LOTS[0][0]
    rows += [_row(school, n, "class-set", first) for n in range(1, CLASS_SET + 1)]
    rows += [_row(school, 1000 + n, "loan", next(lots)) for n in range(1, loans + 1)]
    rows += [_row(school, 5000 + n, "teacher", next(lots)) for n in range(1, teachers + 1)]
    for letter, count, model, cohort in (
        ("A", school.access_points, POINT, "access-point"),
        ("L", routers, ROUTER, "lte-router"),
    ):
        start = 8000 if letter == "A" else 9000
        rows += [_thing(school, letter, start + n, model, cohort) for n in range(1, count + 1)]
    return "\n".join(rows) + "\n"


def _row(school: School, row: int, cohort: str, lot: str) -> str:
    return f"{_marks(school, 'X', row)};{_model(lot)};{cohort};{lot}"


def _thing(school: School, letter: str, row: int, model: str, cohort: str) -> str:
    return f"{_marks(school, letter, row)};{model};{cohort};"


def _marks(school: School, letter: str, row: int) -> str:
    """Return serial number, MAC address and asset label; none of them exists."""
    mac = f"02:0b:00:{school.number:02x}:{row >> 8:02x}:{row & 255:02x}"
    return f"{_serial(school, letter, row)};{mac};BO-{school.number:03}-{row:04}"


def _serial(school: School, letter: str, row: int) -> str:
    return f"BXX{letter}{school.number:03}0{row:04}"


def _contracts(school: School, loans: int, turn: int) -> str:
    """Return the contracts of a school: nearly all signed in the first ones, fewer in the last."""
    rows = ["serial;contract;signed"]
    missing = 1 + 8 * turn  # of 100
    for row in range(1001, 1001 + loans):
        day = FIRST_DAY + datetime.timedelta(days=school.draw(f"{row}day", 5) + 7 * (turn // 4))
        signed = "" if school.draw(f"{row}signed", 100) < missing else day.isoformat()
        contract = f"LV-2021-{school.number:03}-{row - 1000:03}"
        rows.append(f"{_serial(school, 'X', row)};{contract};{signed}")
    return "\n".join(rows) + "\n"


EXAMPLE = Example(HOME, (*FOLDERS, "contracts"))

if __name__ == "__main__":
    raise SystemExit(EXAMPLE.run(all_files(), sys.argv[1:]))
