"""A batch of steps as one archive with one script. Pure."""

import hashlib
import io
import shlex
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pedell.model import Action, Address, Change, Secret, Spec, Step
from pedell.providers.debian.books import (
    FILES,
    PATHS,
    guard_of,
    is_package,
    is_unit,
    path_of,
    place_of,
)
from pedell.providers.debian.marks import Text
from pedell.providers.debian.probe import guard_test
from pedell.providers.debian.script_shell import HEAD, TAIL
from pedell.providers.debian.skills import SKILLS

BOOTSTRAP = (
    "umask 077; "
    'd=$(mktemp -d "${TMPDIR:-/tmp}/pedell-stage.XXXXXXXXXX") || exit 96; '
    "trap 'rm -rf \"$d\"' EXIT; trap 'exit 129' HUP INT TERM PIPE; "
    'tar -x -f - -C "$d" --no-same-owner --no-same-permissions && [ -s "$d/apply.sh" ] || exit 97; '
    'sh "$d/apply.sh" "$d" </dev/null'
)
"""Unpack into a folder that only we can read, run, take everything away again.

``apply.sh`` is the last in the archive: where it is missing the transfer was cut off, and nothing
is done.
"""


class UnfitError(ValueError):
    """A step that no script can do; the sentence is for people."""


@dataclass(frozen=True, slots=True)
class Order:
    """One step, ready to be written down.

    ``call`` is a function of the script with its arguments, ``content`` what a file shall hold,
    ``guard`` a condition of sh, ``units`` those that a change restarts.
    """

    number: int
    address: Address
    needs: tuple[int, ...]
    units: tuple[str, ...]
    call: tuple[str, ...]
    content: bytes | None = None
    guard: str = ""


def restarts(services: Mapping[Address, Spec]) -> Mapping[Address, tuple[str, ...]]:
    """Return for each resource the units that its change restarts."""
    units: dict[Address, tuple[str, ...]] = {}
    for service, spec in services.items():
        names = spec.get("restart_on")
        if spec.get("running") is False or not isinstance(names, Sequence):
            continue
        for name in names:
            kind, _, rest = str(name).partition("/")
            at = Address(service.school, service.place, kind, rest)
            units[at] = (*units.get(at, ()), service.name)
    return units


def take_order(
    step: Step,
    batch: frozenset[int],
    units: tuple[str, ...],
    claimed: frozenset[str],
    root: str,
    secrets: Mapping[str, Secret],
) -> Order:
    """Turn a step into an order. Raises UnfitError where that cannot be.

    ``batch`` are the numbers of all steps that run together, ``claimed`` the paths at which
    something is wanted: nothing is taken away there.
    """
    change = step.change
    at = change.address
    needs = tuple(edge.step for edge in step.needs if edge.step in batch)
    _check_name(at, change.after.spec if change.after else {})
    if change.action is Action.DELETE or change.after is None:
        return Order(step.number, at, needs, units, _removal(change, claimed))
    spec = change.after.spec
    content = _fill(spec, secrets) if at.kind in FILES else None
    call = _call(step.number, at, spec, content)
    before = _place_before(change)
    if before and before not in {place_of(at, spec), *(claimed if at.kind in PATHS else ())}:
        remover, what, *name = _removal(change, claimed)
        call = ("move", remover, what, "".join(name), *call)
    guard = guard_test(guard_of(spec), root) if at.kind == "command" else ""
    return Order(step.number, at, needs, units, call, content, guard)


def write_script(orders: Sequence[Order], services: Mapping[Address, Spec], root: str) -> str:
    """Write the script that does the orders in their order, then restarts what is due."""
    return "".join(
        f"{line}\n"
        for line in (
            HEAD.replace("@ROOT@", shlex.quote(root)),
            *(
                SKILLS[kind].work
                for kind in sorted({one.address.kind for one in orders} & SKILLS.keys())
            ),
            *_step_lines(orders),
            *_restart_lines(services),
            TAIL,
        )
    )


