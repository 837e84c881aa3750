"""What one step means on a server, ready to be written into a script. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
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
from pedell.providers.debian.skills import SKILLS

RENEWED = {"service": "{}", "reboot": "@reboot"}
"""Kinds that others make due, with the name of what is due; what systemd cannot name begins @."""


class UnfitError(ValueError):
    """A step that no script can do; the sentence is for people."""


@dataclass(frozen=True, slots=True)
class Due:
    """The units that a change makes due, to be restarted or only to be reloaded."""

    restart: tuple[str, ...] = ()
    reload: tuple[str, ...] = ()

    @property
    def units(self) -> tuple[str, ...]:
        """Both."""
        return (*self.restart, *self.reload)


@dataclass(frozen=True, slots=True)
class Order:
    """One step, ready to be written down.

    ``call`` is a function of the script with its arguments, ``content`` what is staged for it,
    ``guard`` a condition of sh, ``due`` what a change makes due.
    """

    number: int
    address: Address
    needs: tuple[int, ...]
    due: Due
    call: tuple[str, ...]
    content: bytes | None = None
    guard: str = ""

    @property
    def file(self) -> tuple[str, ...]:
        """Return what ``put_file`` is told, also where an old one is left behind; else nothing."""
        call = self.call[4:] if self.call[0] == "move" else self.call
        return call[1:] if call[0] == "put_file" else ()

    @property
    def staged_mode(self) -> int:
        """Return the mode with which its content is staged: a new file's own."""
        return int(self.file[5] or self.file[6], 8) & 0o777 if self.file else 0o600


def due_of(services: Mapping[Address, Spec]) -> Mapping[Address, Due]:
    """Return for each resource what its change makes due."""
    found: dict[Address, Due] = {}
    for service, spec in services.items():
        if spec.get("running") is False:
            continue
        unit = RENEWED[service.kind].format(service.name)
        for at in _named(service, spec, "restart_on"):
            known = found.get(at, Due())
            found[at] = Due((*known.restart, unit), known.reload)
        for at in _named(service, spec, "reload_on"):
            known = found.get(at, Due())
            if unit not in known.restart:
                found[at] = Due(known.restart, (*known.reload, unit))
    return found


def _named(service: Address, spec: Spec, field: str) -> Sequence[Address]:
    names = spec.get(field)
    pairs = [str(name).split("/", 1) for name in names] if isinstance(names, list | tuple) else []
    return [Address(service.school, service.place, *pair) for pair in pairs if len(pair) > 1]


def take_order(
    step: Step,
    batch: frozenset[int],
    due: Due,
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
        return Order(step.number, at, needs, due, _removal(change, claimed))
    spec = change.after.spec
    content = _fill(at, spec, secrets)
    call = _call(step.number, at, spec, content)
    before = _place_before(change)
    if before and before not in {place_of(at, spec), *(claimed if at.kind in PATHS else ())}:
        remover, what, *name = _removal(change, claimed)
        call = ("move", remover, what, "".join(name), *call)
    guard = guard_test(guard_of(spec), root) if at.kind == "command" else ""
    return Order(step.number, at, needs, due, call, content, guard)


def _check_name(at: Address, spec: Spec) -> None:
    if at.kind == "package" and not is_package(at.name):
        raise UnfitError(f"{at.name!r} is not the name of a Debian package")
    if at.kind == "service" and not is_unit(at.name):
        raise UnfitError(f"{at.name!r} is not the name of a systemd unit")
    skill = SKILLS.get(at.kind)
    if skill and (reason := skill.unfit(at.name, spec)):
        raise UnfitError(reason)


def _fill(at: Address, spec: Spec, secrets: Mapping[str, Secret]) -> bytes | None:
    skill = SKILLS.get(at.kind)
    text = skill.content(at.name, spec) if skill else Text.of(spec) if at.kind in FILES else None
    try:
        return None if text is None else text.fill(secrets)
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
            return ("put_package", at.name, field("version"), field("hold"))
        case "service":
            return ("put_service", at.name, field("running"), field("enabled"))
        case "command":
            return ("put_command", f"guard_{number}", field("run"))
        case _:
            rights = (field("owner"), field("group"), field("mode"))
            fresh = "0600" if spec.get("secrets") else "0644"
            total = hashlib.sha256(content or b"").hexdigest()
            path = path_of(at, spec)
            return ("put_file", str(number), total, path, *rights, fresh)
