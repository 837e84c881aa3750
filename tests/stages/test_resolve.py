"""Resolve: which layer wins, what the locks hold, and what cannot be decided."""

import pytest

from pedell.model import LAYERS, SecretName
from tests.inventory_builder import (
    AUTHORITY,
    CATALOGUE,
    SCHOOL,
    build,
    problem,
    problems,
    resolve,
    school,
    value,
)

AIRDROP = """\
locks:
  - {at: restrictions.pupil.airdrop, value: false, reason: Jugendschutz, owner: wer@example.org}
"""


def layered(**said):
    """Return files in which each named layer sets the VLAN of the school's network."""
    vlan = {name: f"wifi: {{schulnetz: {{vlan: {number}}}}}" for name, number in said.items()}
    cohort = f"{{{vlan['cohort']}}}" if "cohort" in vlan else "{}"
    own = f"groups: [a]\nmunicipality: m\n{vlan.get('school', '')}\n"
    catalogue = CATALOGUE
    if "catalogue" in said:
        catalogue = CATALOGUE.replace("schulnetz: {", f"schulnetz: {{vlan: {said['catalogue']}, ")
    return {
        "catalogue.yml": catalogue,
        "authority.yml": AUTHORITY + f"defaults: {{{vlan.get('authority', '')}}}\n",
        "groups/grundschule.yml": f"type: grundschule\n{vlan.get('type', '')}\n",
        "municipalities/m.yml": f"municipality: m\nname: M\n{vlan.get('municipality', '')}\n",
        "groups/a.yml": f"group: a\n{vlan.get('group', '')}\n",
        "schools/gs-nord.yml": SCHOOL.replace("{ownership: loan}", cohort) + own,
    }


@pytest.mark.parametrize("top", range(1, LAYERS.index("owner")))
def test_a_later_layer_wins_and_the_trail_names_all(tmp_path, top):
    said = {layer: 100 + number for number, layer in enumerate(LAYERS[: top + 1])}
    setting = resolve(build(tmp_path, layered(**said)))["gs-nord", "pupil"].settings[
        "wifi", "schulnetz", "vlan"
    ]
    assert setting.value == 100 + top
    assert [(said.layer, said.value) for said in setting.trail] == [
        (layer, 100 + number) for number, layer in enumerate(LAYERS[: top + 1])
    ]
    assert setting.source == setting.trail[-1].source


def test_the_catalogue_stands_below_every_layer(tmp_path):
    files = {"schools/gs-nord.yml": SCHOOL + "wifi: {schulnetz: {ssid: Eigenes}}\n"}
    root = build(tmp_path, files)
    assert value(root, "wifi.schulnetz.ssid") == "Eigenes"
    assert value(root, "wifi.schulnetz.security") == "wpa2-personal"


def test_a_network_that_nobody_chose_is_nowhere(tmp_path):
    settings = resolve(build(tmp_path))["gs-nord", "pupil"].settings
    assert not [at for at in settings if at[0] == "wifi"]


def test_what_a_cohort_says_reaches_only_that_cohort(tmp_path):
    authority = AUTHORITY + "defaults: {cohorts: {teacher: {apps: [anton]}}}\n"
    found = resolve(build(tmp_path, {"authority.yml": authority}))
    assert ("apps", "anton", "present") in found["gs-nord", "teacher"].settings
    assert ("apps", "anton", "present") not in found["gs-nord", "pupil"].settings
    assert ("apps", "anton", "present") not in found["gs-nord", ""].settings


def test_a_school_takes_away_what_a_layer_below_added(tmp_path):
    files = {
        "authority.yml": AUTHORITY + "defaults: {apps: [anton, geogebra]}\n",
        "schools/gs-nord.yml": SCHOOL + "apps: {remove: [anton]}\n",
    }
    root = build(tmp_path, files)
    assert value(root, "apps.anton.present") is False
    assert value(root, "apps.geogebra.present") is True


def test_a_set_of_rights_is_opened_below_what_a_layer_says(tmp_path):
    text = SCHOOL + "restrictions: {pupil: {use: jugendschutz, camera: false}, teacher: offen}\n"
    root = build(tmp_path, {"schools/gs-nord.yml": text})
    assert value(root, "restrictions.pupil.airdrop") is False
    assert value(root, "restrictions.pupil.camera") is False
    assert value(root, "restrictions.teacher.airdrop", "teacher") is True
    assert not [at for at in resolve(root)["gs-nord", "pupil"].settings if "teacher" in at]


def test_another_set_replaces_the_set_of_a_layer_below(tmp_path):
    files = {
        "authority.yml": AUTHORITY + "defaults: {restrictions: {pupil: jugendschutz}}\n",
        "schools/gs-nord.yml": SCHOOL + "restrictions: {pupil: offen}\n",
    }
    root = build(tmp_path, files)
    assert value(root, "restrictions.pupil.airdrop") is True
    assert ("restrictions", "pupil", "camera") not in resolve(root)["gs-nord", "pupil"].settings


