"""``pedell init`` through the real command line."""

import shutil
from pathlib import Path

from tests.commands.typed import pedell_says

MINIMAL = Path(__file__).parents[2] / "inventories" / "minimal"


def contents(folder: Path) -> dict[str, bytes]:
    """Read what a person has put there: no memory, nothing hidden."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    }


def test_a_new_folder_gets_the_smallest_example(tmp_path):
    answer = pedell_says("init", "musterstadt", cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert contents(tmp_path / "musterstadt") == contents(MINIMAL)
    assert ".pedell/\n" in (tmp_path / "musterstadt/.gitignore").read_text()


def test_it_is_sound_as_it_stands(tmp_path):
    pedell_says("init", cwd=tmp_path)
    answer = pedell_says("validate", cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    waves = pedell_says("list", "waves", "-p", "playbooks/rollout.yml", cwd=tmp_path)
    assert waves.code == 0


def test_it_says_what_to_do_next(tmp_path):
    answer = pedell_says("init", "my schools", cwd=tmp_path)
    _, _, *steps = answer.out.splitlines()
    assert len(steps) == 3
    assert "'my schools/authority.yml'" in steps[0]
    assert steps[1].endswith("pedell sandbox start -i 'my schools'")
    assert steps[2].endswith("pedell plan -i 'my schools'")


def test_a_folder_that_holds_files_is_refused_and_they_are_named(tmp_path):
    for name in ("notes.txt", "authority.yml"):
        (tmp_path / name).write_text("mine")
    answer = pedell_says("init", cwd=tmp_path)
    assert (answer.code, answer.out) == (64, "")
    assert "authority.yml, notes.txt" in answer.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["authority.yml", "notes.txt"]
    assert (tmp_path / "authority.yml").read_text() == "mine"


def test_a_fresh_git_repository_counts_as_empty(tmp_path):
    (tmp_path / ".git").mkdir()
    assert pedell_says("init", cwd=tmp_path).code == 0


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("mine")
    assert pedell_says("init", "file", cwd=tmp_path).code == 64
    assert (tmp_path / "file").read_text() == "mine"


def test_the_memory_of_the_example_stays_where_it_is(tmp_path):
    """Run it from a package that carries its own start, one that has been worked on."""
    package = tmp_path / "cli/pedell"
    shutil.copytree(MINIMAL.parents[1] / "cli/pedell", package)
    shutil.copytree(MINIMAL, package / "starter", ignore=shutil.ignore_patterns(".pedell"))
    (package / "starter/.pedell").mkdir()
    (package / "starter/.pedell/fingerprint.key").write_bytes(b"secret")
    (package / "starter/schools/gs-nord.yml").write_text("school: gs-nord\n")
    start = tmp_path / "start"
    answer = pedell_says("init", start, cwd=tmp_path, env={"PYTHONPATH": str(package.parent)})
    assert answer.code == 0
    assert (start / "schools/gs-nord.yml").read_text() == "school: gs-nord\n"  # the package's own
    assert not (start / ".pedell").exists()
