"""A batch of orders as one archive with one script. Pure."""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pedell.model import Address, Spec
from pedell.providers.debian.archives import Member, tar
from pedell.providers.debian.orders import Order
from pedell.providers.debian.parcels import Parcels, fit_for_parcels
from pedell.providers.debian.shell import HEAD, TAIL
from pedell.providers.debian.skills import SKILLS
from pedell.providers.debian.together import Together, are_packages, packages_line

BOOTSTRAP = (
    "umask 077; "
    'd=$(mktemp -d "${TMPDIR:-/tmp}/pedell-stage.$$.XXXXXXXXXX") || exit 96; '
    "trap 'rm -rf \"$d\"' EXIT; trap 'exit 129' HUP INT TERM PIPE; "
    'tar -x -p -f - -C "$d" --no-same-owner && [ -s "$d/apply.sh" ] || exit 97; '
    'exec </dev/null; set -- "$d"; . "$d/apply.sh"'
)
"""Unpack into a folder that only we can read, run, take everything away again.

``apply.sh`` is the last in the archive: where it is missing the transfer was cut off, and nothing
is done. The folder bears the number of this shell: when that has ended, a look takes it away.
"""
HELD = ("file", "template")
"""Kinds whose change a check of their service can hold back: files that are ours as a whole."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a server runs, and the parcels that it opens."""

    text: str
    parcels: Parcels


def write_script(
    orders: Sequence[Order], services: Mapping[Address, Spec], root: str, key: str
) -> Script:
    """Write the script that does the orders in their order.

    ``services`` are all that a change can make due: each is renewed behind its last reason.
    ``key`` names what lies beside its place for a moment: ten letters nobody can guess.
    """
    parcels = Parcels(key, root)
    kinds = sorted({one.address.kind for one in orders} & SKILLS.keys())
    lines = (
        HEAD.replace("@ROOT@", shlex.quote(root)),
        *(SKILLS[kind].work for kind in kinds),
        *(f"rm -f -- {proof}" for proof in map(_proof, orders) if proof),
        *_lines(orders, {at.name: spec for at, spec in services.items()}, parcels),
        TAIL,
    )
    return Script("".join(f"{line}\n" for line in lines), parcels)


def pack(orders: Iterable[Order], script: Script) -> bytes:
    """Put contents and script into one archive, the script last."""
    apart = script.parcels.numbers
    members = [
        Member(str(one.number), one.staged_mode, one.content)
        for one in orders
        if one.content is not None and one.number not in apart
    ]
    together = [member for parcel in script.parcels.made for member in parcel.members]
    return tar([*members, *together, Member("apply.sh", 0o600, script.text.encode())])


def _lines(
    orders: Sequence[Order], services: Mapping[str, Spec], parcels: Parcels
) -> Iterator[str]:
    groups = _groups(orders, services)
    last_of = {unit: one.number for one in orders for unit in one.due.units}
    held = {number for group in groups for number in group.numbers}
    files = fit_for_parcels(orders, held, parcels.root)
    bulks = (
        Together(are_packages(orders), packages_line),
        Together(files, parcels.make).await_units(orders),
    )
    for one in orders:
        for group in groups:
            if not group.numbers.isdisjoint(one.needs) and one.number not in group.numbers:
                yield group.line
        for bulk in bulks:
            yield from bulk.before(one)
        if one.guard:
            yield f"guard_{one.number}() {{ {one.guard}; }}"
        due = (" ".join(one.due.restart), " ".join(one.due.reload))
        call = ("held" if one.number in held else "", *parcels.call(one))
        yield shlex.join(("step", str(one.number), _numbers(one.needs), *due, *call))
        yield from (group.line for group in groups if group.last == one.number)
        for unit in one.due.units:
            if last_of[unit] == one.number and unit in services:
                causes = [other.number for other in orders if unit in other.due.units]
                must = "yes" if services[unit].get("running") else ""
                yield shlex.join(("renew", unit, must, _numbers(causes)))


@dataclass(frozen=True, slots=True)
class _Group:
    """Orders whose files the same checks have to pass, before any of them moves."""

    numbers: frozenset[int]
    last: int
    line: str


def _groups(orders: Sequence[Order], services: Mapping[str, Spec]) -> Sequence[_Group]:
    checks = {unit: str(spec["check"]) for unit, spec in services.items() if spec.get("check")}
    bundles: list[tuple[set[str], list[int]]] = []
    for one in orders:
        units = {unit for unit in one.due.units if unit in checks}
        if one.address.kind in HELD and units:
            numbers = [one.number]
            for bundle in [each for each in bundles if each[0] & units]:
                bundles.remove(bundle)
                units |= bundle[0]
                numbers = bundle[1] + numbers
            bundles.append((units, numbers))
    return [_group(units, numbers, checks, orders) for units, numbers in bundles]


def _group(
    units: set[str], numbers: Sequence[int], checks: Mapping[str, str], orders: Sequence[Order]
) -> _Group:
    """Make a group; its check has the word when all that its units wait for has been done."""
    causes = [o.number for o in orders if o.address.kind != "service" and units & {*o.due.units}]
    words = [word for unit in sorted(units) for word in (unit, checks[unit])]
    line = shlex.join(("commit", _numbers(numbers), *words))
    return _Group(frozenset(numbers), causes[-1], line)


def _numbers(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers))


def _proof(order: Order) -> str:
    """Return the word for the shell that names the marker of a proof, to be made anew."""
    skill = SKILLS.get(order.address.kind)
    if skill is None or not skill.proof:
        return ""
    return f'"$library"/proofs/{shlex.quote(f"{order.address.kind}.{order.address.name}")}'