def pack(orders: Iterable[Order], script: str) -> bytes:
    """Put contents and script into one archive, the script last."""
    members = [(str(one.number), one.content) for one in orders if one.content is not None]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in (*members, ("apply.sh", script.encode())):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o600
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _check_name(at: Address, spec: Spec) -> None:
    if at.kind == "package" and not is_package(at.name):
        raise UnfitError(f"{at.name!r} is not the name of a Debian package")
    if at.kind == "service" and not is_unit(at.name):
        raise UnfitError(f"{at.name!r} is not the name of a systemd unit")
    skill = SKILLS.get(at.kind)
    if skill and (reason := skill.unfit(at.name, spec)):
        raise UnfitError(reason)


def _fill(spec: Spec, secrets: Mapping[str, Secret]) -> bytes:
    try:
        return Text.of(spec).fill(secrets)
    except KeyError as missing:
        raise UnfitError(f"the secret {missing.args[0]} cannot be opened here") from None


def _known(change: Change) -> Spec:
    known = change.before or change.remembered
    return known.spec if known else {}


def _place_before(change: Change) -> str:
    known = _known(change)
    return place_of(change.address, known) if known else ""


def _removal(change: Change, claimed: frozenset[str]) -> tuple[str, ...]:
    at, before = change.address, _place_before(change)
    if at.kind in PATHS and not before:
        raise UnfitError("nobody remembers where it lies")
    if (at.kind in PATHS and before in claimed) or at.kind == "command":
        return ("nothing",)
    if at.kind in SKILLS:
        return SKILLS[at.kind].remove(at.name, _known(change))
    match at.kind:
        case "package" | "service":
            return (f"remove_{at.kind}", at.name)
        case "directory":
            return ("remove_directory", before)
        case _:
            return ("remove_file", before)


def _call(number: int, at: Address, spec: Spec, content: bytes | None) -> tuple[str, ...]:
    def field(name: str) -> str:
        value = spec.get(name)
        return ("yes" if value else "no") if isinstance(value, bool) else str(value or "")

    match at.kind:
        case kind if kind in SKILLS:
            return SKILLS[kind].put(at.name, spec)
        case "directory":
            return (
                "put_directory",
                path_of(at, spec),
                field("owner"),
                field("group"),
                field("mode"),
            )
        case "package":
            return ("put_package", at.name)
        case "service":
            return ("put_service", at.name, field("running"), field("enabled"))
        case "command":
            return ("put_command", f"guard_{number}", field("run"))
        case _:
            rights = (field("owner"), field("group"), field("mode"))
            fresh = "0600" if spec.get("secrets") else "0644"
            total = hashlib.sha256(content or b"").hexdigest()
            return ("put_file", str(number), total, path_of(at, spec), *rights, fresh)


def _step_lines(orders: Sequence[Order]) -> Iterator[str]:
    pending = [one for one in orders if one.call[0] == "put_package"]
    done: set[int] = set()
    for one in orders:
        if one in pending:
            together = [other for other in pending if done.issuperset(other.needs)]
            yield "prepare_packages " + " ".join(map(_package_words, together or [one]))
            pending = [other for other in pending if other not in (together or [one])]
        if one.guard:
            yield f"guard_{one.number}() {{ {one.guard}; }}"
        lists = (str(one.number), " ".join(map(str, one.needs)), " ".join(one.units))
        yield shlex.join(("step", *lists, *one.call))
        done.add(one.number)


def _package_words(order: Order) -> str:
    needs = " ".join(map(str, order.needs))
    return shlex.join((str(order.number), needs, order.address.name))


def _restart_lines(services: Mapping[Address, Spec]) -> Iterator[str]:
    for at, spec in services.items():
        if spec.get("running") is not False and is_unit(at.name):
            yield shlex.join(
                ("renew", at.name, "restart" if spec.get("running") else "try-restart")
            )
