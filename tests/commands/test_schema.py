"""``pedell schema`` through the real command line."""

import json
import shutil
from functools import cache
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


@pytest.fixture(name="dortmund", scope="module")
def _dortmund(tmp_path_factory) -> Path:
    """Write the schemas with the names of Dortmund, whose playbooks lie beside it."""
    home = tmp_path_factory.mktemp("narrowed")
    for part in ("inventories/dortmund", "playbooks"):
        ignored = shutil.ignore_patterns(".pedell")
        shutil.copytree(HOME / part, home / part, ignore=ignored)
    answer = pedell_says("schema", "--write", "-i", "inventories/dortmund", cwd=home)
    assert answer.code == 0, answer.err
    settings = json.loads(answer.out)
    schema = "inventories/dortmund/.pedell/schemas/school.json"
    assert settings["yaml.schemas"][schema] == "inventories/dortmund/schools/*.yml"
    assert "# yaml-language-server: $schema=../.pedell/schemas/school.json" in answer.err
    return home / "inventories/dortmund"


PLACES = [("authority", "authority.yml"), ("catalogue", "catalogue.yml"), ("group", "groups/*.yml"),
          ("municipality", "municipalities/*.yml"), ("owner", "owners/*.yml"),
          ("school", "schools/*.yml"), ("playbook", "../../playbooks/*.yml"),
          ("role", "../../playbooks/roles/*/role.yml")]  # fmt: skip


@pytest.mark.parametrize(("schema", "place"), PLACES)
def test_every_file_of_an_inventory_obeys_the_schema_with_its_names(dortmund, schema, place):
    uri = (dortmund / f".pedell/schemas/{schema}.json").as_uri()
    validator = Draft202012Validator({"$ref": uri}, registry=Registry(retrieve=cache(_read)))
    for path in sorted(dortmund.glob(place)):
        value = yaml.load(path.read_text("utf-8"), Loader=_Loader)
        assert [error.message for error in validator.iter_errors(value)] == [], path


@pytest.mark.parametrize(
    "line",
    ["apps: [antn]", "apps: {add: [teams]}", "apps: {remove: [antn]}", "wifi: [schulnets]",
     "wifi: {schulnets: {vlan: 120}}", "restrictions: {pupil: jugendshutz}",
     "restrictions: {pupl: offen}", "restrictions: {pupil: {use: jugendshutz}}",
     "certificates: [schul-cs]", "profiles: [x]", "roles: [school-sever]", "groups: [ostpork]",
     "municipality: x", "cohorts: {pupil: {target: tablet}}", "cohorts: {pupil: {role: pupl}}",
     "wifi: {schulnetz: {certificate: schul-cs}}"],
)  # fmt: skip
def test_a_name_that_the_inventory_lacks_is_reported_while_typing(dortmund, line):
    head = "school: gs-neu\nname: Neu\ntype: grundschule\n"
    assert _wrong(dortmund / ".pedell/schemas/school.json", head) == []
    assert _wrong(dortmund / ".pedell/schemas/school.json", f"{head}{line}\n") != []


def test_a_second_run_writes_nothing_and_broken_files_stop_nothing(dortmund):
    names = dortmund / ".pedell/schemas/names.json"
    before = names.stat().st_mtime_ns
    answer = pedell_says("schema", "--write", "-i", dortmund, cwd=dortmund)
    assert "; 0 new." in answer.err
    assert names.stat().st_mtime_ns == before
    school = dortmund / "schools/gs-apfelbaum.yml"
    whole = school.read_text("utf-8")
    school.write_text(f"{whole}\napps: [", encoding="utf-8")
    answer = pedell_says("schema", "--write", cwd=dortmund)
    school.write_text(whole, encoding="utf-8")
    assert answer.code == 0
    assert "gs-apfelbaum.yml" in answer.err
    assert "gs-apfelbaum" in json.loads(names.read_text("utf-8"))["$defs"]["schools"]["enum"]


def test_the_line_for_editors_is_written_only_when_asked(tmp_path):
    shutil.copytree(HOME / "inventories/minimal", tmp_path / "x", symlinks=True)
    school = tmp_path / "x/schools/gs-nord.yml"
    before = school.read_text("utf-8")
    assert pedell_says("schema", "--write", "-i", "x", cwd=tmp_path).code == 0
    assert school.read_text("utf-8") == before
    assert pedell_says("schema", "--write", "s", "--modeline", "-i", "x", cwd=tmp_path).code == 0
    first, _, rest = school.read_text("utf-8").partition("\n")
    assert first == "# yaml-language-server: $schema=../../s/school.json"
    assert rest in (before, before.partition("\n")[2])
    assert (school.parent / first.partition("=")[2]).is_file()


def test_without_an_inventory_there_are_no_names_to_write(tmp_path):
    for words in (["--write"], ["--write", "s", "-i", "x"], ["--write", "s", "--modeline"]):
        answer = pedell_says("schema", *words, cwd=tmp_path)
        assert answer.code == 64
        assert "authority.yml" in answer.err
    assert pedell_says("schema", "--modeline", cwd=tmp_path).code == 64
    assert list(tmp_path.iterdir()) == []
