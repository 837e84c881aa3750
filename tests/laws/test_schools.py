"""A school's file speaks for its school alone, and the order of words means nothing."""

import json
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from pedell.model import Rejected
from tests.inventory_builder import AUTHORITY, CATALOGUE, DEVICES, build, read, role, school
from tests.laws.examples import examples

LETTERS = st.characters(exclude_categories=["C", "Zl", "Zp"])
TEMPLATES = ("{{ 7*7 }}", "{% raw %}", "${school.id}", "${authority.id}", "${school.type}")
TRICKS = ("../gs-sued", "gs-sued", "'; rm -rf /", "a\nb", "\u202egnp")
ODD = st.text(LETTERS, min_size=1, max_size=8) | st.sampled_from([*TEMPLATES, *TRICKS])
WRONG = ODD | st.sampled_from(["${nobody}", "⟦secret:gs-sued-wlan⟧", "", "x" * 400])
APPS = st.sampled_from(["anton", "geogebra"]) | st.sampled_from(
    ["anton", "geogebra", "neuheit", "x"]
)
IDS = st.sampled_from(["schulnetz", "labor", "gs-sued", "all"])
SETS = st.sampled_from(["jugendschutz", "offen"])
NETWORK = st.fixed_dictionaries(
    {"ssid": ODD},
    optional={
        "security": st.sampled_from(["open", "open", "wpa2-personal"]),
        "vlan": st.integers(1, 4095),
        "present": st.booleans(),
        "username": ODD,
        "server_names": st.lists(ODD, max_size=2),
    },
)
CHOICE = st.lists(APPS, max_size=3) | st.fixed_dictionaries(
    {"add": st.lists(APPS, max_size=2)}, optional={"remove": st.lists(IDS | APPS, max_size=2)}
)
RIGHTS = SETS | st.fixed_dictionaries(
    {}, optional={"use": SETS, "airdrop": st.just(False) | st.booleans(), "camera": st.booleans()}
)
PRESETS = st.fixed_dictionaries(
    {},
    optional={
        "lock_screen": WRONG,
        "web_clips": st.dictionaries(
            ODD,
            st.fixed_dictionaries({"title": ODD, "url": st.just("https://x.example.org")}),
            max_size=2,
        ),
    },
)
LAYER = {
    "wifi": st.lists(st.just("schulnetz"), max_size=1) | st.dictionaries(IDS, NETWORK, max_size=2),
    "apps": CHOICE,
    "restrictions": st.dictionaries(st.sampled_from(["pupil", "teacher", "x"]), RIGHTS, max_size=2),
    "presets": PRESETS,
}
COHORT = st.fixed_dictionaries(
    {},
    optional={
        **LAYER,
        "role": st.sampled_from(["pupil", "teacher"]),
        "platform": st.sampled_from(["ipados", "ipados", "windows"]),
        "service": st.sampled_from(["labelled", "configured"]),
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "name": ODD.filter(bool),
        "cohorts": st.fixed_dictionaries(
            {"pupil": COHORT, "teacher": COHORT}, optional={"gs-sued": COHORT}
        ),
    },
    optional={
        **LAYER,
        "priority": st.integers(0, 9),
        "municipality": st.sampled_from(["neustadt", "neustadt", "altstadt", "x"]),
        "base": st.sampled_from(["apple", "apple", "mixed", "windows"]),
        "need": st.integers(0, 400),
        "service": st.sampled_from(["delivered", "configured"]),
        "handover": st.sampled_from(["free", "loan-contract"]),
        "server": ODD,
        "groups": st.lists(st.sampled_from(["innenstadt", "pilot"]), unique=True),
        "roles": st.lists(st.sampled_from(["welcome", "welcome", "other"]), max_size=1),
        "variables": st.dictionaries(
            st.sampled_from(["rooms", "house"]), ODD | st.integers(), max_size=2
        ),
    },
)
FILES = {
    "authority.yml": AUTHORITY
    + "defaults:\n  wifi: [schulnetz]\n  apps: [anton]\n  roles: [welcome]\n"
    + "  restrictions: {pupil: jugendschutz}\n"
    + "locks: [{at: restrictions.pupil.airdrop, value: false, reason: R, owner: o@example.org}]\n",
    "catalogue.yml": CATALOGUE,
    "groups/innenstadt.yml": "group: innenstadt\nwifi: {schulnetz: {vlan: 7}}\n",
    "groups/pilot.yml": "group: pilot\napps: [geogebra]\n",
    "municipalities/neustadt.yml": "municipality: neustadt\nname: Neustadt (erfunden)\n",
    "municipalities/altstadt.yml": "municipality: altstadt\nname: Altstadt (erfunden)\n",
    "schools/gs-sued.yml": school(
        "server: 192.0.2.9\ngroups: [innenstadt]\nmunicipality: altstadt\n", "gs-sued"
    ),
    "devices/gs-sued.csv": DEVICES.replace("DXXX0", "DXXX1").replace("02:d0", "02:d1"),
    **role(
        "  - template: /etc/motd\n    source: motd.j2\n"
        "  - service: x\n    running: true\n    needed_by: [wifi]\n"
    ),
    "playbooks/roles/welcome/templates/motd.j2": (
        "{{ school.name }} {{ wifi }} {{ variables }} {{ secret(school.id ~ '-wlan') }}"
    ),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("inventory"), FILES)


@pytest.fixture(scope="module")
def alone(root):
    """Return what is wanted of all others while the school says nothing odd."""
    return others(root)


def write(root, document) -> Path:
    path = root / "schools" / "gs-nord.yml"
    path.write_text(
        json.dumps({"school": "gs-nord", "type": "grundschule", **document}, ensure_ascii=False)
    )  # JSON is YAML
    return path


