"""What devices are decides where rights and presets go: to one place each, or it is refused."""

import datetime
import json
from itertools import pairwise

import pytest

from pedell.model import (
    Ability,
    Action,
    Kind,
    Observed,
    Platform,
    Remembered,
    Sight,
    Until,
)
from pedell.stages.compare import compare_states, delete_orphans
from pedell.stages.compile.placing import Placing
from pedell.stages.expire import leave_out_past
from pedell.stages.order import order_changes
from tests.inventory_builder import (
    CATALOGUE,
    HOME,
    SCHOOL,
    build,
    compiled,
    problem,
    problems,
    read,
)

VERSIONS = ["17.2", "18.0", "18.3", "26.0", "26.3", "26.4", "27.0"]
KINDS = {
    path.stem: Kind.from_schema(path.stem, json.loads(path.read_text("utf-8")))
    for path in (HOME / "schemas/kinds").glob("*.json")
}
PLACES = ("configuration", "presets", "restrictions")
FIELDS = KINDS["restrictions"].schema["properties"]
# all that can be said of iPadOS 17.2, each with the example of its schema
SAID = {
    name: field["examples"][0]
    for name, field in FIELDS.items()
    if name not in ("math_notes", "scientific_calculator", "only_managed_wifi")
}
RIGHTS = f"restrictions: {{pupil: {json.dumps(SAID)}}}\n"
DEFERRED = "presets: {update_deferral: 30, lock_screen: Schule}\n"
BUNDLED = CATALOGUE.replace("title: ANTON,", "title: ANTON, bundle: org.example.anton,")
EXAM = 'presets: {exam: {until: "2027-03-01 12:00", app: anton, allow: [dictation]}}\n'


def pupils(about="", more=""):
    """Return an inventory whose pupils' devices are said to be this."""
    school = SCHOOL.replace("{ownership: loan}", f"{{{about}}}")
    return {"schools/gs-nord.yml": school + more, "catalogue.yml": BUNDLED}


def intents(resources):
    """Return each intent of the pupils with the resources that say it."""
    found = {}
    for address, resource in resources.items():
        _, place, kind, _ = address.split("/")
        if place == "pupil" and kind in PLACES:
            for name in resource.spec:
                found.setdefault(name, []).append(f"{kind}/{address.split('/')[3]}")
    return found


@pytest.mark.parametrize("os", VERSIONS)
def test_each_intent_is_in_one_place_whatever_the_version(tmp_path, os):
    root = build(tmp_path, pupils(f'os: "{os}"', RIGHTS + DEFERRED))
    found = intents(compiled(root))
    assert {name: len(places) for name, places in found.items()} == dict.fromkeys(
        [*SAID, "update_deferral", "lock_screen"], 1
    )


@pytest.mark.parametrize(
    ("os", "places"),
    [
        ("17.2", {"siri": "restrictions/pupil", "update_deferral": "presets/presets"}),
        ("18", {"siri": "restrictions/pupil", "update_deferral": "configuration/software-update"}),
        ("26.3.1", {"siri": "restrictions/pupil", "dictation": "restrictions/pupil"}),
        ("26.4", {"siri": "configuration/siri", "dictation": "configuration/keyboard"}),
        ("26.4", {"blocked_apps": "restrictions/pupil", "airdrop": "restrictions/pupil"}),
        ("27", {"blocked_apps": "configuration/apps", "airdrop": "restrictions/pupil"}),
    ],
)
def test_an_intent_goes_where_its_devices_look_for_it(tmp_path, os, places):
    found = intents(compiled(build(tmp_path, pupils(f'os: "{os}"', RIGHTS + DEFERRED))))
    assert {name: found[name] for name in places} == {n: [at] for n, at in places.items()}


def test_a_configuration_waits_for_its_devices_and_knows_who_said_it(tmp_path):
    found = compiled(build(tmp_path, pupils('os: "26.4"', RIGHTS)))
    siri = found["gs-nord/pupil/configuration/siri"]
    assert [str(need.address) for need in siri.needs] == ["gs-nord/pupil/membership/devices"]
    assert siri.origins["siri",].line == 7
    assert siri.tags == ("configuration", "restrictions")


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ("", Platform()),
        ('os: "26"', Platform((26, 0))),
        ('os: "18.3.1", supervised: false', Platform((18, 3, 1), supervised=False)),
        ("shared: true", Platform(shared=True)),
    ],
)
def test_a_cohort_says_what_its_devices_are(tmp_path, about, told):
    reading = read(build(tmp_path, pupils(about)))
    cohort = reading.inventory.schools["gs-nord"].cohorts[0]
    assert Placing(cohort, reading.values["gs-nord", "pupil"], []).platform == told


