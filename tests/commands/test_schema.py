"""``pedell schema`` through the real command line."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.commands.typed import pedell_says

HOME = Path(__file__).parents[2]
FILES = sorted(path.relative_to(HOME / "schemas") for path in (HOME / "schemas").rglob("*.json"))


@pytest.fixture(name="written", scope="module")
def _written(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("editor")
    answer = pedell_says("schema", "--write", "for/editors", cwd=home)
    assert answer.code == 0
    assert answer.out == f"{len(FILES)} schemas are in for/editors.\n"
    assert "$schema=for/editors/authority.json" in answer.err
    assert "$schema=../for/editors/school.json" in answer.err
    return home / "for/editors"


def test_without_a_name_all_names_are_listed(tmp_path):
    answer = pedell_says("schema", cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    first_words = [line.split()[0] for line in answer.out.splitlines() if line[0] != " "]
    assert first_words[1:] == [path.with_suffix("").as_posix() for path in FILES]


@pytest.mark.parametrize("name", ["kinds/wifi", "kinds/wifi.json", "wifi"])
def test_a_schema_is_printed_by_its_name(tmp_path, name):
    answer = pedell_says("schema", name, cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert json.loads(answer.out) == json.loads((HOME / "schemas/kinds/wifi.json").read_text())


def test_an_unknown_name_is_a_usage_error(tmp_path):
    answer = pedell_says("schema", "autority", cwd=tmp_path)
    assert (answer.code, answer.out) == (64, "")
    assert 'Did you mean "authority"?' in answer.err


def test_a_name_and_a_folder_do_not_go_together(tmp_path):
    assert pedell_says("schema", "school", "--write", "x", cwd=tmp_path).code == 64
    assert list(tmp_path.iterdir()) == []


def test_the_written_files_are_the_schemas(written):
    found = sorted(path.relative_to(written) for path in written.rglob("*") if path.is_file())
    assert found == FILES
    for path in FILES:
        assert json.loads((written / path).read_text()) == json.loads(
            (HOME / "schemas" / path).read_text()
        )


def _read(uri: str) -> Resource:
    return DRAFT202012.create_resource(json.loads(Path(uri.removeprefix("file://")).read_text()))


class _Loader(yaml.SafeLoader):
    """YAML in which the name of a secret is a text."""


_Loader.add_constructor("!secret", lambda loader, node: loader.construct_scalar(node))


def _wrong(schema: Path, text: str) -> list[str]:
    """Check as an editor does: by the address of the file, each reference relative to it."""
    validator = Draft202012Validator({"$ref": schema.as_uri()}, registry=Registry(retrieve=_read))
    return [error.message for error in validator.iter_errors(yaml.load(text, Loader=_Loader))]


@pytest.mark.parametrize(
    ("schema", "file"),
    [("authority", "authority.yml"), ("catalogue", "catalogue.yml"),
     ("school", "schools/gs-nord.yml"), ("playbook", "playbooks/rollout.yml"),
     ("role", "playbooks/roles/welcome/role.yml")],
)  # fmt: skip
def test_an_editor_can_follow_every_reference_from_the_written_files(written, schema, file):
    text = (HOME / "inventories/minimal" / file).read_text()
    assert _wrong(written / f"{schema}.json", text) == []


def test_an_editor_finds_a_mistake_behind_a_reference(written):
    text = "school: gs-nord\nname: Nord\ntype: grundschule\nwifi: {schulnetz: {vlan: 5000}}\n"
    assert _wrong(written / "school.json", text) != []
