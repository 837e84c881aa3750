"""The situations that golden files and laws look at; all names and values are invented."""

import datetime
from collections.abc import Mapping
from dataclasses import replace

from pedell.model import (
    Action,
    Address,
    Cause,
    Contribution,
    Effect,
    Lock,
    Outcome,
    Plan,
    Problem,
    Progress,
    Sealed,
    Setting,
    Severity,
    Source,
    Status,
    Traffic,
    Until,
)
from pedell.outputs import Arrow, Explanation, Picture, Report, Table, WaveReport
from tests.outputs.build import (
    LOCK,
    airdrop_off,
    change,
    first_rollout,
    moved,
    plan,
    school_ids,
    scope,
    serials,
)

SCHOOLS = school_ids(154)
PEM = """-----BEGIN CERTIFICATE-----
aW52ZW50ZWQgY2VydGlmaWNhdGUsIG5vIHJlYWwgb25l
-----END CERTIFICATE-----
"""
NEW_PEM = PEM.replace("aW52", "bW52")


def one_line() -> Plan:
    """One line of authority.yml; one school drifted, one deletion is held back, two rest."""
    drifted, held = SCHOOLS[151], SCHOOLS[152]
    changes = [
        *airdrop_off(SCHOOLS[:151]),
        change(
            f"{drifted}/pupil/restrictions/pupil",
            moved("airdrop", True, False),
            moved("camera", True, False, Cause.THEIRS),
            devices=serials(drifted, 148),
            origins={("airdrop",): LOCK.source},
        ),
        change(
            f"{held}/pupil/app/office",
            moved("title", "Office", None),
            action=Action.DELETE,
            devices=serials(held, 212),
            effect=Effect.DELETES_DATA,
            blocked=f"deletes pupils' documents. Type --confirm {held}, or keep the app.",
        ),
    ]
    return plan(changes, sizes=(1, 8))


def rollout() -> Plan:
    """The first day: everything for everybody."""
    return plan(first_rollout(SCHOOLS), sizes=(1, 8), told=scope(sandbox=True, commit=""))


def held_back() -> Plan:
    """Nothing may be done: each of ten schools would lose documents."""
    return plan(
        [
            change(
                f"{school}/pupil/app/office",
                moved("title", "Office", None),
                action=Action.DELETE,
                devices=serials(school, 3),
                effect=Effect.DELETES_DATA,
                blocked=f"deletes documents at {school}. Allow it with --confirm {school}.",
            )
            for school in SCHOOLS[:10]
        ],
        told=scope(10, 30),
    )


def silent() -> Plan:
    """Servers that do not answer, things left behind, tablets in their boxes."""
    answers = [(f"server/{s}", f"10.20.{n}.4:22 timed out 3 times") for n, s in enumerate(SCHOOLS)]
    return plan(
        airdrop_off(SCHOOLS[100:103]),
        told=scope(),
        unreachable=(("server/zz-nord", "the host key has changed"), *answers[:7]),
        orphans=tuple(
            Address(school, "pupil", kind, name)
            for school in SCHOOLS[:2]
            for kind, name in (("app", "anton"), ("app", "office"), ("wifi", "alt"))
        ),
        waiting=1_204,
    )


