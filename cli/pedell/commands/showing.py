"""What commands print, and where: results on stdout, everything else on stderr."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from pedell.commands.exits import Exit, Leave
from pedell.commands.tongues import tongue_for
from pedell.model import Problem, Rejected
from pedell.outputs import FORMATS
from pedell.outputs.layout import wants_colour
from pedell.outputs.views import Format, Page


def format_for(name: str) -> Format:
    """Return the format, fitted to the terminal where there is one."""
    return FORMATS[name].fitted(page())


def page() -> Page:
    """Return how wide stdout is, whether colour helps there (NO_COLOR), and in which language."""
    width = shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100
    colour = wants_colour(sys.stdout.isatty(), os.environ)
    return Page(max(60, min(width, 120)), colour, tongue_for(os.environ))


def show(text: str) -> None:
    """Print a result."""
    click.echo(text, color=True)


def say(text: str) -> None:
    """Print a word beside the result."""
    click.echo(text, err=True)


@contextmanager
def rejections_shown(
    output: str, written: Callable[[Sequence[Problem]], str] | None = None
) -> Iterator[None]:
    """Show what a stage rejects, all of it, and leave with the code for wrong input.

    ``written`` writes it where ``output`` is no format of every command.
    """
    try:
        yield
    except Rejected as rejected:
        found = rejected.problems
        text = written(found) if written else format_for(output).problems(found, _texts(found))
        click.echo(text, err=output == "text", color=True)
        raise Leave(_code(rejected.problems)) from None


def warn(warnings: Sequence[Problem]) -> None:
    """Show warnings beside the result; they stop nothing."""
    if warnings:
        say(format_for("text").problems(warnings, _texts(warnings)) + "\n")


def _code(problems: Sequence[Problem]) -> Exit:
    return Exit.USAGE if {problem.code for problem in problems} == {"E0270"} else Exit.INVALID


def _texts(problems: Sequence[Problem]) -> dict[str, str]:
    """Read again the files that problems stand in, so that their lines can be shown."""
    texts = {}
    unread = ("E0106", "E0280")  # a link that leads out is not followed here either
    readable = (problem for problem in problems if problem.source and problem.code not in unread)
    for name in {problem.source.file for problem in readable if problem.source}:
        if Path(name).parent.name == "secrets":
            continue  # whoever wrote a password there in clear text must not see it in a CI log
        try:
            with Path(name).open(encoding="utf-8", errors="replace") as file:
                texts[name] = _without_secrets(file.read(2_000_000), name, problems)
        except OSError:
            continue
    return texts


def _without_secrets(text: str, name: str, problems: Sequence[Problem]) -> str:
    """Cut what is or may be a secret in clear text out of lines, so that it is not shown again."""
    lines = [_LIKE_A_SECRET.sub(r"\1…", line) for line in text.splitlines()]
    for problem in problems:
        source = problem.source
        if problem.code == "E0114" and source and source.file == name:
            lines[source.line - 1] = lines[source.line - 1][: source.column - 1] + "…"
    return "\n".join(lines)


_LIKE_A_SECRET = re.compile(
    r"((?:pass|psk|secret|kennwort|geheim)[\w-]*[\"']?\s*:\s*)(?!!secret\b)[^\s,}{\[][^,}]*",
    re.IGNORECASE,
)
"""The value behind a key that sounds like a secret, however it is misspelt."""
