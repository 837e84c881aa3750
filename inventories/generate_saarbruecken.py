"""Writes the invented schools, device lists and licences of Saarbrücken, the same every time.

Real are: 47 secondary and vocational schools, of which two thirds chose Windows as base system and
one third Apple; 3,500 iPads in the place of 3,500 convertibles, 30 for each school first, then by
need; 40,000 needed for one per pupil (Regionalverband Saarbrücken, IMZ, 2021). Invented are school
types, choices, PCs, boards, licences and dates. ``authority.yml``, ``catalogue.yml``,
``certificates``, ``groups``, ``playbooks`` and two schools are written by hand.

    python inventories/generate_saarbruecken.py            write what differs
    python inventories/generate_saarbruecken.py --check    write nothing, exit 1 where it differs
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generating import Dice, Example, SchoolType, ascii_of, shares, topped_up

HOME = Path(__file__).parent / "saarbruecken"
DICE = Dice("saarbruecken")
TABLETS, MINIMUM_STOCK = 3_500, 30
NEED = 40_000  # one for each pupil
APPLE, BOTH = 15, 3  # schools that chose so; all others chose Windows
BY_HAND = frozenset({"schools/bbz-dolomit.yml", "schools/gy-opal.yml"})

FIRST_LOT, SECOND_LOT = "s-01", "s-02"
TABLET, PC, BOARD = "iPad (8. Generation)", "Desktop-PC", "Whiteboard 86 Zoll"


TYPES = (
    SchoolType(
        "gemeinschaftsschule", "gms", "Gemeinschaftsschule", (450, 900),
        """Achat Alabaster Amethyst Azurit Basalt Bergkristall Bernstein Beryll Citrin Feldspat
        Flussspat Gips Gneis Granat Granit Hämatit Jade Jaspis Kalkspat Karneol""",
    ),
    SchoolType(
        "gymnasium", "gy", "Gymnasium", (550, 1000),
        """Kiesel Kobalt Lapislazuli Malachit Marmor Mondstein Obsidian Olivin Onyx Opal Porphyr
        Pyrit Quarz Rubin""",
    ),
    SchoolType(
        "berufsbildungszentrum", "bbz", "Berufsbildungszentrum", (900, 1900),
        """Dolomit Sandstein Saphir Schiefer Serpentin Smaragd Spinell Topas Travertin Tuff Turmalin
        Türkis Zirkon""",
    ),
)  # fmt: skip

# What schools choose from: on iPads, on PCs, and on both.
ON_TABLETS = ("book-creator", "garageband", "imovie", "keynote", "pages", "numbers", "playgrounds")
ON_PCS = ("audacity", "gimp", "inkscape", "vscode", "vlc")
ON_BOTH = ("geogebra", "moodle", "word", "excel")
BOUGHT = ("goodnotes", "cad-werk")  # apps with licences that schools own themselves


@dataclass(frozen=True, slots=True)
class School:
    """One invented school; ``need`` is one device for each pupil.

    ``chosen`` is the base system that it decided on: apple, windows or both.
    """

    number: int
    word: str
    type: SchoolType
    chosen: str
    need: int

    @property
    def id(self) -> str:
        """The short name: ``bbz-tuerkis``."""
        return _id(self.type, self.word)

    @property
    def priority(self) -> int:
        """Pupils in need."""
        return self.need * (8 + self.draw("need", 40)) // 100

    @property
    def pcs(self) -> int:
        """Windows PCs in its computer room."""
        return 0 if self.chosen == "apple" else 16 + 2 * self.draw("pcs", 6)

    @property
    def boards(self) -> int:
        """Whiteboards with a device list entry of their own."""
        return 4 + self.draw("boards", 8)

    @property
    def apps(self) -> Sequence[str]:
        """The catalogue of the school, which it decides alone."""
        chosen = _some(ON_TABLETS, self.draw("tablet-app", 7), 2 + self.draw("tablet-apps", 3))
        chosen += _some(ON_BOTH, self.draw("both-app", 4), 1 + self.draw("both-apps", 3))
        if self.pcs:
            chosen += ["firefox", "libreoffice"]
            chosen += _some(ON_PCS, self.draw("pc-app", 5), self.draw("pc-apps", 4))
        if "excel" in chosen and "word" not in chosen:  # the catalogue says that it needs it
            chosen.append("word")
        if self.type.prefix == "bbz" and self.pcs and self.draw("cad", 2):
            chosen.append("cad-werk")
        if self.type.prefix != "bbz" and self.draw("goodnotes", 5) == 0:
            chosen.append("goodnotes")
        if self.draw("vocabulary", 2) and self.type.prefix != "bbz":
            chosen.append("vokabelheft")
        return chosen

    def draw(self, what: str, sides: int) -> int:
        """Throw a die for this school and question: the same face every time."""
        return DICE.throw(self.id + what, sides)


def all_files() -> Mapping[str, str]:
    """Return the content of every file that this generator owns, by path inside the inventory."""
    schools = sorted(_schools(), key=lambda school: (-school.priority, school.id))
    tablets = topped_up(TABLETS, MINIMUM_STOCK, [school.need for school in schools])
    files = {}
    for school, count in zip(schools, tablets, strict=True):
        files[f"schools/{school.id}.yml"] = _school_file(school)
        files[f"devices/{school.id}.csv"] = _device_list(school, count)
    owned = [_owned(s, count) for s, count in zip(schools, tablets, strict=True)]
    lines = ["app;pool;owned", *sorted(line for found in owned for line in found)]
    files["licences.csv"] = "\n".join(lines) + "\n"
    first = MINIMUM_STOCK * len(schools)
    files["deliveries.csv"] = f"""\
