"""``pedell demo``: the whole tool on the sandbox, from the first plan to the first drift."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from pedell.commands.exits import Exit, Leave
from pedell.sandbox.world import find_sandbox, stop_sandbox

_CHECKOUT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class _Story:
    """What the demo tells with one inventory: the line it changes, and what it breaks by hand."""

    inventory: Path
    file: str
    before: str
    after: str
    broken_school: str
    broken_file: str


_DORTMUND = _Story(
    inventory=_CHECKOUT / "inventories" / "dortmund",
    file="catalogue.yml",
    before="    screen_capture: true",
    after="    screen_capture: false",
    broken_school="gs-kleeblatt",
    broken_file="etc/motd",
)


@click.command("demo")
@click.option("--keep", is_flag=True, help="Leave the copy and the sandbox running at the end.")
def command(keep: bool) -> None:
    """Plan and apply Dortmund's 154 schools on the sandbox, change a line, find drift.

    Works on a copy; nothing real is touched.
    """
    story = _DORTMUND
    if not story.inventory.is_dir():
        text = (
            "The demo needs a checkout with inventories/dortmund. Without one: pedell init FOLDER"
        )
        raise Leave(Exit.USAGE, text)
    home = Path(tempfile.mkdtemp(prefix="pedell-demo-"))
    begun = time.monotonic()
    try:
        _tell(story, _copy(story, home))
        click.echo(f"\nAll of that took {time.monotonic() - begun:.0f} seconds.")
        _farewell(home if keep else None, story)
    finally:
        if not keep:
            stop_sandbox(home / "inventories" / story.inventory.name / ".pedell" / "sandbox")
            shutil.rmtree(home, ignore_errors=True)


def _copy(story: _Story, home: Path) -> Path:
    shutil.copytree(_CHECKOUT / "playbooks", home / "playbooks")
    inventory = home / "inventories" / story.inventory.name
    leave_out = shutil.ignore_patterns(".pedell")
    shutil.copytree(story.inventory, inventory, ignore=leave_out)
    return inventory


def _tell(story: _Story, inventory: Path) -> None:
    here = _Stage(inventory)
    here.chapter("What do the files say?")
    here.run("validate")
    here.chapter("A world to try it on: an MDM, its tablets, a server in each school.")
    here.run("sandbox", "start")
    here.chapter("What would change?")
    here.run("plan", "--sandbox")
    here.chapter("Do it.")
    here.run("apply", "--sandbox", "--yes")
    here.chapter("And now? The next plan is empty.")
    here.run("plan", "--sandbox", "--detailed-exitcode")
    here.chapter(f"One line changes, in {story.file}.")
    _edit(inventory / story.file, story)
    here.run("plan", "--sandbox")
    here.run("apply", "--sandbox", "--yes")
    here.chapter("Somebody changes two things by hand: on a tablet, and on a server.")
    _break_by_hand(story, inventory, here)
    here.chapter("Drift finds exactly these two.")
    here.run("drift", "--sandbox", expected=Exit.DIFFERENCES)


def _edit(path: Path, story: _Story) -> None:
    text = path.read_text(encoding="utf-8")
    if text.count(story.before) != 1:
        raise Leave(Exit.BUG, f"The line {story.before!r} is not once in {path}.")
    path.write_text(text.replace(story.before, story.after), encoding="utf-8")
    line = text[: text.index(story.before)].count("\n") + 1
    click.echo(f"  {story.file}:{line}\n  - {story.before.strip()}\n  + {story.after.strip()}\n")


def _break_by_hand(story: _Story, inventory: Path, here: "_Stage") -> None:
    listed = (inventory / "devices" / f"{story.broken_school}.csv").read_text(encoding="utf-8")
    serial = listed.splitlines()[1].partition(";")[0]
    here.run("sandbox", "break", serial, "--profile", "restrictions")
    sandbox = find_sandbox(inventory / ".pedell" / "sandbox")
    if sandbox is None:
        raise Leave(Exit.BUG, "The sandbox ended in the middle of the demo.")
    root = Path(sandbox.servers[story.broken_school]["root"])
    with (root / story.broken_file).open("a", encoding="utf-8") as file:
        file.write("changed by hand\n")
    click.echo(f"  On the server of {story.broken_school}: a line more in /{story.broken_file}.")


class _Stage:
    """Runs commands of Pedell before the audience, each as a person would type it."""

    def __init__(self, inventory: Path) -> None:
        self._inventory = inventory

    def chapter(self, title: str) -> None:
        click.echo(f"\n{click.style(f'── {title}', bold=True)}\n")

    def run(self, *words: str, expected: Exit = Exit.DONE) -> None:
        shown = [*words[:2], "-i", f"inventories/{self._inventory.name}", *words[2:]]
        if words[0] != "sandbox":
            shown = [words[0], "-i", f"inventories/{self._inventory.name}", *words[1:]]
        click.echo(f"$ pedell {' '.join(shown)}")
        code = self._call(shown)
        if code != expected:
            raise Leave(Exit.BUG, f"The demo expected exit code {expected.value}, not {code}.")

    def _call(self, words: Sequence[str]) -> int:
        sys.stdout.flush()
        source = str(Path(__file__).parents[2])
        environment = {**os.environ, "PYTHONPATH": source}
        home = self._inventory.parent.parent
        process = subprocess.run(
            [sys.executable, "-m", "pedell", *words], cwd=home, env=environment, check=False
        )
        return process.returncode


def _farewell(kept: Path | None, story: _Story) -> None:
    if kept:
        click.echo(f"\nThe copy and its sandbox stay: cd {kept}")
        click.echo(f"  pedell sandbox stop -i inventories/{story.inventory.name}   ends them")
    pedell = _program()
    click.echo("\nTry next:")
    click.echo(f"  {pedell} explain gs-kleeblatt restrictions.pupil -i inventories/dortmund")
    click.echo(f"  {pedell} init my-schools")
    click.echo("  docs/tutorial/first-school.md        your first school, step by step")


def _program() -> str:
    """Return what a person types to call us from here."""
    if shutil.which("pedell"):
        return "pedell"
    return os.path.relpath(Path(sys.executable).parent / "pedell")
