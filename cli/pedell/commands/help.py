"""``pedell help``: what an error number means, an example, and the way out."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import click
from click.shell_completion import CompletionItem

from pedell.commands.showing import format_for, page, show
from pedell.language.nearest import did_you_mean
from pedell.model import SUMMARIES, tell
from pedell.outputs.layout import wrapped
from pedell.outputs.views import Page, Table


@dataclass(frozen=True, slots=True)
class HelpPage:
    """What there is to say about one code; ``help.toml`` describes the form of the examples."""

    means: str
    wrong: str
    right: str
    way_out: str


@cache
def help_pages() -> Mapping[str, HelpPage]:
    """Read what is said of each code."""
    return {code: HelpPage(**entry) for code, entry in read_pages("help.toml").items()}


def help_page(code: str, language: str) -> HelpPage:
    """Return what is said of one code; examples that are files are the same in each language."""
    page = help_pages()[code]
    return replace(page, **read_pages("help.de.toml").get(code, {})) if language == "de" else page


@cache
def read_pages(name: str) -> Mapping[str, dict[str, str]]:
    """Read one file of pages as it stands."""
    return tomllib.loads((files("pedell.commands") / name).read_text(encoding="utf-8"))


def _complete(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    return [CompletionItem(code) for code in SUMMARIES if code.startswith(typed.upper())]


@click.command("help")
@click.argument("code", required=False, shell_complete=_complete)
@click.pass_context
def command(context: click.Context, code: str | None) -> None:
    """Explain the error CODE (such as E0231), or say which there are. Also: pedell help plan."""
    root = context.find_root()
    if code is None:
        show(format_for("text").listing(_all_codes(page())))
    elif code.upper() in SUMMARIES:
        show("\n".join(_lines(code.upper(), page())))
    elif isinstance(root.command, click.Group) and (
        found := root.command.get_command(context, code)
    ):
        show(found.get_help(click.Context(found, parent=root, info_name=code)))
    else:
        names = root.command.list_commands(root) if isinstance(root.command, click.Group) else []
        meant = did_you_mean(code.upper(), SUMMARIES)
        near = did_you_mean(code, names)
        hints = (each for each in (meant, near) if each.startswith("Did"))
        hint = next(hints, tell("All: pedell help"))
        detail = tell('"{code}" is no error number. {hint}', code=code, hint=hint)
        raise click.UsageError(page().tongue.say(detail))


def _all_codes(page: Page) -> Table:
    say = page.tongue.say
    note = say(tell("pedell help CODE says what it means and what to do."))
    columns = (say(tell("code")), say(tell("summary")))
    rows = tuple((code, page.tongue.summary(code)) for code in SUMMARIES)
    return Table("codes", columns, rows, note)


def _lines(code: str, page: Page) -> Iterator[str]:
    say, told = page.tongue.say, help_page(code, page.tongue.language)
    yield f"{code}  {page.tongue.summary(code)}"
    yield ""
    yield from wrapped(told.means, page.width)
    for heading, example in ((tell("Wrong"), told.wrong), (tell("Right"), told.right)):
        yield ""
        yield say(heading)
        yield from (f"    {line}".rstrip() for line in example.strip("\n").splitlines())
    yield ""
    yield say(tell("What to do"))
    yield from wrapped(told.way_out, page.width, "    ")
