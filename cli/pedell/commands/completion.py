"""What the shell may complete, read from file names so that it is quick; ``pedell completion``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

_VARIABLE = "_PEDELL_COMPLETE"
_INSTALL: Mapping[str, str] = {
    "bash": """\
# Install it:  pedell completion bash > ~/.local/share/bash-completion/completions/pedell
# Try it now:  eval "$(pedell completion bash)"
# In a pattern join by comma: bash takes a colon for the end of a word.
""",
    "zsh": """\
# Install it:  pedell completion zsh > "${fpath[1]}/_pedell"    (and begin a new shell)
# Try it now:  eval "$(pedell completion zsh)"
""",
    "fish": """\
# Install it:  pedell completion fish > ~/.config/fish/completions/pedell.fish
# Try it now:  pedell completion fish | source
""",
}
_SECTIONS = (
    "apps",
    "certificates",
    "handover",
    "os",
    "presets",
    "profiles",
    "restrictions",
    "roles",
    "service",
    "shared",
    "supervised",
    "variables",
    "wifi",
)


@click.command("completion")
@click.argument("shell", type=click.Choice(list(_INSTALL)))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print what makes the shell complete commands, options and the ids of schools."""
    complete = get_completion_class(shell)
    if complete is None:
        raise click.UsageError(f"{shell} cannot be completed here.")
    script = complete(context.find_root().command, {}, "pedell", _VARIABLE).source()
    # zsh's loader looks at the first line alone, so that one must stay where it is.
    head = "#compdef pedell\n" if shell == "zsh" else ""
    click.echo(head + _INSTALL[shell] + script.strip().removeprefix(head))


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


def complete_path(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete the first part of a path, which needs no file to be read."""
    return [CompletionItem(name) for name in _SECTIONS if name.startswith(typed)]


def _names(context: click.Context, folder: str) -> list[str]:
    given: Any = context.params.get("inventories") or (Path(),)
    found = (path for root in given for path in (Path(root) / folder).glob("*.yml"))
    return sorted(path.stem for path in found)
