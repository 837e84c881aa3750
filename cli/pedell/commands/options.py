"""Options that several commands share, and what they mean together."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pedell.commands.completion import complete_pattern, complete_school

FORKS = 16


@dataclass(frozen=True, slots=True)
class Where:
    """Which inventory a command works on, and where it keeps its memory."""

    roots: tuple[Path, ...]
    state: Path | None
    sandbox: bool
    forks: int


def _stacked(options: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


inventory = click.option(
    "-i",
    "--inventory",
    "inventories",
    multiple=True,
    type=click.Path(path_type=Path),
    envvar="PEDELL_INVENTORY",
    show_envvar=True,
    help="Folder that holds authority.yml; several are read as one. Left out: this folder.",
)


def _output(more: Sequence[str], about: str) -> Callable[[Any], Any]:
    return click.option(
        "--output",
        type=click.Choice(["text", "json", "jsonl", *more]),
        default="text",
        envvar="PEDELL_OUTPUT",
        show_default=True,
        help=about,
    )


output = _output([], "For people, as one document, or as a line for each thing.")
output_or_sarif = _output(
    ["sarif"], "For people, as one document, as a line for each thing, or for code review."
)
output_or_csv = _output(
    ["csv"], "For people, as one document, as a line for each thing, or for a spreadsheet."
)
limit = click.option(
    "-l",
    "--limit",
    default="",
    metavar="PATTERN",
    shell_complete=complete_pattern,
    help="Only these schools: ids, groups, types, wildcards; 'gs-*:&innenstadt:!gs-sued', @FILE.",
)
school = click.option(
    "--school",
    default="",
    metavar="ID",
    shell_complete=complete_school,
    help="Only this school, every device of it one by one.",
)
everything = click.option(
    "-a", "--all", "everything", is_flag=True, help="Show every cohort and device, not the worst."
)
tags = click.option(
    "-t",
    "--tags",
    default="",
    metavar="TAGS",
    help="Only these parts: wifi, apps, restrictions, presets, server, a role …",
)
state = click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="PEDELL_STATE",
    show_envvar=True,
    help="Folder of the memory. Left out: .pedell in the inventory.",
)
mdm = click.option("--target", default="", help="The MDM; needed where there are several.")
target_options = _stacked(
    [
        click.option(
            "-f",
            "--forks",
            type=click.IntRange(1, 200),
            default=FORKS,
            envvar="PEDELL_FORKS",
            show_default=True,
            help="How many targets are spoken to at the same time.",
        ),
        click.option(
            "--sandbox",
            is_flag=True,
            envvar="PEDELL_SANDBOX",
            help="Work on the embedded sandbox, whatever addresses the inventory names.",
        ),
        state,
    ]
)


def roots_of(inventories: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the folders to read: those that were named, else this one."""
    return inventories or (Path(),)


def split_words(text: str) -> tuple[str, ...]:
    """Split ``a,b`` as Ansible does."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def in_automation() -> bool:
    """Tell whether a CI job runs us."""
    return bool(os.environ.get("CI") or os.environ.get("PEDELL_IN_AUTOMATION"))