def test_an_unknown_set_gets_the_nearest_one(tmp_path):
    text = SCHOOL + "restrictions: {pupil: jugendschuz}\n"
    code, place, detail = problem(build(tmp_path, {"schools/gs-nord.yml": text}))
    assert (code, place) == ("E0233", "schools/gs-nord.yml:7:23")
    assert 'Did you mean "jugendschutz"?' in detail


def test_the_stricter_age_rating_wins_whatever_the_layer(tmp_path):
    for number, (own, meant) in enumerate([("600", 300), ("200", 200)]):
        text = SCHOOL + f"restrictions: {{pupil: {{use: jugendschutz, max_app_rating: {own}}}}}\n"
        root = build(tmp_path / str(number), {"schools/gs-nord.yml": text})
        assert value(root, "restrictions.pupil.max_app_rating") == meant


def test_groups_that_differ_in_an_age_rating_do_not_disagree(tmp_path):
    files = {
        "groups/a.yml": "group: a\nrestrictions: {pupil: {max_app_rating: 200}}\n",
        "groups/b.yml": "group: b\nrestrictions: {pupil: {max_app_rating: 600}}\n",
        "schools/gs-nord.yml": SCHOOL + "groups: [a, b]\n",
    }
    assert value(build(tmp_path, files), "restrictions.pupil.max_app_rating") == 200


@pytest.mark.parametrize("layer", ["type", "group", "school", "cohort"])
def test_a_locked_value_is_refused_in_every_layer_below(tmp_path, layer):
    rights = "restrictions: {pupil: {airdrop: true}}"
    at = {
        "type": ("groups/grundschule.yml", f"type: grundschule\n{rights}\n", "2:33"),
        "group": ("groups/a.yml", f"group: a\n{rights}\n", "2:33"),
        "school": ("schools/gs-nord.yml", f"{SCHOOL}groups: [a]\n{rights}\n", "8:33"),
        "cohort": (
            "schools/gs-nord.yml",
            SCHOOL.replace("{ownership: loan}", f"{{{rights}}}") + "groups: [a]\n",
            "5:43",
        ),
    }
    name, text, place = at[layer]
    files = {
        "authority.yml": AUTHORITY + AIRDROP,
        "groups/a.yml": "group: a\n",
        "schools/gs-nord.yml": f"{SCHOOL}groups: [a]\n",
        name: text,
    }
    code, found, detail = problem(build(tmp_path, files))
    assert (code, found) == ("E0107", f"{name}:{place}")
    assert f"{tmp_path}/authority.yml:8:45" in detail
    assert "restrictions.pupil.airdrop to false" in detail
    assert "Jugendschutz" in detail
    assert "wer@example.org" in detail


def test_to_repeat_a_locked_value_is_no_violation(tmp_path):
    text = SCHOOL + "restrictions: {pupil: {airdrop: false}}\n"
    root = build(tmp_path, {"authority.yml": AUTHORITY + AIRDROP, "schools/gs-nord.yml": text})
    assert value(root, "restrictions.pupil.airdrop") is False


def test_a_lock_wins_over_a_set_of_the_catalogue_and_that_is_no_violation(tmp_path):
    text = SCHOOL + "restrictions: {pupil: offen}\n"
    root = build(tmp_path, {"authority.yml": AUTHORITY + AIRDROP, "schools/gs-nord.yml": text})
    setting = resolve(root)["gs-nord", "pupil"].settings["restrictions", "pupil", "airdrop"]
    assert setting.value is False
    assert setting.lock is not None
    assert setting.source == setting.lock.source
    assert [said.value for said in setting.trail] == [True]


def test_a_lock_holds_where_nobody_said_anything(tmp_path):
    root = build(tmp_path, {"authority.yml": AUTHORITY + AIRDROP})
    assert value(root, "restrictions.pupil.airdrop") is False


def test_a_lock_of_pupils_does_not_reach_teachers(tmp_path):
    text = SCHOOL + "restrictions: {teacher: {airdrop: true}}\n"
    root = build(tmp_path, {"authority.yml": AUTHORITY + AIRDROP, "schools/gs-nord.yml": text})
    assert value(root, "restrictions.teacher.airdrop", "teacher") is True


def locked(at, value):
    lock = f"  - {{at: {at}, value: {value}, reason: R, owner: o@example.org}}\n"
    return {"authority.yml": f"{AUTHORITY}locks:\n{lock}"}


def test_a_locked_set_is_the_one_that_is_opened(tmp_path):
    root = build(tmp_path, locked("restrictions.pupil", "jugendschutz"))
    assert value(root, "restrictions.pupil.airdrop") is False


def test_an_app_can_be_locked_in_and_out(tmp_path):
    root = build(tmp_path / "in", locked("apps.anton.present", "true"))
    assert value(root, "apps.anton.present") is True
    assert value(root, "apps.anton.title") == "ANTON"
    files = locked("apps.anton.present", "false")
    files["schools/gs-nord.yml"] = SCHOOL + "apps: [anton]\n"
    code, place, _ = problem(build(tmp_path / "out", files))
    assert (code, place) == ("E0107", "schools/gs-nord.yml:7:8")


