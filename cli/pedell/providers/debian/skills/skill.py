"""What has to be known of one kind so that a server can be asked for it, told it and rid of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pedell.model import Secret, Spec
from pedell.providers.debian.marks import Text

Words = tuple[str, ...]
"""A function of the probe or of the script, with its arguments."""


def _fits(_name: str, _spec: Spec) -> str:
    return ""


def _no_note(_name: str, _spec: Spec, _answer: str) -> str:
    return ""


def _no_content(_name: str, _spec: Spec) -> Text | None:
    return None


def _no_answer(_name: str, _spec: Spec, _said: bytes, _secrets: Mapping[str, Secret]) -> bytes:
    raise ValueError("nobody knows what the server asks for")


@dataclass(frozen=True, slots=True)
class Skill:
    """One kind; everything in it is pure and takes the name of the resource and its spec.

    ``ask`` are words for the probe, ``read`` makes of the answer what is seen there, None where
    there is nothing; fields that it leaves out are taken as declared. ``put`` and ``remove`` are
    words for the script. ``look`` and ``work`` are the shell that defines those functions, POSIX sh
    with coreutils and the tools that Debian keeps for the kind. ``unfit`` says why a thing cannot
    be, or nothing. ``home`` are the fields that say where it lies, if the name does not say it all.

    ``content`` is what is staged for the step, with its secrets; in the shell it lies at
    ``$stage/$number``. A function that calls ``ask_back`` gets what ``answer`` returns there in a
    second round; its last two words are what was asked and all secrets that were opened, and it
    raises ValueError with a sentence where there is no answer. ``proof`` is true where the thing
    stands only as long as all that it needs is as wanted. ``note`` is for people: what an answer
    says beyond the fields.
    """

    ask: Callable[[str, Spec], Words]
    read: Callable[[str, Spec, str], Spec | None]
    put: Callable[[str, Spec], Words]
    remove: Callable[[str, Spec], Words]
    look: str
    work: str
    unfit: Callable[[str, Spec], str] = _fits
    home: tuple[str, ...] = ()
    content: Callable[[str, Spec], Text | None] = _no_content
    answer: Callable[[str, Spec, bytes, Mapping[str, Secret]], bytes] = _no_answer
    proof: bool = False
    note: Callable[[str, Spec, str], str] = _no_note


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
