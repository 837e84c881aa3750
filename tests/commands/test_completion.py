"""What a shell gets when somebody presses Tab: through the protocol that its script speaks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.typed import SOURCE, pedell_says

INVENTORIES = Path(__file__).parents[2] / "inventories"
SHELLS = ("bash", "zsh", "fish")
CPU_SECONDS = 1.0  # about five times what it takes: no inventory is read


def press_tab(shell: str, *words: str, cwd: Path) -> list[str]:
    """Ask as the shell's script does; the last word is the one being typed."""
    line = " ".join(("pedell", *words))
    env = {
        "PYTHONPATH": str(SOURCE),
        "_PEDELL_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": words[-1] if shell == "fish" else str(len(words)),
    }
    done = subprocess.run(
        [sys.executable, "-m", "pedell"],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    # zsh gets three lines for each word: type, value, help; the others one: type,value
    return lines[1::3] if shell == "zsh" else [entry.partition(",")[2] for entry in lines]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    for name in ("schools/gs-nord", "schools/gs-sued", "schools/rs-west", "groups/gs-pilot"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.yml").write_text("not even read")
    return tmp_path


@pytest.mark.parametrize("shell", SHELLS)
def test_a_school_is_completed(folder, shell):
    assert press_tab(shell, "explain", "gs-", cwd=folder) == ["gs-nord", "gs-sued"]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("command", ["plan", "graph", "list schools"])
def test_a_limit_is_completed_with_schools_and_groups(folder, shell, command):
    found = press_tab(shell, *command.split(), "-l", "gs-", cwd=folder)
    assert found == ["gs-nord", "gs-sued", "gs-pilot"]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_last_part_of_a_pattern_is_completed(folder, shell):
    assert press_tab(shell, "plan", "-l", "gs-nord,rs", cwd=folder) == ["gs-nord,rs-west"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_inventory_that_the_line_names_is_looked_at(folder, shell):
    words = ("explain", "-i", folder.name, "rs-")
    assert press_tab(shell, *words, cwd=folder.parent) == ["rs-west"]


@pytest.mark.parametrize("shell", SHELLS)
def test_commands_paths_codes_and_schemas_are_completed(folder, shell):
    assert press_tab(shell, "exp", cwd=folder)[0].startswith("explain")
    assert press_tab(shell, "explain", "gs-nord", "re", cwd=folder) == ["restrictions"]
    assert "E0231" in press_tab(shell, "help", "e02", cwd=folder)
    assert press_tab(shell, "schema", "kinds/w", cwd=folder) == ["kinds/wifi"]


def _cpu_seconds(*words: str) -> float:
    before = os.times()
    assert press_tab("bash", *words, cwd=INVENTORIES / "dortmund")
    after = os.times()
    used = after.children_user + after.children_system
    return used - before.children_user - before.children_system


@pytest.mark.parametrize("words", [("explain", "gs-"), ("plan", "-l", "gs-")])
def test_it_is_quick_for_154_schools(words):
    # Of processor time, because others may be at work on this machine; the best of three.
    assert min(_cpu_seconds(*words) for _ in range(3)) < CPU_SECONDS


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_says_how_to_install_it(tmp_path, shell):
    answer = pedell_says("completion", shell, cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert f"# Install it:  pedell completion {shell} > " in answer.out
    assert f"_PEDELL_COMPLETE={shell}_complete" in answer.out


def test_the_script_of_zsh_begins_as_its_loader_needs_it(tmp_path):
    answer = pedell_says("completion", "zsh", cwd=tmp_path)
    assert answer.out.splitlines()[0] == "#compdef pedell"
    assert answer.out.count("#compdef") == 1


def test_an_unknown_shell_is_a_usage_error(tmp_path):
    answer = pedell_says("completion", "csh", cwd=tmp_path)
    assert (answer.code, answer.out) == (64, "")


def test_bash_itself_completes_with_the_script(folder, tmp_path_factory):
    bash = shutil.which("bash")
    assert bash, "bash is on every machine that runs these tests"
    home = tmp_path_factory.mktemp("path")
    program = home / "pedell"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pedell "$@"\n')
    program.chmod(0o755)
    (home / "script").write_text(pedell_says("completion", "bash", cwd=folder).out)
    typed = (
        f"source {home}/script; complete -p pedell; "
        "COMP_WORDS=(pedell explain gs-); COMP_CWORD=2; _pedell_completion pedell; "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    env = {"PATH": f"{home}:{os.environ['PATH']}", "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [bash, "--norc", "-c", typed],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    first, *found = done.stdout.splitlines()
    assert "_pedell_completion" in first
    assert found == ["gs-nord", "gs-sued"]
