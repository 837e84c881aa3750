"""A plan on one screen, for the person who has to say yes."""

from collections import Counter
from collections.abc import Iterable, Sequence

from pedell.model import Change, Notice, Plan, Scope
from pedell.outputs.group_lines import Telling, every_field, subject_or_title, within
from pedell.outputs.group_text import because_of, notes_of, title_of
from pedell.outputs.layout import clean, wrapped
from pedell.outputs.masking import masked
from pedell.outputs.views import Detail, Level, Page
from pedell.outputs.wording import (
    count,
    joined,
    schools_in_words,
    without_particulars,
)

SCREEN = 20
"""A plan for one changed line fits into so many lines, whatever the number of schools."""

_AT_LEAST = 6
_NAMED = 5


def plan_lines(plan: Plan, detail: Detail, page: Page) -> list[str]:
    """Tell what would change: the groups, what stands beside them, and what to type next."""
    end = [*wrapped(_last_line(plan), page.width), *_next(plan, detail, page)]
    if detail.level is Level.SUMMARY:
        return end
    head = [*wrapped(header(plan.scope), page.width), ""]
    changes = all_changes(plan)
    rest = [*_unchanged(plan, changes), *_waves(plan, page)]
    rest += [*_waiting(plan, page), *_orphans(plan, page), *_checked(plan, page)]
    is_whole = detail.level is Level.FIELDS
    rest += notices_in_lines(plan.notices, page, only_urgent=not is_whole)
    rest += silence(plan.unreachable, page)
    schools = plan.scope.concerned
    if is_whole:
        telling = Telling(subject_or_title, notes_of, page, schools, because_of(detail.locks))
        body = [*every_field(changes, telling), *rest]
    else:
        telling = Telling(title_of, notes_of, page, schools, because_of(detail.locks))
        room = max(_AT_LEAST, SCREEN - len(head) - len(rest) - 1 - len(end))
        body = [*within(room, changes, telling), *rest]
    return [*head, *body, *([""] if body else []), *end]


def all_changes(plan: Plan) -> list[Change]:
    """Return what is held back and what is done, fit to be shown."""
    return [masked(change) for change in (*plan.blocked, *(step.change for step in plan.steps))]


def header(scope: Scope) -> str:
    """Say whose plan it is, over how much, and from which files."""
    parts = [
        clean(scope.name),
        (f"{scope.chosen:,} of " if scope.chosen else "") + count(scope.schools, "school"),
        count(scope.devices, "tablet"),
        f"commit {scope.commit}" if scope.commit else "",
        "sandbox: no real device or server is touched" if scope.sandbox else "",
    ]
    return " · ".join(filter(None, parts))


def notices_in_lines(
    notices: Iterable[Notice], page: Page, *, only_urgent: bool = False
) -> list[str]:
    """Tell what targets said about themselves; a short plan only what somebody has to act on."""
    told = [
        wrapped(
            f"{'!' if one.is_urgent else ' '} {clean(one.text, 400)}.", page.width, "  ", "    "
        )
        for one in notices
        if one.is_urgent or not only_urgent
    ]
    return [line for lines in told for line in lines]


def silence(unreachable: Iterable[tuple[str, str]], page: Page) -> list[str]:
    """Name the targets that did not answer, those with equal reasons together."""
    targets_by_reason: dict[str, list[tuple[str, str]]] = {}
    for target, reason in unreachable:
        school = target.partition("/")[2]
        alike = without_particulars(reason, school) if school else reason
        targets_by_reason.setdefault(alike, []).append((target, reason))
    found = sorted(targets_by_reason.items(), key=lambda item: (len(item[1]), item[0]))
    lines = [line for alike, targets in found[:_NAMED] for line in _silent(alike, targets, page)]
    if len(found) > _NAMED:
        more = sum(len(targets) for _, targets in found[_NAMED:])
        lines.append(f"  ✗ no answer from {count(more, 'more target')}, for other reasons")
    return lines


