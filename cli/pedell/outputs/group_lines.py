"""Groups of changes set as lines, few enough for one screen."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pedell.model import Action, Change
from pedell.outputs.diff_text import differences
from pedell.outputs.group import Group
from pedell.outputs.group_text import Note, kind_of, spread_of, subject_of, title_of
from pedell.outputs.grouping import coarsened, group_changes, group_exactly
from pedell.outputs.layout import beside, cells, paint, wrapped
from pedell.outputs.likeness import ACROSS_KINDS
from pedell.outputs.views import Page
from pedell.outputs.wording import LISTED_SCHOOLS

_COLOURS = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.REPLACE: "magenta",
    Action.DELETE: "red",
}
_COARSER = (12, 9, 7, 5, 4, 3, 2, 1)
_SPARE = 5
"""Lines beyond the room that are better than telling different kinds as one."""

_INDENT = " " * 6
_HANGING = " " * 8


@dataclass(frozen=True, slots=True)
class Telling:
    """How groups are told: what is said of each, and what is known about the whole."""

    title: Callable[[Group], str]
    notes: Callable[[Group], list[Note]]
    page: Page
    all_schools: int = 0
    because: Callable[[Group], str] = lambda _: ""


def within(room: int, changes: Iterable[Change], telling: Telling) -> list[str]:
    """Tell changes in ``room`` lines: the more there are, the more is told together.

    The lines behind each group are named where there is room for all of them.
    """
    groups = group_changes(changes)
    lines = _lines(groups, telling)
    for at_most in _COARSER:
        if len(lines) > room:
            groups = coarsened(groups, at_most)
            lines = _lines(groups, telling)
    if len(lines) > room + _SPARE:
        lines = _lines(coarsened(groups, 1, ACROSS_KINDS), telling)
    explained = _lines(groups, telling, _sources)
    return explained if len(explained) <= room else lines


def every_field(changes: Iterable[Change], telling: Telling) -> list[str]:
    """Tell every field of every change; only what is equal is told together."""
    return _lines(group_exactly(changes), telling, _all_of_it)


def _lines(
    groups: Sequence[Group],
    telling: Telling,
    more: Callable[[Group, Telling], list[str]] = lambda *_: [],
) -> list[str]:
    kinds = max((cells(kind_of(group)) for group in groups), default=0)
    heads = [f"  {_glyph(g)} {kind_of(g):<{kinds}}  {telling.title(g)}" for g in groups]
    limit = telling.page.width * 3 // 5
    column = max((cells(head) for head in heads if cells(head) <= limit), default=0) + 3
    lines = []
    for group, head in zip(groups, heads, strict=True):
        hanging = " " * (kinds + 8)
        spread = spread_of(group, telling.all_schools)
        first, *others = beside(head, spread, telling.page.width, column, hanging)
        lines += [_painted(first, group, telling.page), *others]
        for note in telling.notes(group):
            lines += _noted(note, telling.page)
        lines += more(group, telling)
    return lines


def _glyph(group: Group) -> str:
    return "!" if group.reasons else group.action.value


def _painted(line: str, group: Group, page: Page) -> str:
    colour = "red" if group.reasons else _COLOURS[group.action]
    return line[:2] + paint(line[2], colour, page.colour) + line[3:]


def _noted(note: Note, page: Page) -> list[str]:
    line = f"{_INDENT}{note.text}"
    if note.hint and cells(line) + 3 + cells(note.hint) <= page.width:
        return [f"{line}   {note.hint}"]
    hint = [_HANGING + note.hint] if note.hint else []
    return [*wrapped(line, page.width, "", _HANGING), *hint]


def _sources(group: Group, telling: Telling) -> list[str]:
    because = telling.because(group)
    if not because:
        return []
    return wrapped(f"because  {because}", telling.page.width, _INDENT, " " * 15)


def _all_of_it(group: Group, telling: Telling) -> list[str]:
    schools = ", ".join(group.schools)
    is_told = len(group.schools) <= LISTED_SCHOOLS or len(group.schools) == telling.all_schools
    where = [] if is_told else wrapped(f"in {schools}", telling.page.width, _INDENT, _HANGING)
    return [*differences(group, telling.page.width), *_sources(group, telling), *where]


def subject_or_title(group: Group) -> str:
    """Return the title without the fields, where they are told one by one below it."""
    return title_of(group) if group.is_whole or not group.fields else subject_of(group)