def details() -> Plan:
    """Secrets, certificates, files, lists, members, and both sides at once."""
    old = "# invented\nlisten = *\nport = 1812\nclients = 3\n"
    new = "# invented\nlisten = *\nport = 1812\nclients = 4\nsecret = ⟦secret:gs-radius⟧\n"
    school = SCHOOLS[0]
    mine = serials(school, 5)
    return plan(
        [
            change(
                f"{school}/pupil/wifi/schulnetz",
                moved("password", Sealed("gs-wlan", "3f9a" * 8), Sealed("gs-wlan", "81c2" * 8)),
                moved("ssid", "Schulnetz", "Schulnetz-Neu"),
                moved("server_names", ["a.example.org", "b.example.org"], ["b.example.org"]),
                moved("anchor", PEM, NEW_PEM),
                devices=mine,
                effect=Effect.INTERRUPTS_LESSONS,
            ),
            change(
                f"{school}/teacher/wifi/lehrer",
                moved("password", "klartext-erfunden", Sealed("gs-wlan", "81c2" * 8), Cause.THEIRS),
                devices=serials(school, 2, "teacher"),
            ),
            change(
                f"{school}/server/template//etc/freeradius/clients.conf",
                moved("content", old, new),
                effect=Effect.HARMLESS,
            ),
            change(
                f"{school}/pupil/restrictions/pupil",
                moved("max_app_rating", 600, 300, Cause.CONFLICT),
                devices=mine,
                ours={"max_app_rating": 1_000},
            ),
            change(f"{school}/pupil/presets/presets", devices=mine, drifted=sorted(mine)[:1]),
            change(
                f"{SCHOOLS[1]}/server/file//etc/motd",
                moved("content", None, "Willkommen\n", Cause.THEIRS),
                action=Action.CREATE,
                effect=Effect.HARMLESS,
            ),
        ],
        told=scope(2, 7),
    )


def problems() -> tuple[list[Problem], Mapping[str, str]]:
    """Two files with mistakes, one of them in a table."""
    school = "inventories/dortmund/schools/gs-nord.yml"
    rows = "inventories/dortmund/devices/gs-nord.csv"
    texts = {
        school: "school: gs-nord\napps:\n  add: [anton, geogbra]\nrestrictions:\n"
        "  pupil:\n    airdrop: true\n    über: 'größer'  # invented\n",
        rows: "serial,mac,asset,model\nINV0001,02:00:00:00:00:0g,A-1,iPad\n",
        "inventories/dortmund/authority.yml": "authority: dortmund\n",
    }
    found = [
        Problem(
            "E0107",
            "The authority locks restrictions.pupil.airdrop to false"
            " (inventories/dortmund/authority.yml:41:12).\n"
            "Reason: youth protection. Ask: datenschutz@example.org",
            Source(school, 6, 14),
        ),
        Problem(
            "E0231",
            '"geogbra" is not in the catalogue. Did you mean "geogebra"?',
            Source(school, 3, 16),
        ),
        Problem("E0110", '"über" is no key here.', Source(school, 7, 5)),
        Problem("E0242", '"02:00:00:00:00:0g" is no MAC address.', Source(rows, 2, 9)),
        Problem("W0301", "Devices would trust any server.", Source(school, 1, 1), Severity.WARNING),
        Problem("E0270", 'No school matches "zz-*". Did you mean "gs-*"?'),
    ]
    return found, texts


def explanations() -> list[Explanation]:
    """A number that a school chose."""
    return [
        Explanation(
            school="gs-nord",
            cohort="",
            pointer=("wifi", "schulnetz", "vlan"),
            setting=Setting(
                120,
                Source("schools/gs-nord.yml", 17, 11),
                (
                    Contribution("authority", "", 100, Source("authority.yml", 33, 11)),
                    Contribution(
                        "group", "innenstadt", 110, Source("groups/innenstadt.yml", 9, 11)
                    ),
                    Contribution("school", "gs-nord", 120, Source("schools/gs-nord.yml", 17, 11)),
                ),
            ),
            reaches=("148 pupil tablets", "18 teacher tablets", "server gs-nord"),
        )
    ]