def others(root):
    found = read(root)
    return (
        {
            address: resource
            for address, resource in found.desired.items()
            if address.school != "gs-nord"
        },
        {key: value for key, value in found.values.items() if key[0] != "gs-nord"},
        {key: value for key, value in found.inventory.targets.items() if "gs-nord" not in key},
    )


@examples(1_000)
@given(document=DOCUMENTS)
def test_a_school_changes_nothing_at_any_other_school(root, alone, document):
    path = write(root, document)
    try:
        found = others(root)
    except Rejected as rejected:
        event("refused")
        home = {str(path), f"{root}/devices/gs-nord.csv"}
        astray = [p for p in rejected.problems if p.source is None or p.source.file not in home]
        assert {problem.code for problem in astray} <= {"E0250"}  # a template names its own line
    else:
        event("taken")
        assert found == alone


SECRETS = st.sampled_from(
    ["gs-sued-wlan", "gs-nord-wlan", "tablets-api", "gs-nord", "${school.id}-wlan", "x"]
)
TEXTS = st.one_of(
    st.builds("wifi: {{labor: {{ssid: L, security: wpa2-personal, password: !secret {}}}}}\n".format,
              SECRETS.map(json.dumps)),
    st.builds("variables: {{house: {}}}\n".format, SECRETS.map(json.dumps)),
    st.builds("{}: {{school: gs-sued, apps: [geogebra]}}\n".format, st.sampled_from(["cohorts", "x"])),
    st.sampled_from(["a: &a [*a]\n", "<<: {apps: [geogebra]}\n", "--- {}\n", "\0", "x" * 5_000]),
)  # fmt: skip


@examples(200)
@given(text=TEXTS)
def test_nor_does_what_is_no_json(root, alone, text):
    path = root / "schools" / "gs-nord.yml"
    path.write_text(school(text), encoding="utf-8")
    try:
        found = others(root)
    except Rejected as rejected:
        files = {p.source.file for p in rejected.problems if p.source}
        assert files == {str(path)}
    else:
        assert found == alone


DECIDED = st.fixed_dictionaries(
    {"municipality": st.just("neustadt"), "name": ODD},
    optional={
        **LAYER,
        "service": st.sampled_from(["delivered", "configured"]),
        "cohorts": st.dictionaries(
            st.sampled_from(["pupil", "teacher"]), st.fixed_dictionaries({}, optional=LAYER)
        ),
        "locks": st.lists(
            st.fixed_dictionaries({
                "at": st.sampled_from(["restrictions.pupil.camera", "restrictions.pupil.airdrop",
                                       "service", "apps.anton.present"]),
                "value": st.booleans() | st.just("configured"),
                "reason": ODD,
                "owner": ODD,
            }),
            max_size=2,
        ),
    },
)  # fmt: skip


@examples(300)
@given(document=DECIDED)
def test_a_municipality_changes_nothing_at_schools_of_another(root, alone, document):
    write(root, ORDERED)
    path = root / "municipalities" / "neustadt.yml"
    before = path.read_text()
    path.write_text(json.dumps(document, ensure_ascii=False))
    try:
        found = others(root)
    except Rejected as rejected:
        home = {str(path), f"{root}/schools/gs-nord.yml"}  # which may break a lock of its town
        files = {p.source.file for p in rejected.problems if p.source}
        assert files <= home
    else:
        assert found == alone
    finally:
        path.write_text(before)


def test_an_odd_school_that_is_taken_is_among_them(root, alone):
    write(root, {
        "name": "{{ 7*7 }}", "cohorts": {"pupil": {"apps": ["geogebra"]}, "teacher": {}},
        "presets": {"lock_screen": "{% raw %}"},
        "wifi": {"schulnetz": {"vlan": 9, "ssid": "gs-sued"}},
    })  # fmt: skip
    assert others(root) == alone


def summary(root):
    return [
        (
            str(address),
            resource.spec,
            resource.devices,
            [str(need.address) for need in resource.needs],
        )
        for address, resource in read(root).desired.items()
    ]


def turned(value, random):
    if isinstance(value, dict):
        keys = random.sample(list(value), len(value))
        return {key: turned(value[key], random) for key in keys}
    return value


ORDERED = {
    "name": "Nord",
    "cohorts": {"pupil": {"ownership": "loan", "apps": ["geogebra"]},
                "teacher": {"presets": {"lock_screen": "x"}}},
    "groups": ["innenstadt"],
    "wifi": {"schulnetz": {"vlan": 9, "ssid": "N"}, "labor": {"security": "open", "ssid": "L"}},
    "apps": {"remove": ["anton"], "add": ["geogebra"]},
    "restrictions": {"pupil": {"use": "offen", "camera": False}, "teacher": "offen"},
    "presets": {"web_clips": {"b": {"title": "B", "url": "https://b.example.org"},
                              "a": {"url": "https://a.example.org", "title": "A"}}},
    "variables": {"rooms": 7, "house": "x"},
    "server": "192.0.2.8",
    "municipality": "neustadt",
}  # fmt: skip


@examples(40)
@given(random=st.randoms(use_true_random=False))
def test_the_order_of_keys_means_nothing(root, random):
    write(root, ORDERED)
    first = summary(root)
    write(root, turned(ORDERED, random))
    assert summary(root) == first


def test_the_order_in_which_files_are_found_means_nothing(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    names = sorted({**FILES, "schools/gs-nord.yml": ""})
    files = {**FILES, "schools/gs-nord.yml": school(name="gs-nord")}
    for name in names:
        build(one, {**dict.fromkeys(files), name: files[name]})
    for name in reversed(names):
        build(other, {**dict.fromkeys(files), name: files[name]})
    assert summary(one) == summary(other)
