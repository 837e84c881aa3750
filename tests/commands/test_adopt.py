"""``pedell adopt`` through the real command line, on an MDM that somebody ran by hand before."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pedell.sandbox import control
from tests.adoption.strangers import DER, payload, profile, wifi, written
from tests.commands.running_mdm import (
    ANTON,
    APP,
    CLIPS,
    FILES,
    MATH,
    NORD,
    SUED,
    TEACHER,
    running,
)
from tests.commands.typed import SOURCE, pedell_says

GUEST = {"SSID_STR": "Gast", "EncryptionType": "None", "HIDDEN_NETWORK": False, "AutoJoin": True}
CLIP = "com.apple.webClip.managed"
PROFILES = {
    "gast": ([payload("com.apple.wifi.managed", "Gast", **GUEST)], [*NORD, *SUED]),
    "rechte": ([payload("com.apple.applicationaccess", "Rechte", allowCamera=False)], NORD),
    "gemischt": (
        [
            payload(CLIP, "Clip", Label="Übung", URL="https://example.org"),
            payload("com.apple.security.root", "CA (erfunden)", PayloadContent=DER),
        ],
        NORD,
    ),
    "geheim": ([wifi(password="streng geheim (erfunden)")], NORD),
    "halb": ([payload(CLIP, "Halb", Label="Halb", URL="https://halb.example.org")], NORD[:1]),
    "ohne-datei": ([payload(CLIP, "Ohne", Label="Ohne", URL="https://ohne.example.org")], NORD),
}
MATHE = "com.apple.configuration.math.settings"
MINE = ("org.muster.anton", "org.muster.clips", "org.muster.mathe")
STRANGE = "org.muster.passcode"


def filled(mdm):
    """Give the pupils of gs-nord a set of their own, and the others one that they share."""
    mdm.declare(MINE[0], APP, ANTON)
    mdm.declare(MINE[1], APP, CLIPS)
    mdm.declare(MINE[2], MATHE, MATH)
    mdm.declare(STRANGE, "com.apple.configuration.passcode.settings", {"RequirePasscode": True})
    mdm.fill("nord-kinder", *MINE, STRANGE)
    mdm.switch_on("nord-kinder", *MINE, STRANGE)
    mdm.declare("org.muster.alle", APP, {**ANTON, "AppStoreID": "442378070"})
    mdm.fill("alle", "org.muster.alle")
    mdm.switch_on("alle", "org.muster.alle")
    mdm.give("nord-kinder", *NORD)
    mdm.give("alle", *TEACHER, *SUED)
    mdm.rest(lambda: MINE[2] in str(mdm.tablet(NORD[1])["declarations"]))


@pytest.fixture(name="root")
def _root(tmp_path):
    return tmp_path / "muster"


@pytest.fixture(name="mdm")
def _mdm(root):
    with running(root) as mdm:
        filled(mdm)
        yield mdm


@pytest.fixture(name="hand")
def _hand(root, tmp_path):
    """Profiles installed by hand in both schools, with their files; two of them are of no use."""
    files = tmp_path / "installed"
    files.mkdir()
    with running(root) as mdm:
        for name, (parts, serials) in PROFILES.items():
            content = written(profile(name, *parts, PayloadIdentifier=f"org.muster.{name}"))
            (files / f"{name}.mobileconfig").write_bytes(content)
            mdm.install(content, *serials)
        (files / "ohne-datei.mobileconfig").unlink()
        yield mdm


def says(root, *words, **keys):
    return pedell_says(*words, "-i", root, cwd=root, **keys)


def rows(answer):
    found = json.loads(answer.out)["rows"]
    return {row["name"]: (row["became"], row["where"], row["note"]) for row in found}


def files(root):
    found = (path for path in root.rglob("*") if path.is_file() and ".pedell" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_text() for path in found}


def planned(root, *words):
    """Return the addresses that a plan would change."""
    plan = json.loads(says(root, "plan", "--output", "json", *words).out)
    return [change["address"] for change in plan["changes"]]


def test_it_shows_what_it_would_do_and_writes_nothing(root, mdm):
    before, held = files(root), mdm.declarations()
    answer = says(root, "adopt", "tablets", "--output", "json")
    assert (answer.code, answer.err) == (0, "")
    found = rows(answer)
    assert {name: found[name][:2] for name in MINE} == {
        "org.muster.anton": ("app anton", "gs-nord/pupil"),
        "org.muster.clips": ("app clips", "gs-nord/pupil"),
        "org.muster.mathe": ("configuration math", "gs-nord/pupil"),
    }
    assert found["nord-kinder"][:2] == ("the cohort's set", "gs-nord/pupil")
    assert found[STRANGE][0] == found["alle"][0] == "left alone"
    assert "passcode.settings" in found[STRANGE][2]
    assert "gs-nord/teacher, gs-sued/pupil share it" in found["alle"][2]
    assert (files(root), mdm.declarations()) == (before, held)
    assert says(root, "list", "runs").out.count("adopt") == 0


def test_it_ends_in_an_empty_plan_and_changes_nothing_on_the_mdm(root, mdm):
    held, tablet = mdm.declarations(), mdm.tablet(NORD[0])
    answer = says(root, "adopt", "tablets", "--write")
    assert answer.code == 0, answer.err
    assert all(at.startswith(("gs-nord/teacher/", "gs-sued/")) for at in planned(root))
    assert says(root, "drift", "--patience", "5").code == 0
    assert (mdm.declarations(), mdm.tablet(NORD[0])) == (held, tablet)
    assert mdm.sets_of(NORD[0]) == ["nord-kinder"]


def test_comments_stay_and_git_shows_only_what_came(root, mdm):
    before = files(root)
    says(root, "adopt", "tablets", "--write")
    after = files(root)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"adopted/tablets.csv", "catalogue.yml", "schools/gs-nord.yml"}
    for name in changed - {"adopted/tablets.csv"}:
        gone = set(before[name].splitlines()) - set(after[name].splitlines())
        assert len(gone) <= 1, name
    assert "# since last summer" in after["schools/gs-nord.yml"]
    assert after["catalogue.yml"].startswith("# What schools may choose from.\n")


def test_a_change_of_the_files_reaches_the_same_declaration(root, mdm):
    says(root, "adopt", "tablets", "--write")
    held = mdm.declarations()
    catalogue = root / "catalogue.yml"
    text = catalogue.read_text()
    catalogue.write_text(
        text.replace("app_store: 1180554775", "app_store: 1180554775, optional: true")
    )
    assert planned(root, "--limit", "gs-nord", "--tags", "apps") == ["gs-nord/pupil/app/anton"]
    assert says(root, "apply", "--yes", "--tags", "apps").code == 0
    behaviour = mdm.declaration("org.muster.anton")["Payload"]["InstallBehavior"]
    assert behaviour["Install"] == "Optional"
    assert mdm.declarations() == held
    assert planned(root, "--tags", "apps") == []


def test_what_the_files_let_go_of_goes_and_the_rest_of_the_set_stays(root, mdm):
    says(root, "adopt", "tablets", "--write")
    school = root / "schools/gs-nord.yml"
    school.write_text(school.read_text().replace("[anton, clips]", "[clips]"))
    done = says(root, "apply", "--yes", "--prune", "--limit", "gs-nord", "--confirm", "gs-nord")
    assert done.code == 0, done.out + done.err
    assert "org.muster.anton" not in mdm.declarations()
    switched = mdm.declaration("nord-kinder.an")["Payload"]["StandardConfigurations"]
    assert switched == ["org.muster.clips", "org.muster.mathe", STRANGE]
    mdm.rest(lambda: "org.muster.anton" not in str(mdm.tablet(NORD[0])["declarations"]))
    assert "com.apple.clips" in str(mdm.tablet(NORD[0]))


def test_a_new_app_of_the_cohort_joins_its_old_set(root, mdm):
    says(root, "adopt", "tablets", "--write")
    school = root / "schools/gs-nord.yml"
    school.write_text(school.read_text().replace("[anton, clips]", "[anton, clips, book-creator]"))
    assert says(root, "apply", "--yes", "--limit", "gs-nord").code == 0
    own = "de.pedell.musterstadt.gs-nord.pupil"
    assert mdm.declaration(f"{own}.activation")["Payload"]["StandardConfigurations"] == [
        f"{own}.app.book-creator"
    ]
    assert mdm.sets_of(NORD[0]) == ["nord-kinder"]
    mdm.rest(lambda: f"{own}.app.book-creator" in str(mdm.tablet(NORD[0])["declarations"]))


def test_the_second_time_nothing_is_left(root, mdm):
    says(root, "adopt", "tablets", "--write")
    before = files(root)
    answer = says(root, "adopt", "tablets", "--write")
    assert answer.code == 0
    assert "Nothing is left to adopt; 2 things left alone." in answer.out
    assert files(root) == before


def test_what_comes_into_the_set_later_can_be_adopted_later(root, mdm):
    says(root, "adopt", "tablets", "--write")
    mdm.declare("org.muster.spaet", APP, {**ANTON, "AppStoreID": "1117998129"})
    mdm.fill("nord-kinder", "org.muster.spaet")
    mdm.switch_on("nord-kinder", "org.muster.spaet", name="zweite")
    assert says(root, "adopt", "tablets", "--write").code == 0
    assert planned(root, "--limit", "gs-nord", "--tags", "apps") == []
    school = root / "schools/gs-nord.yml"
    school.write_text(school.read_text().replace("spaet, ", ""))
    done = says(root, "apply", "--yes", "--prune", "--limit", "gs-nord", "--confirm", "gs-nord")
    assert done.code == 0, done.out + done.err
    assert not {"org.muster.spaet", "zweite"} & set(mdm.declarations())


def test_an_app_that_the_files_want_otherwise_stops_it(root, mdm):
    text = FILES["catalogue.yml"] + (
        "  anton: {title: ANTON, app_store: 1180554775, optional: true, approved: 2021-01-15}\n"
    ).replace("2021-01-15", '"2021-01-15"')
    (root / "catalogue.yml").write_text(text)
    school = root / "schools/gs-nord.yml"
    school.write_text(school.read_text() + "apps: [anton]\n")
    before = files(root)
    answer = says(root, "adopt", "tablets", "--write")
    assert answer.code == 5
    assert 'The files want the app "anton" otherwise than org.muster.anton' in " ".join(
        answer.err.split()
    )
    assert files(root) == before


def test_an_app_that_the_files_bring_by_command_stops_it_too(root, mdm):
    text = FILES["catalogue.yml"] + (
        "  anton: {title: ANTON, app_store: 1180554775, bundle: org.example.anton,"
        ' install: command, approved: "2021-01-15"}\n'
    )
    (root / "catalogue.yml").write_text(text)
    school = root / "schools/gs-nord.yml"
    school.write_text(school.read_text() + "apps: [anton]\n")
    answer = says(root, "adopt", "tablets", "--write")
    assert answer.code == 5
    assert 'want the app "anton" otherwise' in " ".join(answer.err.split())
    school.write_text(school.read_text().replace("apps: [anton]\n", ""))
    found = rows(says(root, "adopt", "tablets", "--output", "json"))
    assert found["org.muster.anton"][0] == "app anton-2"


def test_an_app_that_the_files_have_already_keeps_its_entry(root, mdm):
    text = FILES["catalogue.yml"] + (
        '  schule-anton: {title: ANTON, app_store: 1180554775, approved: "2021-01-15"}\n'
    )
    (root / "catalogue.yml").write_text(text)
    found = rows(says(root, "adopt", "tablets", "--write", "--output", "json"))
    assert found["org.muster.anton"][0] == "app schule-anton"
    assert "title: anton" not in (root / "catalogue.yml").read_text()


@pytest.mark.parametrize(
    ("spoil", "name", "reason"),
    [
        (lambda mdm: mdm.give("nord-kinder", *TEACHER), "nord-kinder", "share it"),
        (
            lambda mdm: mdm.fill("alle", "org.muster.clips"),
            "org.muster.clips",
            "stands in the sets",
        ),
        (
            lambda mdm: mdm.switch_on("nord-kinder", *MINE, Predicate="@status(x) == 1"),
            "org.muster.anton",
            "under a condition",
        ),
        (lambda mdm: mdm.switch_on("nord-kinder", MINE[0]), "org.muster.clips", "no activation"),
        (
            lambda mdm: mdm.fill("alle", "nord-kinder.an"),
            "org.muster.anton",
            "not of this set alone",
        ),
        (
            lambda mdm: mdm.declare(MINE[0], APP, {**ANTON, "AppComposedIdentifier": {"x": 1}}),
            "org.muster.anton",
            "no words for AppComposedIdentifier",
        ),
    ],
    ids=["set", "declaration", "condition", "off", "activation", "words"],
)
def test_what_is_not_one_cohorts_alone_or_has_no_words_is_left(root, mdm, spoil, name, reason):
    spoil(mdm)
    found = rows(says(root, "adopt", "tablets", "--output", "json"))
    assert found[name][0] == "left alone"
    assert reason in found[name][2]


def test_of_two_declarations_of_one_app_one_is_adopted(root, mdm):
    mdm.declare("org.muster.zweimal", APP, ANTON)
    mdm.fill("nord-kinder", "org.muster.zweimal")
    mdm.switch_on("nord-kinder", "org.muster.zweimal", name="zweite")
    school = root / "schools/gs-nord.yml"
    for text in ("", "apps: [schule-anton]\n"):
        school.write_text(school.read_text() + text)
        if text:
            entry = '  schule-anton: {title: A, app_store: 1180554775, approved: "2021-01-15"}\n'
            (root / "catalogue.yml").write_text(FILES["catalogue.yml"] + entry)
        found = rows(says(root, "adopt", "tablets", "--output", "json"))
        assert found["org.muster.anton"][0].startswith("app ")
        assert found["org.muster.zweimal"][0] == "left alone"
        assert "another one of this cohort says the same" in found["org.muster.zweimal"][2]


def test_a_device_that_is_missing_in_the_set_is_named(root, mdm):
    mdm.ask("DELETE", f"/ddm/enrollment-sets/{mdm.tablet(NORD[1])['enrolment']}?set=nord-kinder")
    found = rows(says(root, "adopt", "tablets", "--output", "json"))
    assert found["nord-kinder"][0] == "left alone"
    assert f"{NORD[1]} of that cohort" in found["nord-kinder"][2]


def test_names_that_play_tricks_are_escaped_and_left(root, mdm):
    trick = "org.muster.\u001b[2J../../etc"
    mdm.declare(trick, APP, {**CLIPS, "BundleID": "com.example.trick"})
    mdm.fill("nord-kinder", trick)
    answer = says(root, "adopt", "tablets")
    assert "\u001b" not in answer.out
    assert "\\x1b[2J" in answer.out
    found = rows(says(root, "adopt", "tablets", "--write", "--output", "json"))
    assert "signs that nobody can see" in found["org.muster.\\x1b[2J../../etc"][2]
    assert sorted(path.name for path in root.iterdir() if path.name != ".pedell") == [
        "adopted", "authority.yml", "catalogue.yml", "devices", "schools",
    ]  # fmt: skip


def test_an_mdm_that_is_gone_ends_like_a_plan(root, mdm):
    pedell_says("sandbox", "stop", "-i", root, cwd=root)
    gone = says(root, "adopt", "tablets", "--write")
    assert gone.code == says(root, "plan").code == 4
    assert "adopted" not in [path.name for path in root.iterdir()]


def test_a_target_that_is_none_is_named(root, mdm):
    answer = says(root, "adopt", "tablet")
    assert answer.code == 64
    assert 'Did you mean "tablets"?' in answer.err


def test_ctrl_c_writes_nothing(root, mdm, tmp_path):
    content = written(profile("gast", payload(CLIP, "x", Label="x", URL="https://example.org")))
    (tmp_path / "x.mobileconfig").write_bytes(content)
    before = files(root)
    control.ask(mdm.endpoints, "POST", f"/sandbox/tablets/{NORD[0]}/sleep")
    words = [sys.executable, "-m", "pedell", "adopt", "tablets", "--write", "--profiles"]
    process = subprocess.Popen(
        [*words, str(tmp_path / "x.mobileconfig"), "-i", str(root)],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    time.sleep(2.5)
    assert process.poll() is None, "it waits for the tablet that sleeps"
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    assert files(root) == before


def test_files_that_cannot_be_written_leave_no_trace(root, mdm):
    before = files(root)
    (root / "adopted").write_text("a file where a folder belongs")
    answer = says(root, "adopt", "tablets", "--write")
    assert answer.code == 1
    assert "Nothing has been written" in answer.err
    (root / "adopted").unlink()
    assert files(root) == before
    assert "adopt" not in says(root, "list", "runs").out


def take_profiles(root, *words):
    return says(root, "adopt", "tablets", "--profiles", "../installed", "--patience", "15", *words)


def test_profiles_become_one_thing_each_typed_where_one_kind_says_all(root, hand):
    answer = take_profiles(root, "--output", "json")
    assert answer.code == 0, answer.err
    found = [(r["name"], r["became"], r["where"]) for r in json.loads(answer.out)["rows"]]
    assert sorted(found) == [
        ("org.muster.gast", "wifi gast", "gs-nord/pupil"),
        ("org.muster.gast", "wifi gast", "gs-sued/pupil"),
        ("org.muster.geheim", "left alone", "gs-nord/pupil"),
        ("org.muster.gemischt", "profile gemischt", "gs-nord/pupil"),
        ("org.muster.halb", "left alone", "gs-nord/pupil"),
        ("org.muster.ohne-datei", "left alone", "gs-nord/pupil"),
        ("org.muster.rechte", "restrictions pupil", "gs-nord/pupil"),
    ]
    notes = {row["name"]: row["note"] for row in json.loads(answer.out)["rows"]}
    assert "holds a password" in notes["org.muster.geheim"]
    assert f"{NORD[1]} of the cohort do not have it" in notes["org.muster.halb"]
    assert "--profiles FILE" in notes["org.muster.ohne-datei"]


def test_adopted_profiles_end_in_an_empty_plan_and_no_tablet_is_touched(root, hand):
    before = [hand.profiles_of(serial) for serial in (*NORD, *SUED)]
    assert take_profiles(root, "--write").code == 0
    assert {at.split("/")[2] for at in planned(root)} == {"membership"}
    assert says(root, "drift", "--patience", "5").code == 0
    assert [hand.profiles_of(serial) for serial in (*NORD, *SUED)] == before
    assert "streng geheim" not in "".join(files(root).values())


def test_a_change_replaces_a_profile_under_its_old_name(root, hand):
    take_profiles(root, "--write")
    before = hand.profiles_of(NORD[0])
    catalogue = root / "catalogue.yml"
    catalogue.write_text(catalogue.read_text().replace("auto_join: true", "auto_join: false"))
    done = says(root, "apply", "--yes")
    assert done.code == 0, done.out + done.err
    hand.rest(lambda: hand.profiles_of(NORD[0])["org.muster.gast"] != before["org.muster.gast"])
    after = hand.profiles_of(NORD[0])
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == {"org.muster.gast"}


def test_a_profile_that_a_school_lets_go_of_stays_with_the_other(root, hand):
    take_profiles(root, "--write")
    assert says(root, "apply", "--yes").code == 0
    school = root / "schools/gs-nord.yml"
    school.write_text(school.read_text().replace("wifi: [gast], ", ""))
    done = says(root, "apply", "--yes", "--prune", "--confirm", "gs-nord")
    assert done.code == 0, done.out + done.err
    hand.rest(lambda: "org.muster.gast" not in hand.profiles_of(NORD[0]))
    assert "org.muster.gast" in hand.profiles_of(SUED[0])


def test_a_device_that_moves_keeps_the_profile_that_both_cohorts_have(root, hand):
    take_profiles(root, "--write")
    assert says(root, "apply", "--yes").code == 0
    north, south = root / "devices/gs-nord.csv", root / "devices/gs-sued.csv"
    line = next(line for line in north.read_text().splitlines(keepends=True) if NORD[1] in line)
    north.write_text(north.read_text().replace(line, ""))
    south.write_text(south.read_text() + line)
    done = says(root, "apply", "--yes", "--confirm", "gs-nord")
    assert done.code == 0, done.out + done.err
    hand.rest(lambda: "org.muster.rechte" not in hand.profiles_of(NORD[1]))
    assert "org.muster.gast" in hand.profiles_of(NORD[1])


def test_a_profile_that_somebody_took_off_comes_back_under_its_old_name(root, hand):
    take_profiles(root, "--write")
    says(root, "sandbox", "break", NORD[0], "--profile", "org.muster.rechte")
    assert says(root, "drift", "--patience", "10").code == 2
    assert says(root, "apply", "--yes").code == 0
    hand.rest(lambda: "org.muster.rechte" in hand.profiles_of(NORD[0]))
    assert says(root, "drift", "--patience", "10").code == 0


def test_a_profile_file_that_cannot_be_read_stops_it(root, hand, tmp_path):
    (tmp_path / "installed/kaputt.mobileconfig").write_text("<plist>")
    before = files(root)
    answer = take_profiles(root, "--write")
    assert answer.code == 5
    assert "kaputt.mobileconfig" in answer.err
    assert files(root) == before


def test_what_a_lock_forbids_is_left_and_the_rest_is_adopted(root, mdm):
    lock = "locks:\n  - at: restrictions.pupil.scientific_calculator\n    value: true\n"
    lock += "    reason: Exams\n    owner: it@example.org\n"
    (root / "authority.yml").write_text(FILES["authority.yml"] + lock)
    found = rows(says(root, "adopt", "tablets", "--write", "--output", "json"))
    assert found["org.muster.mathe"][0] == "left alone"
    assert "restrictions.pupil.scientific_calculator" in found["org.muster.mathe"][2]
    assert found["org.muster.anton"][0] == "app anton"
    assert planned(root, "--tags", "apps", "--limit", "gs-nord") == []


def test_a_declaration_that_the_files_would_say_by_a_profile_is_left(root, mdm):
    school = root / "schools/gs-nord.yml"
    school.write_text(school.read_text().replace(', os: "26.4"', ', os: "17.6"'))
    mdm.declare("org.muster.siri", "com.apple.configuration.siri.settings", {"Enabled": False})
    mdm.fill("nord-kinder", "org.muster.siri")
    mdm.switch_on("nord-kinder", "org.muster.siri", name="siri.an")
    found = rows(says(root, "adopt", "tablets", "--output", "json"))
    assert found["org.muster.siri"][0] == "left alone"
    assert "Say which: os" in found["org.muster.siri"][2]


def test_what_all_schools_choose_is_said_once(root, mdm):
    for name, serials in (("nord-lehrkraefte", TEACHER), ("sued", SUED)):
        mdm.declare(f"{name}.anton", APP, ANTON)
        mdm.fill(name, f"{name}.anton")
        mdm.switch_on(name, f"{name}.anton")
        mdm.give(name, *serials)
    for serial in (*TEACHER, *SUED):
        mdm.ask("DELETE", f"/ddm/enrollment-sets/{mdm.tablet(serial)['enrolment']}?set=alle")
    assert says(root, "adopt", "tablets", "--write").code == 0
    assert "defaults: {apps: [anton]}" in (root / "authority.yml").read_text()
    assert planned(root) == []
    assert says(root, "plan", "--detailed-exitcode").code == 0


def test_devices_that_stand_in_no_list_are_not_changed_along(root, mdm):
    south = root / "devices/gs-sued.csv"
    south.write_text(south.read_text().splitlines(keepends=True)[0])
    mdm.give("nord-kinder", *SUED)
    found = rows(says(root, "adopt", "tablets", "--output", "json"))
    assert found["nord-kinder"][0] == "left alone"
    assert f"{SUED[0]} in it stand in no device list" in found["nord-kinder"][2]


def test_a_school_can_be_adopted_before_the_others(root, mdm):
    mdm.declare("org.muster.sued", APP, CLIPS)
    mdm.fill("sued", "org.muster.sued")
    mdm.switch_on("sued", "org.muster.sued")
    mdm.give("sued", *SUED)
    for serial in (*TEACHER, *SUED):
        mdm.ask("DELETE", f"/ddm/enrollment-sets/{mdm.tablet(serial)['enrolment']}?set=alle")
    assert says(root, "adopt", "tablets", "--write", "--limit", "gs-sued").code == 0
    assert "gs-nord" not in (root / "adopted/tablets.csv").read_text()
    assert planned(root, "--limit", "gs-sued") == []
    assert says(root, "adopt", "tablets", "--write").code == 0
    assert "gs-nord" in (root / "adopted/tablets.csv").read_text()
    assert planned(root, "--limit", "gs-nord:!gs-sued") == ["gs-nord/teacher/membership/devices"]


def test_a_cohort_that_pedell_set_up_already_keeps_its_own_set(root, mdm):
    assert says(root, "apply", "--yes", "--limit", "gs-nord").code == 0
    found = rows(says(root, "adopt", "tablets", "--output", "json"))
    assert found["nord-kinder"][0] == "left alone"
    assert "a set of Pedell's own" in found["nord-kinder"][2]


def test_files_that_somebody_changes_meanwhile_are_not_overwritten(root, mdm, tmp_path):
    content = written(profile("gast", payload(CLIP, "x", Label="x", URL="https://example.org")))
    (tmp_path / "x.mobileconfig").write_bytes(content)
    control.ask(mdm.endpoints, "POST", f"/sandbox/tablets/{NORD[0]}/sleep")
    words = ["adopt", "tablets", "--write", "--patience", "4", "--profiles", "../x.mobileconfig"]
    with ThreadPoolExecutor(1) as crew:
        running_ = crew.submit(says, root, *words)
        time.sleep(2.5)
        catalogue = root / "catalogue.yml"
        catalogue.write_text(catalogue.read_text() + "# mine\n")
        answer = running_.result()
    assert answer.code == 7
    assert "was changed in the meantime" in answer.err
    assert catalogue.read_text() == FILES["catalogue.yml"] + "# mine\n"
    assert not (root / "adopted").exists()
