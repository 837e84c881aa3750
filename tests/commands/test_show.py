"""``pedell show`` through the real command line."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.commands.typed import Answer, pedell_says

MINIMAL = Path(__file__).parents[2] / "inventories/minimal"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "schools"
    shutil.copytree(MINIMAL, folder, ignore=shutil.ignore_patterns(".pedell"))
    (folder / "groups").mkdir()
    (folder / "groups/innenstadt.yml").write_text(
        "group: innenstadt\nwifi:\n  schulnetz: {vlan: 110}\n"
    )
    school = folder / "schools/gs-nord.yml"
    text = school.read_text().replace("cohorts:\n", "groups: [innenstadt]\ncohorts:\n")
    text = text.replace("teacher: {}", "teacher: {wifi: {schulnetz: {vlan: 140}}}")
    school.write_text(f'{text}variables: {{room: "012", yes_or_no: "no", many: [1, "a, b"]}}\n')
    return folder


def shown(folder: Path, *words: str) -> Answer:
    return pedell_says("show", "gs-nord", *words, "-i", folder.name, cwd=folder.parent)


def lines(folder: Path, *words: str) -> list[str]:
    answer = shown(folder, *words)
    assert (answer.code, answer.err) == (0, "")
    return [" ".join(line.split()) for line in answer.out.splitlines()]


class _Loader(yaml.SafeLoader):
    """Reads a secret as its name."""


_Loader.add_constructor("!secret", lambda loader, node: f"secret {node.value}")


def test_each_value_says_which_layer_it_came_from(folder):
    found = lines(folder)
    assert "vlan: 110 # group innenstadt" in found
    assert "vlan: 140 # school" in found or "vlan: 140 # cohort" in found
    assert "password: !secret gs-nord-wlan # catalogue" in found
    assert "- anton # authority" in found
    assert "- book-creator # school" in found


def test_a_lock_is_marked_with_its_reason(folder):
    assert "airdrop: false # authority, locked: Youth protection" in lines(folder)


def test_it_says_how_many_devices_there_are_and_which_target_holds_them(folder):
    found = lines(folder)
    assert "pupil: # 2 devices on target tablets" in found
    assert "# target server/gs-nord: debian" in found


def test_it_reads_back_as_the_yaml_it_looks_like(folder):
    read = yaml.load(shown(folder).out, _Loader)
    assert read["school"] == "gs-nord"
    assert read["apps"] == ["anton", "book-creator"]
    assert read["wifi"]["schulnetz"]["password"] == "secret gs-nord-wlan"
    assert read["cohorts"]["teacher"]["wifi"] == {"schulnetz": {"vlan": 140}}
    assert read["variables"] == {"room": "012", "yes_or_no": "no", "many": [1, "a, b"]}


def test_one_cohort_can_be_shown_alone(folder):
    read = yaml.load(shown(folder, "--cohort", "teacher").out, _Loader)
    assert read["wifi"]["schulnetz"]["vlan"] == 140
    assert set(read["cohorts"]) == {"teacher"}
    assert set(read["restrictions"]) == {"teacher"}


def test_a_machine_gets_the_same_with_origins(folder):
    record = json.loads(shown(folder, "--output", "json").out)
    values = {(each["cohort"], each["path"]): each for each in record["values"]}
    vlan = values["", "wifi.schulnetz.vlan"]
    assert (vlan["value"], vlan["layer"], vlan["name"]) == (110, "group", "innenstadt")
    assert vlan["source"]["file"] == "schools/groups/innenstadt.yml"
    assert values["teacher", "wifi.schulnetz.vlan"]["value"] == 140
    assert values["", "restrictions.pupil.airdrop"]["lock"]["reason"] == "Youth protection"
    assert values["", "wifi.schulnetz.password"]["value"]["secret"] == "gs-nord-wlan"
    assert {each["name"]: each["devices"] for each in record["cohorts"]} == {
        "pupil": 2,
        "teacher": 1,
    }


@pytest.mark.parametrize(
    ("words", "meant"),
    [(("gs-nrod",), 'Did you mean "gs-nord"?'), (("gs-nord", "--cohort", "x"), "has no cohort")],
)
def test_what_does_not_exist_is_said(folder, words, meant):
    answer = pedell_says("show", *words, "-i", folder.name, cwd=folder.parent)
    assert (answer.code, answer.out) == (64, "")
    assert meant in " ".join(answer.err.split())
