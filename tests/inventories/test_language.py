"""Every example obeys the language, as the schemas state it."""

from pathlib import Path

import pytest

from pedell.language.fields import names_in
from pedell.language.roles import SERVICES

HOME = Path(__file__).parents[2]
SCHEMA_BY_PATTERN = {
    "inventories/*/authority.yml": "authority.json",
    "inventories/*/catalogue.yml": "catalogue.json",
    "inventories/*/groups/*.yml": "group.json",
    "inventories/*/municipalities/*.yml": "municipality.json",
    "inventories/*/owners/*.yml": "owner.json",
    "inventories/*/schools/*.yml": "school.json",
    "inventories/*/playbooks/*.yml": "playbook.json",
    "inventories/*/playbooks/roles/*/role.yml": "role.json",
    "playbooks/*.yml": "playbook.json",
    "playbooks/roles/*/role.yml": "role.json",
}


@pytest.mark.parametrize("pattern", SCHEMA_BY_PATTERN)
def test_every_file_obeys_its_schema(pattern, read_yaml, violations):
    paths = sorted(HOME.glob(pattern))
    assert paths
    wrong = {
        path.relative_to(HOME).as_posix(): found
        for path in paths
        if (found := violations(SCHEMA_BY_PATTERN[pattern], read_yaml(path)))
    }
    assert wrong == {}


@pytest.mark.parametrize("role", sorted(HOME.glob("**/playbooks/**/role.yml")), ids=str)
def test_every_resource_of_a_role_obeys_its_kind(role, read_yaml, violations):
    for resource in read_yaml(role)["resources"]:
        kind, name = next(iter(resource.items()))
        fields = {
            k: v for k, v in resource.items() if k not in (kind, "needs", "needed_by", "tags")
        }
        if kind in SERVICES or names_in(fields):
            continue  # checked for each school, with its own values
        filled_in = {
            "package": {"installed": True},
            "command": {"done": True},
            "template": {"content": ""},
            "directory": {"path": name},
        }
        assert violations(f"kinds/{kind}.json", {**filled_in.get(kind, {}), **fields}) == [], name


def test_editors_find_the_schema_of_every_file():
    paths = [p for p in (HOME / "inventories").rglob("*.yml") if "minimal" not in p.parts]
    for path in paths:
        first = path.read_text("utf-8").partition("\n")[0]
        named = first.removeprefix("# yaml-language-server: $schema=")
        assert (path.parent / named).resolve().is_file(), path


def test_a_word_that_is_not_of_the_language_is_found(read_yaml, violations):
    school = read_yaml(HOME / "inventories/minimal/schools/gs-nord.yml")
    assert violations("school.json", school) == []
    assert violations("school.json", {**school, "wlan": ["schulnetz"]}) != []
    assert violations("school.json", {**school, "wifi": {"a": {"security": "wep"}}}) != []
