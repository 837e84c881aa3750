"""``pedell init``: a small inventory to start from, in an empty folder."""

import shlex
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import click

from pedell.commands.showing import show

_HARMLESS = (".git",)
"""What may lie in the folder already: one begins with git init as often as not."""

_IGNORED = (
    "# Pedell's memory of this machine: what it left on targets, and the journal.\n.pedell/\n"
)


@click.command("init")
@click.argument(
    "folder", default=".", type=click.Path(path_type=Path, file_okay=False, writable=True)
)
def command(folder: Path) -> None:
    """Write a small inventory into FOLDER: one school, three tablets, a server.

    It works at once, on Pedell's own sandbox. FOLDER must be new or empty.
    """
    found = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    if names := [name for name in found if name not in _HARMLESS]:
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
        raise click.UsageError(f"{folder} is not empty: it holds {shown}. Name a new folder.")
    count = sum(1 for _ in _written(folder))
    show(f"{count} files are in {'this folder' if folder == Path() else folder}. What now:\n")
    show("\n".join(_next_steps(folder)))


def _written(folder: Path) -> Iterator[Path]:
    home = _starter()
    (folder / ".gitignore").parent.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text(_IGNORED, encoding="utf-8")
    yield folder / ".gitignore"
    for path in sorted(home.rglob("*")):
        relative = path.relative_to(home)
        # The checkout's own example may have been worked on: its memory is nobody else's.
        if path.is_file() and not any(part.startswith(".") for part in relative.parts):
            (folder / relative).parent.mkdir(parents=True, exist_ok=True)
            (folder / relative).write_bytes(path.read_bytes())
            yield folder / relative


def _starter() -> Path:
    """Return the example: the one in the package, or in the checkout it stands in."""
    inside = Path(str(files("pedell") / "starter"))
    return inside if inside.is_dir() else Path(__file__).parents[3] / "inventories" / "minimal"


def _next_steps(folder: Path) -> Iterator[str]:
    at = "" if folder == Path() else f" -i {shlex.quote(str(folder))}"
    yield f"  Look at it          {shlex.quote(str(folder / 'authority.yml'))}, then schools/"
    yield f"  Start a sandbox     pedell sandbox start{at}"
    yield f"  See what would be   pedell plan{at}"
