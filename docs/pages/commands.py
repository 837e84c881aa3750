"""The page of commands, read off click."""

from collections.abc import Iterator

import click

from docs.pages.markdown import code, page, table
from pedell.commands import COMMANDS, cli


def commands_page() -> str:
    """Return every command with its arguments and options."""
    rows = [(f"[{name}](#pedell-{name})", about) for name, about in sorted(COMMANDS.items())]
    sections = [_section(names, command) for names, command in all_commands()]
    return page(
        "Commands",
        "Results go to stdout, everything else to stderr. An option beats its environment "
        "variable. `NO_COLOR=1` switches colours off, `FORCE_COLOR=1` on. What a command leaves "
        "with: [exit codes](exit-codes.md).",
        table(("command", "what for"), rows),
        *sections,
    )


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command with the words that call it, groups before what is in them."""
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if command is not None:
            yield from _below(name, command)


def help_of(option: click.Option) -> str:
    """Return what an option is for; the words of its namesake elsewhere where it has none."""
    if option.help:
        return option.help
    for _, command in all_commands():
        for other in command.params:
            if isinstance(other, click.Option) and other.name == option.name and other.help:
                return other.help
    return ""


def _below(names: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield names, command
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from _below(f"{names} {name}", child)


def _section(names: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"pedell {names}")
    usage = " ".join([f"pedell {names}", *command.collect_usage_pieces(context)])
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    rows = [_row(option, context) for option in options]
    about = "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n"))
    level = "##" if " " not in names else "###"
    parts = [f"{level} pedell {names}", about, f"```\n{usage}\n```"]
    return "\n\n".join(
        filter(None, [*parts, table(("option", "what for", "left out", "environment"), rows)])
    )


def _row(option: click.Option, context: click.Context) -> tuple[str, str, str, str]:
    words = ", ".join(code(word) for word in (*option.opts, *option.secondary_opts))
    if not option.is_flag:
        words += f" {code(_metavar(option, context))}"
    variable = option.envvar if isinstance(option.envvar, str) else ""
    again = " May be given several times." if option.multiple else ""
    return words, help_of(option) + again, _default(option), code(variable)


def _metavar(option: click.Option, context: click.Context) -> str:
    match option.type:
        case click.IntRange() | click.FloatRange() | click.types.IntParamType():
            return "NUMBER"
        case click.Path(file_okay=False):
            return "FOLDER"
        case _:
            return option.make_metavar(context)


def _default(option: click.Option) -> str:
    value = option.default
    if option.is_flag or isinstance(value, bool):
        return ""
    if isinstance(value, (int, float)):
        return code(f"{value:g}")
    return code(value) if isinstance(value, str) else ""
