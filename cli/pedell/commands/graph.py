"""``pedell graph``: what waits for what, and why. Asks no target."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import click

from pedell.commands import options
from pedell.commands.showing import format_for, rejections_shown, say, show
from pedell.graph import find_path
from pedell.language.nearest import did_you_mean
from pedell.language.patterns import select_schools
from pedell.model import Address, Desired, Problem, Rejected, tell
from pedell.outputs import PICTURES
from pedell.outputs.views import Arrow, Picture
from pedell.reading import Reading
from pedell.stages.order import Waits, waits_of
from pedell.wiring import Setting, load_schemas, read_offline

MANY = 200
"""Things in a drawing beyond which nobody can read it."""


@click.command("graph")
@options.inventory
@options.limit
@options.tags
@click.option(
    "--format",
    "notation",
    type=click.Choice(["text", *PICTURES]),
    default="text",
    show_default=True,
    help="For people, for Markdown, or for Graphviz.",
)
@click.option(
    "--why",
    nargs=2,
    metavar="A B",
    help="Why one waits for the other. SCHOOL/PLACE/KIND/NAME, or KIND/NAME where that is one.",
)
@options.output
def command(
    inventories: tuple[Path, ...],
    limit: str,
    tags: str,
    notation: str,
    why: tuple[str, str] | None,
    output: str,
) -> None:
    """Show what waits for what: all that is wanted, not only what a plan would change."""
    if notation != "text" and (why or output != "text"):
        raise click.UsageError(f"--format {notation} is a drawing: no --why, no --output.")
    if why and tags:
        raise click.UsageError("--why looks at everything that lies between: no --tags.")
    with rejections_shown(output):
        reading = read_offline(Setting(options.roots_of(inventories)))
        chosen = _chosen(reading, limit, options.split_words(tags))
        waits = waits_of({}, chosen, load_schemas().kinds)
        if why:
            way = _way(chosen, waits, *why)
            show(format_for(output).why(way))
            return
    picture = Picture(tuple(chosen), tuple(arrow for a in chosen for arrow in _arrows(a, waits)))
    if notation == "text":
        show(format_for(output).graph(picture))
    else:
        show(PICTURES[notation](picture))
        _warn(picture)


def _chosen(reading: Reading, limit: str, tags: Sequence[str]) -> Desired:
    schools = select_schools(limit or "all", reading.inventory.schools)
    found = {
        address: resource
        for address, resource in reading.desired.items()
        if address.school in schools and (not tags or set(tags) & set(resource.tags))
    }
    if not found and tags:
        known = {tag for resource in reading.desired.values() for tag in resource.tags}
        meant = did_you_mean(tags[0], known)
        named = ", ".join(tags)
        detail = tell("Nothing there is tagged {tags}. {meant}", tags=named, meant=meant)
        raise Rejected([Problem("E0270", detail)])
    return found


def _arrows(address: Address, waits: Waits) -> Iterable[Arrow]:
    needs = dict.fromkeys(waits[address])
    return (Arrow(address, need.address, need.reason, need.until) for need in needs)


def _warn(picture: Picture) -> None:
    if len(picture.nodes) > MANY:
        say(f"{len(picture.nodes):,} things are hard to read. Choose a school: -l SCHOOL")


def _way(chosen: Desired, waits: Waits, one: str, other: str) -> Sequence[Arrow]:
    """Return the arrows from one end to the other, whichever of the two it is that waits."""
    start, end = _ends(chosen, one, other)
    if start == end:
        raise click.UsageError(f"Both are {start}. Name two things.")
    needs = {
        address: [need.address for need in wanted]
        for address, wanted in waits.items()
        if address.school in (start.school, end.school)
    }
    nodes = find_path(needs, start, end)
    if not nodes:
        nodes = find_path(needs, end, start)
        if nodes:
            say(f"It is the other way round: {end} waits for {start}.")
    return [
        next(arrow for arrow in _arrows(waiting, waits) if arrow.needed == needed)
        for waiting, needed in pairwise(nodes)
    ]


def _ends(chosen: Desired, one: str, other: str) -> tuple[Address, Address]:
    """Find both ends; a short form is read in the school, then in the place, of the other one."""
    starts, ends = _named(chosen, one), _named(chosen, other)
    for part in ("school", "place"):
        if len(starts) == 1 or len(ends) == 1:
            here = {getattr(a, part) for a in (starts if len(starts) == 1 else ends)}
            starts, ends = (
                [a for a in found if getattr(a, part) in here] or found for found in (starts, ends)
            )
    for text, found in ((one, starts), (other, ends)):
        if len(found) > 1:
            raise click.UsageError(_several(text, found))
    return starts[0], ends[0]


def _named(chosen: Desired, text: str) -> list[Address]:
    found = [address for address in chosen if text in _names(address)]
    if not found:
        names = {name for address in chosen for name in _names(address)[: 3 if "/" in text else 1]}
        near = did_you_mean(text, names)
        meant = near if near.startswith("Did") else tell("Look at them: pedell graph -l SCHOOL")
        detail = tell('"{text}" is wanted nowhere. {meant}', text=text, meant=meant)
        raise Rejected([Problem("E0270", detail)])
    return found


def _names(address: Address) -> tuple[str, str, str]:
    short = f"{address.kind}/{address.name}"
    return short, f"{address.place}/{short}", str(address)


def _several(text: str, found: Sequence[Address]) -> str:
    named = ", ".join(map(str, found[:4])) + (" …" if len(found) > 4 else "")
    schools = len({address.school for address in found})
    hint = "Choose a school: -l SCHOOL." if schools > 1 else "Name one of them."
    return f'"{text}" means {len(found):,} things: {named}. {hint}'