def test_a_layer_below_may_say_it_for_many(tmp_path):
    authority = {"groups/grundschule.yml": 'type: grundschule\nos: "26.4"\n'}
    root = build(tmp_path, {**pupils("", RIGHTS), **authority})
    assert "gs-nord/pupil/configuration/siri" in compiled(root)


@pytest.mark.parametrize(
    ("about", "more", "words"),
    [
        ("supervised: false", "restrictions: {pupil: {airdrop: false}}\n", '"airdrop" holds on'),
        ("shared: true", "restrictions: {pupil: {genmoji: false}}\n", 'do not take "genmoji"'),
        ("shared: true", "presets: {passcode: {required: true}}\n", 'do not take "passcode"'),
        ("supervised: false", "presets: {lock_screen: x}\n", '"lock_screen" holds on'),
        ("supervised: false", "presets: {update_deferral: 9}\n", '"update_deferral" holds on'),
        (
            "supervised: false",
            "presets: {managed_domains: {passwords: [a.example.org]}}\n",
            '"managed_domains.passwords" holds on',
        ),
        ("", "restrictions: {pupil: {math_notes: false}}\n", '"math_notes" needs iPadOS 18.0'),
        ('os: "17.1"', "", "from 17.2 on"),
    ],
)
def test_what_devices_would_not_heed_is_refused(tmp_path, about, more, words):

    code, place, detail = problem(build(tmp_path, only_pupils(about, more)))
    assert (code, words in detail) == ("E0265", True)
    assert place.startswith("schools/gs-nord.yml:5:")


def only_pupils(about, more):
    """Say something for the pupils alone."""
    inner = more.strip()
    return pupils(", ".join(filter(None, (about, inner))))


def test_what_merely_allows_is_no_mistake_where_it_is_allowed_anyhow(tmp_path):
    rights = "restrictions: {pupil: {airdrop: true, blocked_apps: [], camera: false}}\n"
    found = compiled(build(tmp_path, pupils("supervised: false", rights)))
    assert found["gs-nord/pupil/restrictions/pupil"].spec == {"camera": False}


def test_siri_stays_in_the_profile_where_no_declaration_reaches(tmp_path):
    rights = "restrictions: {pupil: {siri: false}}\n"
    for about in ('os: "27", supervised: false', 'os: "27", shared: true'):
        found = intents(compiled(build(tmp_path, pupils(about, rights))))
        assert found == {"siri": ["restrictions/pupil"]}


def test_other_platforms_are_not_judged_by_apples_rules(tmp_path):
    targets = "  pcs: {provider: memory, platform: windows}\n"
    authority = build(tmp_path).joinpath("authority.yml").read_text() + targets
    school = pupils(
        "platform: windows, supervised: false", "restrictions: {pupil: {siri: false}}\n"
    )
    found = compiled(build(tmp_path, {**school, "authority.yml": authority}))
    assert intents(found) == {"siri": ["restrictions/pupil"]}


def moved(tmp_path, before, after):
    """Return the ordered steps by which an inventory moves, and what was wanted before."""
    old = read(build(tmp_path, before)).desired
    new = read(build(tmp_path, after)).desired
    seen = {at: Observed(at, r.spec, "", r.devices) for at, r in old.items()}
    for at, resource in new.items():  # devices hold nothing of what is wanted otherwise now
        if at in old and old[at].spec != resource.spec:
            seen[at] = Observed(at, old[at].spec)
    memory = {at: Remembered(at, r.target, r.spec, "", r.devices) for at, r in old.items()}
    abilities = {"tablets": dict.fromkeys(KINDS, Ability())}
    result = compare_states(new, Sight(seen, {}), memory, KINDS, abilities)
    gone = delete_orphans(result.orphans, Sight(seen, {}), KINDS, abilities)
    steps, blocked = order_changes((*result.changes, *gone), new, KINDS)
    assert blocked == ()
    return steps, old


