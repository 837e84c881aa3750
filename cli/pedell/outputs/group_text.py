"""One group of changes in words: what happens, where, how it feels, and who is behind it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pedell.model import Action, Cause, Lock, Pointer, dotted
from pedell.outputs.group import Group
from pedell.outputs.layout import clean
from pedell.outputs.values import SHORT, show_change, show_value
from pedell.outputs.wording import (
    LISTED_SCHOOLS,
    cohort_in_words,
    count,
    distinct,
    explain_path,
    joined,
    schools_in_words,
    spoken_name,
)

_FIELDS = 3
_SERIALS = 3
_SOURCES = 2
_REMARKS = 2


@dataclass(frozen=True, slots=True)
class Note:
    """A line below a group; ``hint`` is what to type about it, never broken."""

    text: str
    hint: str = ""


def kind_of(group: Group) -> str:
    """Return the kind as the YAML calls it."""
    return group.kinds[0] if len(group.kinds) == 1 else "several"


def title_of(group: Group) -> str:
    """Say what happens to what: ``pupils: airdrop true → false``."""
    if group.is_whole:
        if group.action is Action.DELETE:
            return f"remove {subject_of(group, 'from')}"
        return subject_of(group) + _own_contents(group)
    return f"{subject_of(group)}: {_moves(group)}"


def subject_of(group: Group, preposition: str = "for") -> str:
    """Name the thing and its place: ``schulnetz for pupils``, ``12 apps for pupils``."""
    name = _names(group)
    if group.is_on_server:
        where = "from" if preposition == "from" else "on"
        return f"{name or kind_of(group)} {where} {joined(group.places)}"
    spoken = [cohort_in_words(place) for place in group.places]
    people = joined(spoken) if len(spoken) <= _FIELDS else count(len(spoken), "cohort")
    if name or preposition == "from":
        return f"{name} {preposition} {people}".lstrip()
    return people


def spread_of(group: Group, all_schools: int = 0) -> str:
    """Say where and how it feels: ``same in 151 schools · 24,310 tablets · visible``."""
    number = len(group.schools)
    where = schools_in_words(group.schools)
    if number > LISTED_SCHOOLS:
        every = "all " if number == all_schools else ""
        same = "same in " if _is_same_everywhere(group) else "in "
        where = same + every + where
    devices = [count(len(group.devices), "tablet")] if group.devices else []
    return " · ".join([where, *devices, group.effect.replace("-", " ")])


def notes_of(group: Group) -> list[Note]:
    """Say what a person has to know before saying yes: what is held back, what others did."""
    notes = [Note(text) for text in (*_declared(group), *_moved_to(group))]
    if group.reasons:
        more = f" ({len(group.reasons)} different reasons)" if len(group.reasons) > 1 else ""
        notes.append(Note(f"blocked{more}: {clean(group.reasons[0], 300)}"))
    theirs, both = _moved_by(group, Cause.THEIRS), _moved_by(group, Cause.CONFLICT)
    if group.is_whole and (theirs or both):
        too = "; the files were changed too" if both else ""
        notes.append(Note(f"drift, someone took {_it(group.names)} off {_system(group)}{too}"))
    elif theirs:
        notes.append(_drift_note(group, theirs))
    if both and not group.is_whole:
        where = f"changed in the files and on {_system(group)}"
        notes.append(Note(f"{_which(both)}: conflict, {where}; the files win"))
    notes += [Note(f"seen: {note}") for note in _remarks(group)]
    if group.drifted:
        without = f"drift or refused: {count(len(group.drifted), 'tablet')} without it"
        notes.append(Note(": ".join(filter(None, (without, _serials(group))))))
    return notes


def _remarks(group: Group) -> list[str]:
    seen = (change.before for change in group.changes)
    return sorted({clean(one.note, 200) for one in seen if one and one.note})[:_REMARKS]


def drift_title_of(group: Group) -> str:
    """Say what became of what we left: ``pupils: camera false → true``."""
    if group.action is Action.DELETE:
        return f"{subject_of(group)}: gone"
    if group.pointers:
        return f"{subject_of(group)}: {_moves(group)}"
    lost = f"gone from {count(len(group.drifted), 'tablet')}"
    return f"{subject_of(group)}: {', '.join(filter(None, (lost, _serials(group))))}"


def drift_notes_of(group: Group) -> list[Note]:
    """Say which tablets lost or refused it, and where the files want something new as well."""
    notes = []
    if both := _moved_by(group, Cause.CONFLICT):
        notes.append(Note(f"{_which(both)}: conflict, the files were changed too"))
    if group.pointers and group.drifted:
        lost = f"gone from {count(len(group.drifted), 'tablet')}"
        notes.append(Note(": ".join(filter(None, (lost, _serials(group))))))
    return notes


def because_of(locks: Iterable[Lock]) -> Callable[[Group], str]:
    """Return what names the lines behind a group, and the lock that stands there."""
    reasons = {(lock.source.file, lock.source.line): lock for lock in locks}

    def because(group: Group) -> str:
        places = distinct((source.file, source.line) for source in group.sources)
        told = [_line(place, reasons.get(place)) for place in places[:_SOURCES]]
        more = len(places) - len(told)
        return joined([*told, *([count(more, "more line")] if more else [])])

    return because


def _declared(group: Group) -> Iterator[str]:
    """Yield why this is a declaration, where people wrote a right or a preset."""
    if group.kinds != ("configuration",) or group.action is Action.DELETE:
        return
    from pedell.payloads.apple import CONFIGURATIONS

    known = [CONFIGURATIONS[name].former for name in group.names if name in CONFIGURATIONS]
    yield from (f"as a declaration: {former}" for former in distinct(known))


def _moved_to(group: Group) -> Iterator[str]:
    """Yield why this goes though nobody took it out of the files."""
    if group.heirs:
        told = joined(group.heirs) if len(group.heirs) <= _FIELDS else "declarations"
        says = "says" if len(group.heirs) == 1 else "say"
        yield f"moved: {told} {says} it now, so this goes when tablets hold that"


def _line(place: tuple[str, int], lock: Lock | None) -> str:
    held = f" (lock: {clean(lock.reason)}, {clean(lock.owner)})" if lock else ""
    return f"{place[0]}:{place[1]}{held}"


def _names(group: Group) -> str:
    if len(group.kinds) > 1:
        return f"{len({(c.address.kind, c.address.name) for c in group.changes})} things"
    if len(group.names) > _FIELDS:
        return count(len(group.names), group.kinds[0])
    names = distinct(clean(spoken_name(change.address)) for change in group.changes)
    if all(names):
        return joined(names)
    return "" if len(names) == 1 else count(len(names), group.kinds[0])


def _own_contents(group: Group) -> str:
    if group.variants == 1:
        return ""
    if len(group.names) == 1 and group.variants == len(group.schools):
        return ", each school its own"
    return f", {group.variants:,} different contents"


def _moves(group: Group) -> str:
    if not group.pointers:
        return _reached(group)
    if not group.fields:
        return f"{_some(group.pointers)}: {group.variants:,} different values"
    shown = [show_change(field, SHORT) for field in group.fields[:_FIELDS]]
    more = len(group.fields) - len(shown)
    return ", ".join([*shown, *([f"and {count(more, 'more field')}"] if more else [])])


def _reached(group: Group) -> str:
    """Say whom it newly reaches, where the thing itself stays as it is."""
    further = len(group.devices - group.drifted)
    parts = [f"also for {count(further, 'further tablet')}"] if further else []
    if group.drifted:
        parts.append(f"again for {count(len(group.drifted), 'tablet')} without it")
    if group.leaving:
        parts.append(f"no longer for {count(len(group.leaving), 'tablet')}")
    return ", ".join(parts) or "again"


def _some(pointers: Sequence[Pointer]) -> str:
    names = [clean(dotted(pointer)) for pointer in pointers[:_FIELDS]]
    more = len(pointers) - len(names)
    return ", ".join(names) + (f" and {count(more, 'more field')}" if more else "")


def _which(pointers: Sequence[Pointer]) -> str:
    return _some(pointers) if len(pointers) <= _FIELDS else count(len(pointers), "field")


def _is_same_everywhere(group: Group) -> bool:
    return group.variants == 1 and len(group.names) == len(group.places) == len(group.kinds) == 1


def _moved_by(group: Group, cause: Cause) -> tuple[Pointer, ...]:
    return distinct(f.pointer for c in group.changes for f in c.fields if f.cause is cause)


def _drift_note(group: Group, pointers: Sequence[Pointer]) -> Note:
    note = f"{_which(pointers)}: drift, someone changed {_it(pointers)} on {_system(group)}"
    wanted = {field.pointer: field for field in group.fields}.get(pointers[0])
    if len(pointers) > 1 or wanted is None or not isinstance(wanted.after, bool | int | float):
        return Note(f"{note}; the files win")
    path = explain_path(group.address, dotted(pointers[0]))
    is_one = len(group.changes) == 1
    hint = f"pedell explain {group.address.school} {path}" if path and is_one else ""
    return Note(f"{note}; the files say {show_value(wanted.after)}", hint)


def _it(things: Sequence[object]) -> str:
    return "it" if len(things) == 1 else "them"


def _system(group: Group) -> str:
    return "the server" if group.is_on_server else "the MDM"


def _serials(group: Group) -> str:
    serials = sorted(group.drifted)
    return clean(", ".join(serials)) if len(serials) <= _SERIALS else ""