def test_a_locked_field_does_not_bring_its_network_along(tmp_path):
    files = locked("wifi.schulnetz.vlan", "7")
    settings = resolve(build(tmp_path / "without", files))["gs-nord", "pupil"].settings
    assert not [at for at in settings if at[0] == "wifi"]
    files["schools/gs-nord.yml"] = SCHOOL + "wifi: [schulnetz]\n"
    assert value(build(tmp_path / "with", files), "wifi.schulnetz.vlan") == 7


GROUPS = {
    "groups/a.yml": "group: a\nwifi: {schulnetz: {vlan: 1}}\n",
    "groups/b.yml": "group: b\nwifi: {schulnetz: {vlan: 2}}\n",
}


def test_groups_that_disagree_are_refused_with_both_places(tmp_path):
    files = {**GROUPS, "schools/gs-nord.yml": SCHOOL + "groups: [a, b]\n"}
    code, place, detail = problem(build(tmp_path, files))
    assert (code, place) == ("E0202", "groups/b.yml:2:26")
    assert f"{tmp_path}/groups/a.yml:2:26" in detail
    assert "wifi.schulnetz.vlan" in detail
    assert "gs-nord" in detail


def test_groups_may_disagree_where_the_school_decides(tmp_path):
    text = SCHOOL + "groups: [a, b]\nwifi: {schulnetz: {vlan: 3}}\n"
    assert (
        value(build(tmp_path, {**GROUPS, "schools/gs-nord.yml": text}), "wifi.schulnetz.vlan") == 3
    )


def test_groups_may_say_the_same(tmp_path):
    files = {
        "groups/a.yml": GROUPS["groups/a.yml"],
        "groups/b.yml": GROUPS["groups/a.yml"].replace("group: a", "group: b"),
        "schools/gs-nord.yml": SCHOOL + "groups: [a, b]\n",
    }
    assert value(build(tmp_path, files), "wifi.schulnetz.vlan") == 1


def test_one_group_may_say_something_else_for_a_cohort(tmp_path):
    text = GROUPS["groups/a.yml"] + "cohorts: {teacher: {wifi: {schulnetz: {vlan: 2}}}}\n"
    root = build(tmp_path, {"groups/a.yml": text, "schools/gs-nord.yml": SCHOOL + "groups: [a]\n"})
    assert value(root, "wifi.schulnetz.vlan", "pupil") == 1
    assert value(root, "wifi.schulnetz.vlan", "teacher") == 2


def test_placeholders_are_filled_from_the_school(tmp_path):
    text = SCHOOL + (
        "server: 192.0.2.7\nvariables: {house: Nordhaus}\nwifi: [schulnetz]\n"
        'presets: {lock_screen: "${school.name} ${school.id} ${school.type} ${school.server} '
        '${school.variables.house} ${authority.id} ${authority.name}"}\n'
    )
    root = build(tmp_path, {"schools/gs-nord.yml": text})
    assert value(root, "presets.lock_screen") == (
        "Grundschule Nord gs-nord grundschule 192.0.2.7 Nordhaus musterstadt Stadt Musterstadt"
    )
    password = value(root, "wifi.schulnetz.password")
    assert isinstance(password, SecretName)
    assert password == "gs-nord-wlan"


def test_placeholders_are_filled_in_lists_and_in_locks(tmp_path):
    files = locked("presets.lock_screen", '"Eigentum ${school.id}"')
    files["schools/gs-nord.yml"] = SCHOOL + (
        'wifi: {netz: {ssid: N, security: open, server_names: ["r.${school.id}.example.org"]}}\n'
    )
    root = build(tmp_path, files)
    assert value(root, "presets.lock_screen") == "Eigentum gs-nord"
    assert value(root, "wifi.netz.server_names") == ["r.gs-nord.example.org"]


def test_what_is_filled_in_is_not_read_again(tmp_path):
    text = school('presets: {lock_screen: "${school.name}"}\n').replace(
        "name: Schule gs-nord", 'name: "${school.id}"'
    )
    assert value(build(tmp_path, {"schools/gs-nord.yml": text}), "presets.lock_screen") == (
        "${school.id}"
    )


def test_an_unknown_placeholder_gets_the_nearest_one(tmp_path):
    text = SCHOOL + 'presets: {lock_screen: "${school.nam}"}\n'
    code, place, detail = problem(build(tmp_path, {"schools/gs-nord.yml": text}))
    assert (code, place) == ("E0221", "schools/gs-nord.yml:7:24")
    assert 'Did you mean "school.name"?' in detail


def test_all_findings_come_at_once(tmp_path):
    text = (
        SCHOOL + 'restrictions: {pupil: {use: xy, airdrop: true}}\npresets: {lock_screen: "${a}"}\n'
    )
    files = {"authority.yml": AUTHORITY + AIRDROP, "schools/gs-nord.yml": text}
    assert {found.code for found in problems(build(tmp_path, files))} == {"E0107", "E0221", "E0233"}
