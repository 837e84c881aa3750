"""Writes the invented schools and device lists of Dortmund, the same ones every time.

Real are two figures: 154 schools and 25,000 iPads for pupils (City of Dortmund, Systemhaus, 2021).
``authority.yml``, ``catalogue.yml``, ``groups`` and ``certificates`` are written by hand.

    python inventories/generate_dortmund.py            write what differs
    python inventories/generate_dortmund.py --check    write nothing, exit 1 where something differs
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generating import Dice, Example, ascii_of, shares

HOME = Path(__file__).parent / "dortmund"
DICE = Dice("dortmund")
PUPIL_TABLETS = 25_000
TEACHER_TABLETS = 2_800
MINIMUM_STOCK = 30  # every school gets one class set, the rest goes by need

DISTRICTS = {  # share of pupils in need, percent: invented, as the districts are
    "altstadt": 34, "hafenviertel": 58, "nordwall": 52, "ostpark": 22, "zechenfeld": 47,
    "muehlental": 19, "seeblick": 14, "suedhoehe": 11, "lindenhof": 26, "kanalaue": 41,
    "bergfeld": 17, "wiesengrund": 24,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SchoolType:
    """What schools of one type have in common; ``pupils`` is the smallest and the largest."""

    id: str
    prefix: str
    title: str
    pupils: tuple[int, int]
    need: int
    wishes: tuple[str, ...]
    most_wishes: int
    words: str


TYPES = (
    SchoolType(
        "grundschule", "gs", "Grundschule", (140, 400), 4,
        ("pages", "garageband", "imovie", "clips", "playgrounds"), 2,
        """Apfelbaum Ahornblatt Amselweg Bachstelze Biberburg Birkenhain Blaumeise Brombeerhecke
        Buchfink Buntspecht Butterblume Dachsbau Distelfink Dompfaff Drachenwiese Eichelhäher
        Eichkätzchen Elsternest Erdbeerfeld Erlenbruch Feldhase Feldlerche Feuersalamander
        Fliederbusch Fuchsbau Gänseblümchen Ginsterheide Glockenblume Glühwürmchen Goldammer
        Goldregen Grashüpfer Grünspecht Hagebutte Haselmaus Haselnuss Heckenrose Heidelbeere
        Himbeerstrauch Holunder Hummelwiese Igelnest Immergrün Johannisbeere Kamille Katzenpfote
        Kiebitz Kirschblüte Kleeblatt Kornblume Krokuswiese Laubfrosch Libelle Löwenzahn Maikäfer
        Mauersegler Mohnblume Moosglöckchen Nachtigall Nussknacker Ostwind Pfefferminze
        Pflaumenbaum Pusteblume Quittengarten Regenbogen Regenpfeifer Ringelblume Rotkehlchen
        Sauerampfer Schafgarbe Schlehdorn Schlüsselblume Schneeglöckchen Seerose Siebenpunkt
        Sommerlinde Spatzennest Sumpfdotter Tausendfüßler Vogelbeere Wacholder Waldmeister
        Weidenkätzchen Wiesenkraut Wolkenschiff Zaunkönig Zitronenfalter""",
    ),
    SchoolType(
        "foerderschule", "fs", "Förderschule", (80, 220), 12,
        ("clips", "stop-motion", "pages"), 1,
        """Anker Baumhaus Brücke Kompass Leuchtturm Lichtblick Mosaik Rückenwind Segelboot
        Sonnenuhr Sprungbrett Steuerrad Wegweiser Windrose Wurzelwerk""",
    ),
    SchoolType(
        "hauptschule", "hs", "Hauptschule", (220, 420), 18,
        ("garageband", "clips"), 1,
        "Hammerwerk Lokschuppen Sägemühle Schmiede Werkhof Ziegelei",
    ),
    SchoolType(
        "realschule", "rs", "Realschule", (350, 720), 2,
        ("pages", "imovie", "moodle", "playgrounds"), 2,
        """Drehscheibe Fernrohr Glashütte Kupferdach Mikroskop Papiermühle Pendel Schleusentor
        Signalturm Stellwerk Uhrturm Wasserrad Windmühle Zirkel""",
    ),
    SchoolType(
        "gesamtschule", "ge", "Gesamtschule", (800, 1350), 4,
        ("moodle", "garageband", "numbers"), 1,
        """Gasometer Hafenkran Kraftwerk Maschinenhalle Planetarium Seilscheibe Viadukt Wasserturm
        Zechenbahn""",
    ),
    SchoolType(
        "gymnasium", "gy", "Gymnasium", (600, 1150), -8,
        ("moodle", "playgrounds", "reality-composer", "pages"), 2,
        """Agora Akropolis Andromeda Arboretum Bibliothek Herbarium Kassiopeia Kolonnaden
        Milchstraße Observatorium Orangerie Polarstern Sextant Sternwarte""",
    ),
    SchoolType(
        "berufskolleg", "bk", "Berufskolleg", (900, 2600), -6,
        ("onenote", "moodle"), 1,
        "Backstube Drehbank Hobelbank Kontor Messschieber Reißbrett Schaltzentrale Werkbank",
    ),
)  # fmt: skip

SCREEN_CAPTURE = {  # the schools that decided it themselves, whatever the authority says
    "gs-kleeblatt": ("false", "pictures of classmates went round, decided by the parents' council"),
    "rs-mikroskop": ("false", "decided by the school conference"),
    "ge-viadukt": ("false", "decided by the school conference"),
    "gy-akropolis": ("false", "decided by the school conference"),
    "bk-kontor": ("false", "written exams on tablets all year round"),
    "fs-lichtblick": ("true", "pupils keep their picture schedule as screenshots"),
    "gy-sternwarte": ("true", "pupils hand in screen recordings as video essays"),
}
WITHOUT_RADIUS = ("rs-glashuette", "rs-pendel", "ge-hafenkran")
THERAPY_NETWORK = ("fs-baumhaus", "fs-leuchtturm", "fs-segelboot")
TIGHTENED = (
    ("camera: false", "decided by the school conference"),
    ("spell_check: false", "they write dictations on the tablets"),
    ("bluetooth_changes: false", "headphones are paired by the media officer"),
    ("wallpaper_changes: false", ""),
    ("notification_changes: false", ""),
    ("safari_autofill: false", "the tablets go from hand to hand"),
)
CLIPS = (
    ("buecherei", "Schulbücherei", "buecherei"),
    ("vertretungsplan", "Vertretungsplan", "vertretung"),
    ("schulradio", "Schulradio", "radio"),
)


@dataclass(frozen=True, slots=True)
class School:
    """One invented school; ``priority`` is its number of pupils in need."""

    number: int
    word: str
    type: SchoolType
    district: str
    pupils: int
    priority: int

    @property
    def id(self) -> str:
        """The short name: ``gs-apfelbaum``."""
        return f"{self.type.prefix}-{ascii_of(self.word).lower()}"

    @property
    def name(self) -> str:
        """The full name, said in one of two ways."""
        two = f"{self.word}-{self.type.title}", f"{self.type.title} {self.word}"
        return two[1] if self.type.prefix == "bk" else two[self.draw("name", 2)]

    def draw(self, what: str, sides: int) -> int:
        """Throw a die for this school and question: the same face every time."""
        return DICE.throw(self.id + what, sides)

    def happens(self, what: str, percent: int) -> bool:
        """Throw for something that happens to ``percent`` of the schools."""
        return self.draw(what, 100) < percent


def all_files() -> Mapping[str, str]:
    """Return the content of every file that this generator owns, by path inside the inventory."""
    schools = tuple(_schools())
    pupils = shares(PUPIL_TABLETS, [s.priority for s in schools], MINIMUM_STOCK)
    teachers = shares(TEACHER_TABLETS, [s.pupils for s in schools], 4)
    files = {}
    for school, loan, own in zip(schools, pupils, teachers, strict=True):
        files[f"schools/{school.id}.yml"] = _school_file(school)
        files[f"devices/{school.id}.csv"] = _device_list(school, loan, own)
    return files


def _schools() -> Iterator[School]:
    number = 0
    for kind in TYPES:
        for word in kind.words.split():
            number += 1
            seed = f"{kind.prefix}{word}"
            district = tuple(DISTRICTS)[DICE.throw(f"{seed}district", len(DISTRICTS))]
            smallest, largest = kind.pupils
            pupils = smallest + DICE.throw(f"{seed}pupils", largest - smallest)
            need = max(3, DISTRICTS[district] + kind.need + DICE.throw(f"{seed}need", 13) - 6)
            yield School(number, word, kind, district, pupils, pupils * need // 100)


def _school_file(school: School) -> str:
    groups = ", ".join(_groups(school))
    network = f'network: "10.{school.number}"'
    if school.happens("extension", 12):
        fewest = 6 if school.type.prefix in ("gs", "fs", "hs") else 24
        network += f", access_points: {fewest + school.draw('points', 6)}"
    lines = [
        "# yaml-language-server: $schema=../../../schemas/school.json",
        "# Invented, by inventories/generate_dortmund.py.",
        f"school: {school.id}",
        f"name: {school.name}",
        f"type: {school.type.id}",
        f"groups: [{groups}]",
        f"priority: {school.priority}",
        f"server: 192.0.2.{school.number + 10}",
        f"variables: {{{network}}}",
        *_cohorts(school),
        *_wifi(school),
        *_apps(school),
        *_restrictions(school),
        *_presets(school),
    ]
    return "\n".join(lines) + "\n"


def _groups(school: School) -> Iterator[str]:
    yield school.district
    if school.type.prefix in ("gs", "fs", "hs") and school.happens("wpa3", 40):
        yield "wpa3"
    if _has_teachers_network(school):
        yield "lehrernetz"
    if school.happens("pilot", 8):
        yield "kreidezeit-pilot"
    if school.type.prefix in ("gs", "hs", "ge") and school.priority * 100 > school.pupils * 50:
        yield "sprachfoerderung"


def _has_teachers_network(school: School) -> bool:
    percent = {"gs": 8, "fs": 0, "hs": 30, "rs": 40}.get(school.type.prefix, 80)
    return school.id not in WITHOUT_RADIUS and school.happens("teachers", percent)


def _cohorts(school: School) -> Iterator[str]:
    yield from ("", "cohorts:", "  pupil: {ownership: loan}")
    if _has_teachers_network(school):
        yield from ("  teacher:", "    ownership: school", "    wifi:")
        yield f"      lehrernetz: {{vlan: {20 + 5 * school.draw('teachers-vlan', 12)}}}"
    elif school.id in THERAPY_NETWORK:
        yield from ("  teacher:", "    ownership: school", "    wifi:")
        yield "      therapie:                        # talkers and eye trackers of the therapists"
        yield f"        ssid: {ascii_of(school.word)}-Therapie"
        yield "        security: wpa3-personal"
        yield f"        password: !secret {school.id}-therapie"
        yield "        vlan: 77"
    else:
        yield "  teacher: {ownership: school}"


def _wifi(school: School) -> Iterator[str]:
    entry = [*_ssid(school), f"vlan: {100 + 10 * school.draw('vlan', 15)}"]
    if school.happens("real-mac", 5):
        entry.append("private_mac: false")
    elif school.happens("hidden", 3):
        entry.append("hidden: true")
    network = "schulnetz" if school.type.prefix in ("gs", "fs", "hs") else "schulnetz-radius"
    yield from ("", "wifi:")
    if school.id in WITHOUT_RADIUS:
        network = "schulnetz"
        yield "  # The access points are old: one key until they are replaced."
        yield "  schulnetz-radius: {present: false}"
    yield f"  {network}: {{{', '.join(entry)}}}"
    if school.id in WITHOUT_RADIUS:
        yield from ("certificates:", "  remove: [schul-ca]")


def _ssid(school: School) -> Iterator[str]:
    """Name the network in one of three ways, or leave it to the catalogue."""
    match school.draw("ssid", 5):
        case 0 | 1:
            yield f"ssid: {ascii_of(school.word)}"
        case 2:
            yield f"ssid: {school.type.prefix.upper()}-{ascii_of(school.word)}"
        case 3:
            yield f"ssid: {school.word} Schule"


def _apps(school: School) -> Iterator[str]:
    wishes = school.type.wishes
    count = max(0, school.draw("count", 2 + 2 * school.type.most_wishes) - 1)
    count = min(count, school.type.most_wishes)
    first = school.draw("wish", len(wishes))
    add = [wishes[(first + n) % len(wishes)] for n in range(count)]
    remove = []
    if school.type.prefix == "gy" and school.happens("notability", 30):
        add, remove = ["notability", *add], ["goodnotes"]
    elif school.type.prefix == "gs" and add and school.happens("no-film", 25):
        remove = ["stop-motion"]
    if add and not remove:
        yield from ("", f"apps: [{', '.join(add)}]")
    elif add:
        yield from ("", "apps:", f"  add: [{', '.join(add)}]", f"  remove: [{', '.join(remove)}]")


def _restrictions(school: School) -> Iterator[str]:
    chosen = []
    if school.id in SCREEN_CAPTURE:
        value, reason = SCREEN_CAPTURE[school.id]
        chosen.append((f"screen_capture: {value}", reason))
    if school.happens("tighten", 22):
        chosen.append(TIGHTENED[school.draw("tightened", len(TIGHTENED))])
    if chosen:
        yield from ("", "restrictions:", "  pupil:", "    use: jugendschutz")
    for line, reason in chosen:
        yield f"    {line:<30} # {reason}" if reason else f"    {line}"


def _presets(school: School) -> Iterator[str]:
    own_text, own_clip = school.happens("text", 18), school.happens("clip", 25)
    if own_text or own_clip:
        yield from ("", "presets:")
    if own_text:
        yield f'  lock_screen: "Gefunden? Bitte im Sekretariat abgeben: {school.name} (erfunden)"'
    if own_clip:
        name, title, host = CLIPS[school.draw("which", len(CLIPS))]
        url = f"https://{host}.{school.id}.example.org"
        yield from ("  web_clips:", f'    {name}: {{title: {title}, url: "{url}"}}')


def _device_list(school: School, pupils: int, teachers: int) -> str:
    rows = ["serial;mac;asset;model;cohort"]
    for row in range(1, pupils + teachers + 1):
        model = "iPad (8. Generation)" if row <= MINIMUM_STOCK else "iPad (9. Generation)"
        cohort = "pupil"
        if row > pupils:
            model, cohort = "iPad Air (4. Generation)", "teacher"
        mac = f"02:d0:00:{school.number:02x}:{row >> 8:02x}:{row & 255:02x}"
        asset = f"DO-{school.number:03}-{row:04}"
        rows.append(f"DXXX{school.number:03}0{row:04};{mac};{asset};{model};{cohort}")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    raise SystemExit(Example(HOME).run(all_files(), sys.argv[1:]))
