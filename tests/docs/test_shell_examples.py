"""Commands that a page shows exist, with these options and arguments."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pedell.commands import cli
from tests.docs.console import blocks_in, typed_in
from tests.docs.pages import HOME, PAGES

_SCRIPTS = ("sh", "yaml", "ini", "console")
_CALL = re.compile(
    r"(?:^[ \t]*(?:- )?|[;&|(][ \t]*|bin/)pedell ([a-z].*?)(?=[;&|)]|  #| 2>|$)", re.MULTILINE
)
_INLINE = re.compile(r"`pedell ([^`]+)`")


def calls_in(page: Path) -> Iterator[str]:
    """Yield what stands behind ``pedell`` in the blocks and sentences of a page."""
    text = page.read_text(encoding="utf-8")
    for block in blocks_in(text):
        if block.language == "console":
            lines = "\n".join(typed.command for typed in typed_in(block))
        else:
            lines = block.text if block.language in _SCRIPTS else ""
        yield from (found.strip() for found in _CALL.findall(lines.replace("\\\n", " ")))
    yield from _INLINE.findall(text)


CALLS = [
    pytest.param(call, id=f"{page.relative_to(HOME)}: pedell {call}")
    for page in PAGES
    if page.name not in ("ARCHITECTURE.md", "commands.md")
    for call in dict.fromkeys(calls_in(page))
]


@pytest.mark.parametrize("call", CALLS)
def test_a_command_that_a_page_shows_can_be_typed(call: str) -> None:
    try:
        read(cli, shlex.split(call))
    except click.MissingParameter:
        # A sentence may name a command without its arguments; options would have been looked at.
        assert len(call.split()) == 1


def read(command: click.Command, words: list[str]) -> None:
    """Read words as click does, without running anything; raise what it raises."""
    if words in (["--help"], ["--version"]):
        return
    if isinstance(command, click.Group) and (
        not command.invoke_without_command or set(words) & command.commands.keys()
    ):
        _, child, rest = command.resolve_command(click.Context(command), words)
        assert child is not None
        read(child, rest)
    else:
        command.make_context(command.name, words)


@pytest.mark.parametrize(
    "call", ["plam", "plan --nonsense", "apply --forks many", "sandbox brake X", "explain gs-nord"]
)
def test_a_command_that_does_not_exist_would_be_noticed(call: str) -> None:
    with pytest.raises(click.UsageError):
        read(cli, shlex.split(call))
