"""The schemas that an editor gets: those of the language, narrowed to the names of an inventory."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pedell.language.documents import parse_document
from pedell.language.editor.names import collect_names
from pedell.language.editor.schemas import MARK, narrow_schemas

HOME = Path(__file__).parents[2]
SCHEMAS = {
    path.relative_to(HOME / "schemas").as_posix(): json.loads(path.read_text("utf-8"))
    for path in sorted((HOME / "schemas").rglob("*.json"))
}
FILES = {
    "authority.yml": "authority: x\ntypes: {grundschule: Grundschule}\n"
    "targets: {tablets: {provider: memory}}\n",
    "catalogue.yml": "apps:\n  anton: {title: ANTON, approved: 2021-01-15, note: ohne Konto}\n"
    "  teams: {title: Teams, note: check not finished}\n"
    "wifi: {schulnetz: {ssid: Schulnetz}}\nrestrictions: {offen: {camera: true}}\n",
    "groups/grundschule.yml": "type: grundschule\n",
    "groups/nord.yml": "group: nord\nname: Nordstadt\n",
    "schools/gs-nord.yml": "school: gs-nord\nname: Nord\ncohorts: {pupil: {}, lab: {role: pupil}}\n",
    "roles/radius/role.yml": "role: radius\n",
}
# Places that give a name for the first time: any name is right there.
DECLARING = {
    "authority.json#/properties/authority",
    "authority.json#/properties/types/propertyNames",
    "authority.json#/properties/targets/propertyNames",
    "catalogue.json#/properties/apps/propertyNames",
    "catalogue.json#/properties/wifi/propertyNames",
    "catalogue.json#/properties/restrictions/propertyNames",
    "catalogue.json#/properties/certificates/propertyNames",
    "catalogue.json#/properties/profiles/propertyNames",
    "group.json#/properties/group",
    "municipality.json#/properties/municipality",
    "owner.json#/properties/owner",
    "role.json#/properties/role",
    "school.json#/properties/school",
    "school.json#/properties/cohorts/propertyNames",
}


def names(unread=(), **changed):
    files = {**FILES, **changed}
    documents = [parse_document(path, path, text.encode()) for path, text in files.items()]
    return collect_names([one for one in documents if one.relative not in unread], unread)


def narrowed(*args, **changed):
    return narrow_schemas(SCHEMAS, names(*args, **changed))


def nodes(node, at):
    """Yield each place of a schema and what stands there."""
    yield at, node
    below = node.items() if isinstance(node, dict) else enumerate(node)
    for key, one in below:
        if isinstance(one, (dict, list)):
            yield from nodes(one, f"{at}/{key}")


ALL = [pair for file, schema in SCHEMAS.items() for pair in nodes(schema, f"{file}#")]


def test_every_place_for_a_name_says_which_names_or_gives_one():
    free = {
        at
        for at, node in ALL
        if isinstance(node, dict) and str(node.get("$ref")).endswith("#/$defs/id")
        if MARK not in node
    }
    assert free == DECLARING


def test_every_mark_has_a_list():
    marks = {node[MARK] for _, node in ALL if isinstance(node, dict) and MARK in node}
    assert marks <= names().keys()


@pytest.mark.parametrize("file", [*SCHEMAS, "names.json"])
def test_narrowed_schemas_are_schemas(file):
    schema = narrowed()[file]
    Draft202012Validator.check_schema(schema)
    assert MARK not in json.dumps(schema)


def test_names_come_with_words_and_without_what_is_not_approved():
    lists = narrowed()["names.json"]["$defs"]
    assert lists["approved-apps"]["enum"] == ["anton"]
    assert lists["approved-apps"]["enumDescriptions"] == [
        "ANTON · approved 2021-01-15 · ohne Konto"
    ]
    assert "teams (check not finished)" in lists["approved-apps"]["description"]
    assert lists["apps"]["enum"] == ["anton", "teams"]
    assert lists["groups"]["enum"] == ["nord"]
    assert lists["cohort-roles"]["enum"] == ["pupil"]
    assert lists["cohorts"]["enum"] == ["lab", "pupil"]
    assert lists["server-roles"]["enum"] == ["radius"]


def test_blocks_list_their_keys():
    block = narrowed()["layer.json"]["$defs"]["wifi"]["oneOf"][1]
    assert block["properties"]["schulnetz"]["description"] == "Schulnetz"
    roles = narrowed()["layer.json"]["$defs"]["restrictions"]
    assert roles["propertyNames"]["allOf"] == [{"$ref": "names.json#/$defs/cohort-roles"}]


def test_a_new_network_must_say_what_it_is():
    block = narrowed()["layer.json"]["$defs"]["wifi"]["oneOf"][1]
    assert block["additionalProperties"]["required"] == ["ssid"]
    own = names(**{"schools/gs-nord.yml": "school: gs-nord\nwifi: {therapie: {ssid: Therapie}}\n"})
    words = own["wifi"].words_by_name
    assert list(words) == ["schulnetz", "therapie"]
    assert words["therapie"] == "Therapie · not in the catalogue"


def test_a_list_that_is_empty_takes_nothing_and_says_so():
    none = narrowed()["names.json"]["$defs"]["municipalities"]
    assert not Draft202012Validator(none).is_valid("musterstadt")
    assert none["patternErrorMessage"] == "Municipalities, a file each. There is none yet."


def test_names_of_a_file_that_cannot_be_read_are_not_checked():
    schemas = narrowed({"catalogue.yml"})
    assert "apps" not in schemas["names.json"]["$defs"]
    assert schemas["layer.json"]["$defs"]["apps"]["oneOf"][0]["items"]["$ref"] == "#/$defs/id"


@pytest.mark.parametrize("path", ["groups/nord.yml", "schools/gs-nord.yml"])
def test_a_file_that_cannot_be_read_still_has_its_name(path):
    folder, _, file = path.partition("/")
    assert file.removesuffix(".yml") in names({path})[folder].words_by_name


@pytest.mark.parametrize("text", ["[]", "3", "apps: 3\nwifi: [a]\nrestrictions: {a: 1}\n"])
def test_half_written_files_break_nothing(text):
    for path in FILES:
        assert names(**{path: text})


def test_examples_of_places_with_names_are_left_out():
    school = narrowed()["school.json"]["properties"]
    assert "examples" not in school["type"]
    assert "examples" not in school["groups"]
    assert school["priority"]["examples"] == [212]