lot;date;count;model;state
{FIRST_LOT};2020-12-14;{first};{TABLET};arrived
{SECOND_LOT};2021-01-18;{TABLETS - first};{TABLET};arrived
"""
    return {name: text for name, text in files.items() if name not in BY_HAND}


def _schools() -> Iterator[School]:
    named = [(kind, word) for kind in TYPES for word in kind.words.split()]
    weights = []
    for kind, word in named:
        least, most = kind.pupils
        weights.append(least + DICE.throw(f"{word}pupils", most - least))
    turn = sorted(named, key=lambda each: DICE.throw(f"{each[1]}base", 1_000_000))
    bases = ["apple"] * APPLE + ["both"] * BOTH + ["windows"] * (len(named) - APPLE - BOTH)
    chosen = {word: base for (_, word), base in zip(turn, bases, strict=True)}
    needs = shares(NEED, weights, 150)
    for number, ((kind, word), need) in enumerate(zip(named, needs, strict=True), 1):
        yield School(number, word, kind, chosen[word], need)


def _id(kind: SchoolType, word: str) -> str:
    return f"{kind.prefix}-{ascii_of(word).lower()}"


def _some(names: Sequence[str], first: int, count: int) -> list[str]:
    return [names[(first + n) % len(names)] for n in range(count)]


def _school_file(school: School) -> str:
    lines = [
        "# yaml-language-server: $schema=../../../schemas/school.json",
        "# Invented, by inventories/generate_saarbruecken.py.",
        f"school: {school.id}",
        f"name: {school.type.title} {school.word}",
        f"type: {school.type.id}",
        *_base(school),
        f"need: {school.need}",
        f"priority: {school.priority}",
        "",
        "cohorts:",
        *_cohorts(school),
        "",
        f"wifi: {{schulnetz: {{vlan: {100 + 10 * school.draw('vlan', 20)}}}}}",
        "apps:",
        "  add:",
        *(f"    - {app}" for app in school.apps),
    ]
    return "\n".join(lines) + "\n"


def _base(school: School) -> Iterator[str]:
    """Yield what was chosen, and what the devices are: every school got iPads."""
    match school.chosen:
        case "apple":
            yield from ("groups: [basis-apple]", "base: apple")
        case "windows":
            yield from ("groups: [basis-windows]", "base: windows")
        case _:
            yield "base: mixed"


def _cohorts(school: School) -> Iterator[str]:
    if school.chosen == "apple":
        yield "  pupil: {ownership: loan}"
    else:
        why = "  # in the place of convertibles" if school.chosen == "windows" else ""
        yield f"  pupil: {{ownership: loan, platform: ipados}}{why}"
        platform = "" if school.chosen == "windows" else ", platform: windows"
        yield f"  pc-room: {{role: room{platform}}}"
    yield "  board: {platform: other}"


def _device_list(school: School, tablets: int) -> str:
    """Return the supplier's list: the iPads by lot, behind them what the school had before."""
    rows = ["serial;mac;asset;model;cohort;lot"]
    for row in range(1, tablets + 1):
        lot = FIRST_LOT if row <= MINIMUM_STOCK else SECOND_LOT
        rows.append(f"{_marks(school, row)};{TABLET};pupil;{lot}")
    rows += [f"{_marks(school, 7001 + n)};{PC};pc-room;" for n in range(school.pcs)]
    rows += [f"{_marks(school, 8001 + n)};{BOARD};board;" for n in range(school.boards)]
    return "\n".join(rows) + "\n"


def _marks(school: School, row: int) -> str:
    """Return serial number, MAC address and the label glued on at the IMZ; none of them exists."""
    mac = f"02:0a:00:{school.number:02x}:{row >> 8:02x}:{row & 255:02x}"
    return f"SXXX{school.number:03}0{row:04};{mac};RVS-{school.number:03}-{row:04}"


def _owned(school: School, tablets: int) -> Iterator[str]:
    """Yield the licences of a school: bought by tens, in few schools too few."""
    needed = {"goodnotes": tablets, "cad-werk": school.pcs}
    for app in BOUGHT:
        if app in school.apps:
            tens = -(-needed[app] // 10) * 10
            too_few = 10 if school.draw(f"{app}short", 4) == 0 else 0
            yield f"{app};{school.id};{tens - too_few}"


if __name__ == "__main__":
    raise SystemExit(Example(HOME, by_hand=BY_HAND).run(all_files(), sys.argv[1:]))
