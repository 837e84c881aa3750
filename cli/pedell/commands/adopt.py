"""``pedell adopt``: what stands on a running MDM becomes entries of the files, as it stands."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import click

from pedell.adoption import Left, Stranger, named, seen
from pedell.commands import options
from pedell.commands.adopting import Adopting, Errand, prepare
from pedell.commands.applying import locked
from pedell.commands.exits import Exit, Leave
from pedell.commands.profile_files import read_profiles
from pedell.commands.showing import format_for, page, rejections_shown, show
from pedell.language.nearest import did_you_mean
from pedell.model import ACTIVATION, Address, Adopted, Rejected
from pedell.outputs.views import Table
from pedell.outputs.wording import count
from pedell.wiring import Setting, Workplace, open_workplace


@click.command("adopt")
@click.argument("target", metavar="TARGET")
@options.inventory
@options.limit
@click.option(
    "--profiles",
    "profiles",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A .mobileconfig that was installed by hand, or a folder of them. May be repeated.",
)
@click.option(
    "--patience",
    type=click.FloatRange(0),
    default=60.0,
    show_default=True,
    help="Seconds to wait until devices say which profiles they hold; only with --profiles.",
)
@click.option("--write", is_flag=True, help="Write the files and remember it. Left out: only show.")
@options.target_options
@options.output
def command(
    target: str,
    inventories: tuple[Path, ...],
    limit: str,
    profiles: tuple[Path, ...],
    patience: float,
    write: bool,
    forks: int,
    sandbox: bool,
    state: Path | None,
    output: str,
) -> None:
    """Take over what stands on the MDM TARGET, as it stands: changes nothing there.

    Sets and declarations that are one cohort's alone keep their names and become entries of the
    files; the next plan is empty, or nothing is written. All else is left alone, with the reason.
    """
    setting = Setting(options.roots_of(inventories), state, sandbox, forks)
    with rejections_shown(output), open_workplace(setting) as place:
        _check(target, place)
        errand = Errand(target, limit, _read(profiles), patience)
        with locked(place) if write else nullcontext():
            found = prepare(place, setting, errand)
            if write and found.taken.fresh:
                _write(found, target)
    show(format_for(output).listing(_table(found, output, written=write)))
    if output == "text":
        for line in _what_now(found, target, written=write):
            show(line)


def _read(files: tuple[Path, ...]) -> list[Stranger]:
    strangers, problems = read_profiles(files)
    if problems:
        raise Rejected(problems)
    return strangers


def _check(target: str, place: Workplace) -> None:
    targets = place.reading.inventory.targets
    if target not in targets:
        meant = did_you_mean(target, targets)
        raise click.UsageError(f"authority.yml has no target {target!r}. {meant}")
    if targets[target].provider != "nanohub":
        raise click.UsageError(f"{target} is no NanoHUB: nothing can be taken over from there.")


def _write(found: Adopting, target: str) -> None:
    try:
        found.write(f"adopt {target}")
    except OSError as error:
        raise Leave(Exit.BUG, f"Nothing has been written: {error}") from None


def _table(found: Adopting, output: str, *, written: bool) -> Table:
    rows = [
        (_kind(at, one), seen(one.identifier), _became(at), f"{at.school}/{at.place}", "")
        for at, one in found.taken.fresh.items()
    ]
    rows += [_row(left, output) for left in found.taken.left]
    return Table(
        "strangers",
        ("thing", "name", "became", "where", "note"),
        tuple(rows),
        _note(found, written=written),
    )


def _kind(at: Address, one: Adopted) -> str:
    if one.uuid:
        return "profile"
    match at.kind:
        case "membership":
            return "set"
        case kind if kind == ACTIVATION:
            return ACTIVATION
        case _:
            return "declaration"


def _became(at: Address) -> str:
    match at.kind:
        case "membership":
            return "the cohort's set"
        case kind if kind == ACTIVATION:
            return "kept"
        case kind:
            return f"{kind} {at.name}"


def _row(left: Left, output: str) -> tuple[str, str, str, str, str]:
    reason = page().tongue.say(left.reason) if output == "text" else str(left.reason)
    return left.kind, seen(left.identifier), "left alone", seen(left.where), reason


def _note(found: Adopting, *, written: bool) -> str:
    taken = found.taken
    if not taken.fresh:
        left = f"; {count(len(taken.left), 'thing')} left alone" if taken.left else ""
        return f"Nothing is left to adopt{left}."
    things = count(len(taken.fresh), "thing")
    files = count(len(taken.files), "file")
    if not written:
        return f"{things} to adopt, {len(taken.left):,} left alone. Nothing has been written."
    return (
        f"{things} adopted under their old names, {len(taken.left):,} left alone. {files} written."
    )


def _what_now(found: Adopting, target: str, *, written: bool) -> Iterator[str]:
    taken = found.taken
    if not taken.fresh:
        return
    yield "The next plan leaves all of it as it is: proved with what stands there now."
    yield "Files: " + ", ".join(str(Path(path)) for path in taken.files)
    if taken.titles:
        yield f"New in the catalogue: {named(taken.titles)}. Titles are taken from identifiers,"
        yield "and approved is today, because devices have them already: look at both."
    if late := frozenset[str]().union(
        *(found.legacy.unheld.get(o.identifier, ()) for o in taken.fresh.values())
    ):
        yield f"{count(len(late), 'device')} did not report all of it yet: pedell drift shows them."
    if written:
        yield "Look at the difference (git diff), then: pedell plan"
    else:
        yield f"Write it: pedell adopt {target} --write"
