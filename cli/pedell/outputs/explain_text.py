"""Where a value comes from: every layer, the winner, the lock, and whom it reaches."""

from collections.abc import Iterator, Sequence

from pedell.model import LAYERS, Contribution, dotted
from pedell.outputs.layout import NOTHING, cells, clean, padded, wrapped
from pedell.outputs.values import show_value
from pedell.outputs.views import Explanation, Page
from pedell.outputs.wording import joined

_ALWAYS = ("school", "group", "type", "authority")
"""Layers that are shown although they say nothing: the reader looks for them."""

Row = tuple[str, str, str, str]
"""Layer, value, place, remark."""


def explain_lines(explanations: Sequence[Explanation], page: Page) -> list[str]:
    """Tell each value on its own; of many, only the layers that say something."""
    if not explanations:
        return ["Nothing is set there. Nothing has been changed."]
    layers = _ALWAYS if len(explanations) == 1 else ()
    lines: list[str] = []
    for explanation in explanations:
        lines += [*([""] if lines else []), *_one(explanation, layers, page)]
    return lines


def _one(explanation: Explanation, layers: Sequence[str], page: Page) -> list[str]:
    place = filter(None, (explanation.school, explanation.cohort, dotted(explanation.pointer)))
    value = show_value(explanation.setting.value)
    head = wrapped(f"{' · '.join(map(clean, place))} = {value}", page.width, "", "    ")
    is_held = explanation.setting.lock is not None
    rows = [*_rows(explanation, layers), *([_lock_row(explanation)] if layers or is_held else [])]
    lines = [*head, "", *_columns(rows, page)]
    if explanation.setting.lock is not None:
        lock = explanation.setting.lock
        until = f"Locked {lock.end}. " if lock.end else ""
        lines += wrapped(f"{until}Reason: {lock.reason}. Ask: {lock.owner}", page.width)
    if explanation.reaches:
        lines += wrapped(f"Reaches: {joined(explanation.reaches)}.", page.width, "", " " * 9)
    return lines


def _rows(explanation: Explanation, layers: Sequence[str]) -> Iterator[Row]:
    for layer in reversed(LAYERS):
        said = [each for each in explanation.setting.trail if each.layer == layer]
        for each in reversed(said):
            name = each.name if layer not in ("authority", "school", "cohort") else ""
            remark = _winner(explanation, each) or clean(name)
            yield layer, show_value(each.value), str(each.source), remark
        if not said and layer in layers:
            yield layer, NOTHING, "", ""


def _winner(explanation: Explanation, said: Contribution) -> str:
    lock = explanation.setting.lock
    if lock is not None and lock.is_fixed:
        return ""
    return f"← wins ({explanation.rule})" if said.source == explanation.setting.source else ""


def _lock_row(explanation: Explanation) -> Row:
    lock = explanation.setting.lock
    if lock is None:
        return ("lock", NOTHING, "", "")
    remark = "← wins (lock)" if lock.is_fixed else "within it (lock)"
    return ("lock", lock.in_words(show_value), str(lock.source), remark)


def _columns(rows: Sequence[Row], page: Page) -> Iterator[str]:
    """Set rows in columns; a value too long for its column gets lines of its own."""
    limit = page.width // 4
    layer, value, place = (
        max((cells(row[n]) for row in rows if cells(row[n]) <= limit or n != 1), default=1)
        for n in range(3)
    )
    for row in rows:
        left = f"  {padded(row[0], layer)}  "
        right = f"{padded(row[2], place)}   {row[3]}".rstrip()
        if cells(row[1]) <= value:
            yield f"{left}{padded(row[1], value)}   {right}".rstrip()
        else:
            yield from wrapped(f"{left}{row[1]}", page.width, "", " " * (layer + 4))
            yield f"{' ' * (layer + 4)}{right}".rstrip()