@pytest.mark.parametrize("way", [*pairwise(VERSIONS), ("17.2", "27.0"), ("27.0", "17.2")])
def test_on_the_way_between_versions_no_intent_is_anywhere_missing(tmp_path, way):
    before, after = (pupils(f'os: "{os}"', RIGHTS + DEFERRED) for os in way)
    steps, old = moved(tmp_path, before, after)
    held = {at: set(r.spec) for at, r in old.items() if at.kind in PLACES and at.place == "pupil"}
    everything = set().union(*held.values())
    for step in steps:
        change = step.change
        if change.action is Action.DELETE:
            held.pop(change.address)
        elif change.address.place == "pupil" and change.address.kind in PLACES:
            held[change.address] = set(change.after.spec)
        assert set().union(*held.values()) == everything
    assert sum(map(len, held.values())) == len(everything)  # and at the end never twice


def test_a_profile_lets_go_only_when_devices_show_the_declaration(tmp_path):
    before, after = (pupils(f'os: "{os}"', RIGHTS) for os in ("26.3", "26.4"))
    steps, _ = moved(tmp_path, before, after)
    by_name = {str(step.change.address): step for step in steps}
    needs = by_name["gs-nord/pupil/restrictions/pupil"].needs
    assert {need.until for need in needs} == {Until.VERIFIED}
    assert "configuration siri takes siri, siri_profanity_filter, siri_user_content, " in " ".join(
        need.reason for need in needs
    )


def test_on_a_fresh_device_nothing_waits_to_be_shown_first(tmp_path):
    found = compiled(build(tmp_path, pupils('os: "26.4"', RIGHTS)))
    assert found["gs-nord/pupil/restrictions/pupil"].needs == ()


def test_an_exam_is_a_profile_of_its_own_with_an_end(tmp_path):
    found = compiled(build(tmp_path, pupils('os: "26.4"', EXAM)))
    exam = found["gs-nord/pupil/exam/exam"].spec
    assert (exam["until"], exam["bundle"]) == ("2027-03-01T11:00Z", "org.example.anton")
    assert {"airdrop", "spell_check", "siri", "screen_capture"} <= set(exam["off"])
    assert "dictation" not in exam["off"]
    assert "gs-nord/pupil/presets/presets" not in found


def test_an_exam_on_shared_ipads_leaves_out_what_they_do_not_know(tmp_path):
    found = compiled(build(tmp_path, pupils("shared: true", EXAM)))
    off = set(found["gs-nord/pupil/exam/exam"].spec["off"])
    assert ("siri" in off, "genmoji" in off) == (True, False)


@pytest.mark.parametrize(
    ("exam", "code", "words"),
    [
        ('{until: "2027-02-30 12:00"}', "E0113", "no such day or time"),
        ("{app: anton}", "E0111", '"until" is missing'),
        ('{until: "2027-03-01 12:00", app: geogebra}', "E0111", "by its bundle id alone"),
        ('{until: "2027-03-01 12:00", allow: [camera]}', "E0113", "camera"),
        (
            '{until: "2027-03-01 12:00", app: anton}, single_app: {app: anton}',
            "E0113",
            "single_app",
        ),
    ],
)
def test_what_is_no_exam_is_told(tmp_path, exam, code, words):
    found = problems(build(tmp_path, pupils("", f"presets: {{exam: {exam}}}\n")))
    assert code in {each.code for each in found}
    assert any(words in each.detail for each in found)


def test_an_exam_that_is_over_is_wanted_no_more(tmp_path):
    desired = read(build(tmp_path, pupils("", EXAM))).desired
    end = datetime.datetime(2027, 3, 1, 11, tzinfo=datetime.UTC)
    before, after = (leave_out_past(desired, end + datetime.timedelta(minutes=m)) for m in (-1, 0))
    assert before == desired
    assert {at.kind for at in desired.keys() - after.keys()} == {"exam"}


def test_apps_of_notifications_become_bundles(tmp_path):
    text = "presets: {notifications: {a: {app: anton, allowed: false}}, single_app: {app: anton}}\n"
    spec = compiled(build(tmp_path, pupils("", text)))["gs-nord/pupil/presets/presets"].spec
    bundle = {"bundle": "org.example.anton"}
    assert spec == {"notifications": {"a": {**bundle, "allowed": False}}, "single_app": bundle}
    nobody = "presets: {notifications: {a: {allowed: false}}}\n"
    code, _, detail = problem(build(tmp_path, only_pupils("", nobody)))
    assert (code, '"bundle" is missing' in detail) == ("E0111", True)
