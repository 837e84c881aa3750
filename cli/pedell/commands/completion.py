"""What the shell may complete: school ids and groups, read from file names, so that it is quick."""

from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem


def known_schools(context: click.Context) -> list[str]:
    """Return the ids of the inventory that the line so far names, without reading a file."""
    return _names(context, "schools")


def complete_school(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete the id of one school."""
    return [CompletionItem(name) for name in known_schools(context) if name.startswith(typed)]


def complete_pattern(
    context: click.Context, _: click.Parameter, typed: str
) -> list[CompletionItem]:
    """Complete the last part of a pattern."""
    cut = max(typed.rfind(mark) for mark in ":,!&") + 1
    head, word = typed[:cut], typed[cut:]
    names = [*known_schools(context), *_names(context, "groups"), "all"]
    return [CompletionItem(head + name) for name in names if name.startswith(word)]


def _names(context: click.Context, folder: str) -> list[str]:
    given: Any = context.params.get("inventories") or (Path(),)
    found = (path for root in given for path in (Path(root) / folder).glob("*.yml"))
    return sorted(path.stem for path in found)
