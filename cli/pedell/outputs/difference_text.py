"""What a merge request changes, for the person who reviews it: no target was asked."""

from collections.abc import Sequence

from pedell.model import Change, Plan
from pedell.outputs.group_lines import Telling, every_field, subject_or_title, within
from pedell.outputs.group_text import because_of, notes_of, title_of
from pedell.outputs.layout import clean, wrapped
from pedell.outputs.plan_text import SCREEN, all_changes, header
from pedell.outputs.views import Detail, Difference, Level, Page
from pedell.outputs.wording import count

_AT_LEAST = 6


def difference_lines(difference: Difference, detail: Detail, page: Page) -> list[str]:
    """Tell what would change, grouped as a plan is."""
    plan = difference.plan
    end = _last_lines(difference, page)
    if detail.level is Level.SUMMARY:
        return end
    names = f"{clean(difference.old)} → {clean(difference.new)}"
    head = [*wrapped(f"{header(plan.scope)} · {names}", page.width), ""]
    changes = all_changes(plan)
    rest = _unchanged(plan, changes)
    is_long = detail.level is Level.FIELDS
    title = subject_or_title if is_long else title_of
    telling = Telling(title, notes_of, page, plan.scope.concerned, because_of(detail.locks))
    room = max(_AT_LEAST, SCREEN - len(head) - len(rest) - 1 - len(end))
    told = every_field(changes, telling) if is_long else within(room, changes, telling)
    body = [*told, *rest]
    return [*head, *body, *([""] if body else []), *end]


def _unchanged(plan: Plan, changes: Sequence[Change]) -> list[str]:
    touched = {change.address.school for change in changes}
    number = plan.scope.concerned - len(touched)
    return [f"    unchanged  {count(number, 'school')}"] if touched and number > 0 else []


def _last_lines(difference: Difference, page: Page) -> list[str]:
    steps = list(difference.plan.steps)
    if not steps:
        told = f"{difference.old} and {difference.new} want the same of every school"
        return wrapped(f"Difference: {clean(told)}. Nothing has been changed.", page.width)
    schools = len({step.change.address.school for step in steps})
    devices: set[str] = set()
    for step in steps:
        devices |= step.change.devices | step.change.leaving
    reached = f", on {count(len(devices), 'tablet')}" if devices else ""
    would = f"{count(len(steps), 'thing')} would change in {count(schools, 'school')}{reached}"
    return wrapped(f"Difference: {would}. Nothing has been changed.", page.width)