def locked_explanations() -> list[Explanation]:
    """One value that a lock fixes, one that a lock bounds, one that several layers join."""
    lock = Lock(LOCK.at, False, LOCK.reason, LOCK.owner, Source("authority.yml", 41, 12))
    said = Source("catalogue.yml", 12, 14)
    apps = Source("authority.yml", 20, 10)
    rating = ("restrictions", "pupil", "max_app_rating")
    until = datetime.date(2027, 7, 31)
    choice = replace(lock, at=rating, value=None, bounds=(0, 300), until=until)
    text = "https://lernplattform.example.org/ein/langer/weg/der/in/keine/spalte/passt"
    return [
        Explanation(
            "gs-nord",
            "pupil",
            LOCK.at,
            Setting(
                False, lock.source, (Contribution("catalogue", "jugendschutz", False, said),), lock
            ),
        ),
        Explanation(
            "gs-nord",
            "pupil",
            rating,
            Setting(200, apps, (Contribution("authority", "", 200, apps),), choice),
            rule="restrict",
        ),
        Explanation(
            "gs-nord",
            "pupil",
            ("apps", "anton", "url"),
            Setting(text, apps, (Contribution("authority", "", text, apps),)),
            rule="union",
        ),
    ]


def report() -> Report:
    """A run that did most, lost a server, and stopped before its last wave."""
    schools = SCHOOLS[:12]
    planned = plan(
        [
            each
            for school in schools
            for each in (
                *airdrop_off([school]),
                change(
                    f"{school}/server/service/freeradius",
                    moved("running", False, True),
                    effect=Effect.INTERRUPTS_LESSONS,
                ),
                change(f"{school}/server/file//etc/motd", moved("content", "a\n", "b\n")),
            )
        ],
        sizes=(1, 8),
        told=scope(12, 1_920),
    )
    first, second, _ = planned.waves
    lost = [school for school in second.schools if school.startswith("gy")]
    outcomes = []
    for step in second.steps:
        at = step.change.address
        if at.school in lost and at.place == "server":
            detail = "10.20.7.4:22 timed out 3 times"
            outcomes.append(Outcome(step.number, Status.UNREACHABLE, detail))
        elif at.kind == "service" and at.school == second.schools[0]:
            outcomes.append(Outcome(step.number, Status.FAILED, "freeradius -XC: exit status 1"))
        elif at.kind == "file" and at.school == second.schools[0]:
            detail = f"waits for step {step.number - 1}, which did not succeed"
            outcomes.append(Outcome(step.number, Status.SKIPPED, detail))
        else:
            outcomes.append(Outcome(step.number, Status.DONE))
    return Report(
        run="2026-11-20-1",
        scope=planned.scope,
        planned=planned.waves,
        waves=(
            WaveReport(
                first,
                tuple(Outcome(step.number, Status.DONE) for step in first.steps),
                Progress(160, verified=158, asleep=2),
                "gate 90 %: passed",
            ),
            WaveReport(
                second,
                tuple(outcomes),
                Progress(1_280, verified=1_031, asleep=200, failed=1, queued=48),
                "gate 90 %: 95 %",
            ),
        ),
        traffic=Traffic(1_234, 8, 308, 154),
        seconds=754.2,
        stopped="3 schools failed or were unreachable, the limit is 5 % of 12 = 1",
        unfinished=(Address(schools[3], "server", "service", "freeradius"),),
    )


def table() -> Table:
    """A list with every sort of cell."""
    return Table(
        "schools",
        ("school", "type", "groups", "tablets", "priority", "loan"),
        (
            ("gs-nord", "grundschule", ["innenstadt", "welle-1"], 1_148, 212, True),
            ("gy-süd", "gymnasium", [], 96, None, False),
        ),
        note="2 schools, 1,244 tablets.",
    )


def picture() -> Picture:
    """The same two arrows in five schools, one of which waits for the devices."""
    arrows = []
    for school in SCHOOLS[:5]:
        wifi = Address(school, "pupil", "wifi", "schulnetz")
        trusted = Address(school, "pupil", "certificate", "schul-ca")
        rights = Address(school, "pupil", "restrictions", "pupil")
        arrows.append(Arrow(wifi, trusted, "the network trusts this certificate"))
        arrows.append(Arrow(rights, wifi, 'they need a "managed" network', Until.VERIFIED))
    nodes = dict.fromkeys(end for arrow in arrows for end in (arrow.needed, arrow.waiting))
    return Picture(tuple(nodes), tuple(arrows))
