"""What somebody else moved, told from what Pedell left there to what is there now."""

from dataclasses import replace

from pedell.model import Action, Cause, Change, FieldChange, Plan, Value, look_up
from pedell.outputs.group_lines import Telling, within
from pedell.outputs.group_text import drift_notes_of, drift_title_of
from pedell.outputs.layout import wrapped
from pedell.outputs.plan_text import SCREEN, all_changes, header, in_columns, silence
from pedell.outputs.views import Page
from pedell.outputs.wording import count

_SEEN = {
    Action.CREATE: Action.DELETE,
    Action.DELETE: Action.CREATE,
    Action.REPLACE: Action.UPDATE,
    Action.UPDATE: Action.UPDATE,
}
"""What somebody did, by what would put it back."""


def drift_lines(plan: Plan, page: Page) -> list[str]:
    """Tell what differs from what the last apply left; what the files changed is not told."""
    moved = drifted(plan)
    head = [*wrapped(header(plan.scope), page.width), ""]
    silent = silence(plan.unreachable, page)
    if not moved:
        asked = (
            "where targets answered" if silent else f"in {count(plan.scope.concerned, 'school')}"
        )
        none = f"No drift: all is as Pedell left it {asked}. Nothing has been changed."
        return [*head, *silent, *([""] if silent else []), *wrapped(none, page.width)]
    end = [*wrapped(_last_line(moved), page.width), *_next(plan, page)]
    intro = "  Differs from what Pedell left there (left → now)"
    telling = Telling(drift_title_of, drift_notes_of, page, 0)
    room = SCREEN - len(head) - len(silent) - 3 - len(end)
    return [*head, intro, "", *within(room, moved, telling), *silent, "", *end]


def drifted(plan: Plan) -> list[Change]:
    """Return the drift of a plan as what somebody did: left there → seen now."""
    return [_as_seen(change) for change in all_changes(plan) if change.is_drift]


def _as_seen(change: Change) -> Change:
    fields = tuple(
        replace(field, before=_left(change, field), after=field.before)
        for field in change.fields
        if field.cause is not Cause.OURS
    )
    return replace(change, action=_SEEN[change.action], fields=fields, blocked="")


def _left(change: Change, field: FieldChange) -> Value:
    if field.cause is Cause.CONFLICT and change.remembered is not None:
        return look_up(change.remembered.spec, field.pointer)
    return field.after


def _last_line(moved: list[Change]) -> str:
    schools = {change.address.school for change in moved}
    things = count(len(moved), "difference")
    return f"Drift: {things} in {count(len(schools), 'school')}. Nothing has been changed."


def _next(plan: Plan, page: Page) -> list[str]:
    typed = plan.scope.typed
    return in_columns(
        [
            f"Put it back: pedell apply {typed}",
            f"Keep it: write it into the files, then pedell plan {typed}",
        ],
        page,
    )
