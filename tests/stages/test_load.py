"""Load: which files are read, and which are refused."""

import os

import pytest

from pedell.model import Rejected
from pedell.stages.load import MAX_ASSET_BYTES, load_folder
from tests.inventory_builder import AUTHORITY, build, role, school


def found(*roots):
    with pytest.raises(Rejected) as caught:
        load_folder(roots)
    return [
        (problem.code, str(problem.source or "").removeprefix(f"{roots[0]}/"))
        for problem in caught.value.problems
    ]


def test_the_parts_of_an_inventory_are_read(tmp_path):
    files = {
        **role("  - package: curl\n"),
        "playbooks/roles/welcome/templates/deep/motd.j2": "x",
        "groups/innenstadt.yml": "group: innenstadt\n",
        "certificates/ca.pem": "x",
        "notes.txt": "not ours",
        "schools/.gs-nord.yml.swp": "\x00",
    }
    folder = load_folder((build(tmp_path, files),))
    assert [document.relative for document in folder.documents] == [
        "authority.yml",
        "catalogue.yml",
        "groups/innenstadt.yml",
        "schools/gs-nord.yml",
        "roles/welcome/role.yml",
    ]
    assert sorted(folder.assets) == [
        "certificates/ca.pem",
        "devices/gs-nord.csv",
        "roles/welcome/templates/deep/motd.j2",
    ]
    assert folder.documents[0].path == f"{tmp_path}/authority.yml"


def test_a_folder_that_is_not_there_is_told(tmp_path):
    assert found(tmp_path / "none") == [("E0108", "")]


def test_every_unreadable_file_is_named(tmp_path):
    build(tmp_path, {"catalogue.yml": "a: [\n", "schools/gs-nord.yml": "a: 1\na: 2\n"})
    assert found(tmp_path) == [("E0102", "catalogue.yml:2:1"), ("E0103", "schools/gs-nord.yml:2:1")]


def test_several_folders_are_read_as_one(tmp_path):
    first = build(tmp_path / "a")
    second = tmp_path / "b"
    (second / "schools").mkdir(parents=True)
    (second / "schools" / "gs-sued.yml").write_text(school(name="gs-sued"))
    names = [document.relative for document in load_folder((first, second)).documents]
    assert "schools/gs-nord.yml" in names
    assert "schools/gs-sued.yml" in names


def test_the_same_file_in_two_folders_is_refused(tmp_path):
    first, second = build(tmp_path / "a"), tmp_path / "b"
    for relative in ("schools/gs-nord.yml", "devices/gs-nord.csv"):
        (second / relative).parent.mkdir(parents=True, exist_ok=True)
        (second / relative).write_text((first / relative).read_text())
    assert [code for code, _ in found(first, second)] == ["E0201", "E0201"]


def test_a_link_out_of_the_inventory_is_refused(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.yml").write_text("school: secret\n")
    root = build(tmp_path / "inv")
    (root / "schools" / "linked.yml").symlink_to(outside / "secret.yml")
    assert found(root) == [("E0106", "schools/linked.yml:1:1")]


def test_a_linked_folder_out_of_the_inventory_is_refused(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.yml").write_text("group: x\n")
    root = build(tmp_path / "inv")
    (root / "groups").symlink_to(outside)
    assert found(root) == [("E0106", "groups/x.yml:1:1")]


def test_a_link_inside_the_inventory_is_read(tmp_path):
    root = build(tmp_path)
    (root / "schools" / "copy.yml").symlink_to(root / "schools" / "gs-nord.yml")
    assert "schools/copy.yml" in [d.relative for d in load_folder((root,)).documents]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    root = build(tmp_path)
    os.mkfifo(root / "schools" / "pipe.yml")
    assert found(root) == [("E0101", "schools/pipe.yml:1:1")]


def test_a_broken_link_is_refused(tmp_path):
    root = build(tmp_path)
    (root / "schools" / "gone.yml").symlink_to(root / "nowhere.yml")
    assert found(root) == [("E0101", "schools/gone.yml:1:1")]


def test_another_ending_of_the_name_is_not_passed_over(tmp_path):
    root = build(tmp_path, {"schools/gs-sued.yaml": school(name="gs-sued")})
    assert found(root) == [("E0101", "schools/gs-sued.yaml:1:1")]


def test_a_huge_file_is_not_read(tmp_path):
    root = build(tmp_path)
    for name in ("catalogue.yml", "devices/gs-nord.csv"):
        with (root / name).open("wb") as file:
            file.truncate(MAX_ASSET_BYTES + 1)
    assert found(root) == [("E0105", "catalogue.yml:1:1"), ("E0105", "devices/gs-nord.csv:1:1")]


def test_a_folder_of_playbooks_elsewhere_is_read(tmp_path):
    root = build(tmp_path / "inv", {"authority.yml": f"{AUTHORITY}playbooks: ../ours\n"})
    path = tmp_path / "ours" / "roles" / "x" / "role.yml"
    path.parent.mkdir(parents=True)
    path.write_text("role: x\nresources: []\n")
    document = load_folder((root,)).documents[-1]
    assert (document.path, document.relative) == (str(path), "roles/x/role.yml")


def test_a_folder_of_playbooks_that_is_not_there_is_told(tmp_path):
    root = build(tmp_path, {"authority.yml": f"{AUTHORITY}playbooks: ../ours\n"})
    assert found(root) == [("E0108", "authority.yml:7:12")]
