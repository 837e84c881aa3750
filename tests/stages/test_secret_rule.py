"""Whose secrets a file may name: attacks of a school's editor, and what must go on working."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pedell.language.secret_files import owner_of, plain_name
from pedell.vault.environment import variable_of
from tests.inventory_builder import AUTHORITY, CATALOGUE, build, compiled, problem, problems, role
from tests.inventory_builder import school as school_file

BLOCK = """|
  -----BEGIN AGE ENCRYPTED FILE-----
  YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBRcFJRQ3JBYkhMZFJEcE5h
  -----END AGE ENCRYPTED FILE-----
"""
SUED = {
    "schools/gs-sued.yml": school_file(name="gs-sued"),
    "schools/gs.yml": school_file(name="gs"),
}
NET = 'wifi:\n  projekt: {{ssid: Projekt, security: wpa2-personal, password: !secret "{}"}}\n'
KEYED = AUTHORITY.replace(
    "{provider: memory, platform: ipados}",
    "{provider: memory, platform: ipados, credential: gs-nord-api, webhook: {listen: '127.0.0.1:8090', credential: gs-nord_hook}}",
)


def net(name):
    return NET.format(name)


def said_by_school(tmp_path, name, **files):
    changed = {"schools/gs-nord.yml": school_file(net(name)), **SUED, **files}
    return build(tmp_path, changed)


def template(text, **files):
    change = "  - {template: hello, source: hello.j2, path: /etc/hello}\n"
    return {**role(change), "playbooks/roles/welcome/templates/hello.j2": text, **files}


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("tablets-api", "the authority"),
        ("gs-sued-wlan", "gs-sued"),
        ("gs-wlan", "gs"),
        ("gs-nord", "gs"),
        ("gs_wlan", "gs"),
        ("GS-SUED-wlan", "gs-sued"),
        ("gs_sued_wlan", "gs-sued"),
        ("gs-sued_wlan", "gs-sued"),
        ("authority", "the authority"),
        ("${authority.id}-key", "the authority"),
        ("${school.variables.whose}-wlan", "gs-sued"),
        ("${school.server}", "the authority"),
        ("${school.name}", "the authority"),
    ],
)
def test_a_school_cannot_name_the_secret_of_somebody_else(tmp_path, name, whose):
    text = "server: tablets-api\nvariables: {whose: gs-sued}\n" + net(name)
    text = school_file(text).replace("Schule gs-nord", "tablets-api")
    code, place, detail = problem(build(tmp_path, {"schools/gs-nord.yml": text, **SUED}))
    assert (code, place.rsplit(":", 1)[0]) == ("E0292", "schools/gs-nord.yml:8")
    assert f"belongs to {whose}. " in detail
    assert "secrets/gs-nord.yml" in detail
    assert "pedell secret set gs-nord-NAME" in detail


@pytest.mark.parametrize(
    "name", ["gs-nord-wlan", "${school.id}-wlan", "gs-nord-a.b", "GS-NORD-x", "gs-nord_x"]
)
def test_a_school_names_its_own(tmp_path, name):
    assert compiled(said_by_school(tmp_path, name))


def test_a_cohort_is_held_to_the_same(tmp_path):
    cohort = "school: gs-nord\nname: N\ntype: grundschule\ncohorts:\n  teacher: {}\n  pupil:\n    "
    text = cohort + net("tablets-api").replace("\n  ", "\n      ")
    code, place, _ = problem(build(tmp_path, {"schools/gs-nord.yml": text}))
    assert (code, place.rsplit(":", 1)[0]) == ("E0292", "schools/gs-nord.yml:8")


def test_a_network_of_the_catalogue_takes_no_other_secret_from_a_school(tmp_path):
    text = school_file("wifi:\n  schulnetz: {password: !secret gs-sued-wlan}\n")
    code, _, _ = problem(build(tmp_path, {"schools/gs-nord.yml": text, **SUED}))
    assert code == "E0292"


MEMBER = "municipality: herdorf\nname: Herdorf\n"
OWNER = "owner: land\nname: Land\ndecides_for: [teacher]\n"


@pytest.mark.parametrize(
    ("folder", "head"), [("municipalities/herdorf", MEMBER), ("owners/land", OWNER)]
)
def test_a_municipality_and_an_owner_open_what_is_each_schools(tmp_path, folder, head):
    own = {
        "devices/gs-nord.csv": None,
        "schools/gs-nord.yml": school_file("municipality: herdorf\n"),
        "municipalities/herdorf.yml": MEMBER,
    }
    for name in ("tablets-api", "rs-wlan", "herdorf-wlan"):
        code, place, _ = problem(
            build(tmp_path / name, {**SUED, **own, f"{folder}.yml": head + net(name)})
        )
        assert (code, place.partition(":")[0]) == ("E0292", f"{folder}.yml")
    assert compiled(
        build(tmp_path, {**SUED, **own, f"{folder}.yml": head + net("${school.id}-wlan")})
    )


def test_where_it_stands_counts_more_than_its_name(tmp_path):
    mine = said_by_school(
        tmp_path / "a", "gs-nord-x", **{"secrets/gs-nord.yml": f"gs-nord-x: {BLOCK}"}
    )
    assert compiled(mine)
    kept = {"secrets/authority.yml": f"gs-nord-x: {BLOCK}"}
    assert problem(said_by_school(tmp_path / "b", "gs-nord-x", **kept))[0] == "E0292"
    assert problem(said_by_school(tmp_path / "c", "gs-nord_x", **kept))[0] == "E0292"


@pytest.mark.parametrize("name", ["gs-nord-api", "gs-nord-hook", "GS-NORD_API"])
def test_what_opens_a_target_is_nobodys_network(tmp_path, name):
    files = {"authority.yml": KEYED}
    code, _, detail = problem(said_by_school(tmp_path, name, **files))
    assert (code, "opens a target" in detail) == ("E0292", True)


@pytest.mark.parametrize("school", ["authority", "recipients"])
def test_a_school_called_like_a_file_of_the_authority_gets_nothing_by_it(tmp_path, school):
    text = school_file(net("tablets-api"), name=school)
    code, place, _ = problem(build(tmp_path, {f"schools/{school}.yml": text}))
    assert (code, place.partition(":")[0]) == ("E0292", f"schools/{school}.yml")


@pytest.mark.parametrize(
    "text",
    [
        "variables: {x: !secret tablets-api}\n",
        "variables: {x: [!secret tablets-api]}\n",
        "apps: [!secret tablets-api]\n",
        "presets: {lock_screen: !secret tablets-api}\n",
        "server: !secret tablets-api\n",
        "wifi:\n  a: {ssid: !secret tablets-api, security: open}\n",
        "restrictions: {pupil: !secret tablets-api}\n",
        "roles: [!secret tablets-api]\n",
        "certificates: [!secret tablets-api]\n",
    ],
)
def test_a_secret_stands_nowhere_else(tmp_path, text):
    found = problems(build(tmp_path, {"schools/gs-nord.yml": school_file(text)}))
    assert {one.code for one in found} & {"E0112", "E0113", "E0292"}, found


def test_layers_of_the_authority_name_what_they_like(tmp_path):
    catalogue = CATALOGUE.replace("${school.id}-wlan", "shared-wlan")
    groups = {"groups/west.yml": "group: west\n" + net("gs-sued-wlan")}
    text = school_file("groups: [west]\nwifi: [schulnetz]\n")
    files = {"catalogue.yml": catalogue, "schools/gs-nord.yml": text, **groups, **SUED}
    names = {
        r.spec["password"].name
        for at, r in compiled(build(tmp_path, files)).items()
        if "wifi" in at
    }
    assert names == {"shared-wlan", "gs-sued-wlan"}


def test_an_overridden_value_of_the_authority_stays_the_authoritys(tmp_path):
    catalogue = CATALOGUE.replace("${school.id}-wlan", "shared-wlan")
    text = school_file("wifi:\n  schulnetz: {hidden: true}\n")
    assert compiled(build(tmp_path, {"catalogue.yml": catalogue, "schools/gs-nord.yml": text}))


@pytest.mark.parametrize(
    ("name", "variables"),
    [
        ("${school.variables.net}", "tablets-api"),
        ("${school.variables.net}", "gs-sued-wlan"),
        ("${school.id}${school.variables.net}", "-api"),
        ("${school.id}-sued-${school.variables.net}", "wlan"),
    ],
)
def test_a_school_fills_no_name_of_the_authority_with_somebody_elses(tmp_path, name, variables):
    catalogue = CATALOGUE.replace("${school.id}-wlan", name)
    text = school_file(f"wifi: [schulnetz]\nvariables: {{net: {variables}}}\n", name="gs")
    own = school_file("variables: {net: x}\n")
    files = {
        "authority.yml": AUTHORITY.replace(
            "memory, platform: ipados", "memory, platform: ipados, credential: gs-api"
        ),
        "catalogue.yml": catalogue,
        **SUED,
        "schools/gs-nord.yml": own,
        "schools/gs.yml": text,
    }
    code, place, _ = problem(build(tmp_path, files))
    assert (code, place.partition(":")[0]) == ("E0292", "catalogue.yml")


def test_a_name_made_of_the_schools_id_is_the_schools_or_the_authoritys(tmp_path):
    catalogue = CATALOGUE.replace("${school.id}-wlan", "${school.id}-nord-wlan")
    text = school_file("wifi: [schulnetz]\n", name="gs")
    files = {"catalogue.yml": catalogue, "schools/gs.yml": text}
    assert problem(build(tmp_path, files))[0] == "E0292"


@pytest.mark.parametrize(
    "asked",
    [
        "{{ secret(variables.x) }}",
        "{{ secret('tablets-' ~ variables.y) }}",
        "{% for n in variables.z %}{{ secret(n) }}{% endfor %}",
        "{{ secret(school.server) }}",
        "{{ secret(school.name) }}",
    ],
)
def test_a_variable_smuggles_no_name_into_a_template(tmp_path, asked):
    text = "roles: [welcome]\nserver: tablets-api\nvariables: {x: tablets-api, y: api, z: [tablets-api]}\n"
    text = school_file(text).replace("Schule gs-nord", "tablets-api")
    code, place, _ = problem(build(tmp_path, {"schools/gs-nord.yml": text, **template(asked)}))
    assert code == "E0292"
    assert place.startswith(("schools/gs-nord.yml:7:", "playbooks/roles/welcome/role.yml:"))


@pytest.mark.parametrize(
    "asked",
    [
        "{{ secret('tablets-api') }}",
        '{{ secret( "tablets-api" ) }}',
        "{{ secret(school.id ~ '-radius') }}",
        "{{ secret(variables.x) }}",
        "{{ secret(wifi.schulnetz.password) }}",
    ],
)
def test_a_template_opens_what_it_writes_out_and_what_is_the_schools(tmp_path, asked):
    catalogue = CATALOGUE.replace("${school.id}-wlan", "shared-wlan")
    text = school_file("roles: [welcome]\nwifi: [schulnetz]\nvariables: {x: gs-nord-x}\n")
    files = template(asked, **{"catalogue.yml": catalogue, "schools/gs-nord.yml": text})
    assert compiled(build(tmp_path, files))


def test_a_mark_in_a_variable_is_no_secret(tmp_path):
    text = school_file("roles: [welcome]\nvariables: {x: ⟦secret:tablets-api⟧}\n")
    files = template("{{ variables.x }}", **{"schools/gs-nord.yml": text})
    assert problem(build(tmp_path, files))[0] == "E0250"


_WORDS = st.lists(st.sampled_from(["gs", "nord", "sued", "a", "api"]), min_size=1, max_size=4)
_NAMES = st.builds(lambda words, joint: joint.join(words), _WORDS, st.sampled_from("-_"))
_IDS = st.frozensets(st.builds("-".join, _WORDS), max_size=5)


@given(_NAMES, _NAMES, _IDS)
@settings(max_examples=500)
def test_two_names_of_one_variable_have_one_owner(one, other, schools):
    if variable_of(one) == variable_of(other):
        assert owner_of(one, schools) == owner_of(other, schools)
    assert owner_of(one.upper(), schools) == owner_of(one, schools)


@given(_NAMES, _IDS)
@settings(max_examples=500)
def test_every_name_has_one_owner_whose_id_it_begins_with(name, schools):
    owner = owner_of(name, schools)
    assert owner == "authority" or plain_name(name).startswith(f"{owner}-")
    longer = [s for s in schools if plain_name(name).startswith(f"{s}-") and len(s) > len(owner)]
    assert owner == "authority" or not longer
    assert owner != "authority" or not any(plain_name(name).startswith(f"{s}-") for s in schools)


def test_one_line_is_told_once_for_all_its_schools(tmp_path):
    files = {
        f"schools/gs-{n}.yml": school_file("municipality: herdorf\n", f"gs-{n}") for n in "abc"
    }
    files |= {"municipalities/herdorf.yml": MEMBER + net("tablets-api")}
    _, _, detail = problem(build(tmp_path, files))
    assert "For gs-a (and 2 more) a school's" in detail
