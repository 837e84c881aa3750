"""What has to be known of one kind so that a server can be asked for it, told it and rid of it."""

from collections.abc import Callable
from dataclasses import dataclass

from pedell.model import Spec

Words = tuple[str, ...]
"""A function of the probe or of the script, with its arguments."""


def _fits(_name: str, _spec: Spec) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Skill:
    """One kind; everything in it is pure and takes the name of the resource and its spec.

    ``ask`` are words for the probe, ``read`` makes of the answer what is seen there, None where
    there is nothing; fields that it leaves out are taken as declared. ``put`` and ``remove`` are
    words for the script. ``look`` and ``work`` are the shell that defines those functions, POSIX sh
    with coreutils and the tools that Debian keeps for the kind. ``unfit`` says why a thing cannot
    be, or nothing. ``home`` are the fields that say where it lies, if the name does not say it all.
    """

    ask: Callable[[str, Spec], Words]
    read: Callable[[str, Spec, str], Spec | None]
    put: Callable[[str, Spec], Words]
    remove: Callable[[str, Spec], Words]
    look: str
    work: str
    unfit: Callable[[str, Spec], str] = _fits
    home: tuple[str, ...] = ()


def text(spec: Spec, field: str) -> str:
    """Return a field as text, empty where it is not declared."""
    return str(spec.get(field) or "")


def declared(spec: Spec, field: str) -> str:
    """Return ``=value``, or nothing where nobody cares: an empty value is a value."""
    value = spec.get(field)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "=yes" if value else "=no"
    return "=" + (",".join(map(str, value)) if isinstance(value, list | tuple) else str(value))