def _silent(alike: str, targets: Sequence[tuple[str, str]], page: Page) -> list[str]:
    names = [target for target, _ in targets]
    who = ", ".join(names) if len(names) <= _NAMED else count(len(names), "target")
    reason = targets[0][1] if len(targets) == 1 else alike
    return wrapped(f"✗ no answer from {who}: {clean(reason, 700)}", page.width, "  ", " " * 6)


def _unchanged(plan: Plan, changes: Iterable[Change]) -> list[str]:
    """Count the schools where all is well; where a target for all is silent, nobody knows."""
    silent = {target.partition("/")[2] for target, _ in plan.unreachable}
    touched = {change.address.school for change in changes}
    number = plan.scope.concerned - len(touched | silent)
    if "" in silent or number <= 0 or not touched:
        return []
    return [f"    unchanged  {count(number, 'school')}"]


def _waves(plan: Plan, page: Page) -> list[str]:
    sizes = [f"{len(wave.schools):,}" for wave in plan.waves]
    if len(sizes) < 2:
        return []
    return wrapped(f"waves      {', '.join(sizes)} schools", page.width, "    ", " " * 15)


def _checked(plan: Plan, page: Page) -> list[str]:
    """Name the releases of Apple's schema behind what tablets would get."""
    told = f"checked    Apple's schema: {clean(plan.scope.apple)}"
    return wrapped(told, page.width, "    ", " " * 15) if plan.scope.apple else []


def _waiting(plan: Plan, page: Page) -> list[str]:
    if not plan.waiting:
        return []
    verb = "is" if plan.waiting == 1 else "are"
    told = f"{count(plan.waiting, 'tablet')} {verb} not enrolled yet and cannot be reached now"
    return wrapped(told, page.width, "    ")


def _orphans(plan: Plan, page: Page) -> list[str]:
    if not plan.orphans:
        return []
    kinds = Counter(address.kind for address in plan.orphans)
    told = joined([count(number, kind) for kind, number in sorted(kinds.items())])
    schools = sorted({address.school for address in plan.orphans})
    where = schools_in_words(schools, _NAMED)
    text = f"no longer declared: {told} in {where}, made by Pedell."
    return wrapped(f"{text} They stay; --prune takes them away.", page.width, "    ", " " * 6)


def _last_line(plan: Plan) -> str:
    steps = list(plan.steps)
    blocked = f", {len(plan.blocked):,} blocked" if plan.blocked else ""
    if not steps:
        asked = " where targets answered" if plan.unreachable else ""
        schools = count(plan.scope.concerned, "school")
        told = f"nothing to do{asked} now" if blocked else f"nothing to do{asked} in {schools}"
        return f"Plan: {told}{blocked}. Nothing has been changed."
    schools = count(len({step.change.address.school for step in steps}), "school")
    changes = count(len(steps), "change")
    waves = count(len(plan.waves), "wave")
    return f"Plan: {changes} in {schools}{blocked}. {waves}. Nothing has been changed."


def _next(plan: Plan, detail: Detail, page: Page) -> list[str]:
    if not detail.hints or not any(True for _ in plan.steps):
        return []
    if detail.saved:
        return [f"Saved to {detail.saved}.      Apply it: pedell apply {detail.saved}"]
    hints = [
        f"Save it: pedell plan {plan.scope.typed} --out today.plan",
        "Apply it: pedell apply today.plan",
    ]
    if detail.level is not Level.FIELDS:
        hints.append(f"Every field: pedell plan {plan.scope.typed} --diff")
    return in_columns(hints, page)


def in_columns(hints: Sequence[str], page: Page) -> list[str]:
    """Set hints beside each other as far as they fit; none is broken."""
    lines: list[str] = []
    for hint in hints:
        if lines and len(lines[-1]) + 6 + len(hint) <= page.width:
            lines[-1] += f"      {hint}"
        else:
            lines.append(hint)
    return lines
