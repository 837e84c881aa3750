"""Who is behind and since when, on one screen: first the sums, then the worst of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pedell.model import DeviceStage, DeviceStand, Progress, Survey
from pedell.outputs.layout import NOTHING, clean, grid, wrapped
from pedell.outputs.plan_text import header, in_columns, notices_in_lines, silence
from pedell.outputs.views import Overview, Page
from pedell.outputs.wording import count

PLACES, DEVICES = 3, 4
"""So many cohorts and devices are shown where not everything was asked for."""

_MEANING = {
    DeviceStage.VERIFIED: "have shown that they hold everything",
    DeviceStage.INSTALLED: "say that they did everything, and have not shown it yet",
    DeviceStage.QUEUED: "have put something off, or not answered it",
    DeviceStage.ASLEEP: "have not been heard of since something was sent to them",
    DeviceStage.REFUSED: "said no to something",
    DeviceStage.UNSENT: "lack something that was not sent, or was lost on the way",
}
_COLUMNS = ("SCHOOL", "COHORT", "DEVICES", "ACCEPTED", *(stage.upper() for stage in _MEANING))
_SINCE = ("SERIAL", "SCHOOL", "COHORT", "STAGE", "MISSING", "BEHIND", "HEARD", "SAID")
_SPANS = ((86_400, 2, "day"), (3_600, 2, "h"), (60, 2, "min"), (1, 0, "s"))


def status_lines(overview: Overview, page: Page) -> list[str]:
    """Tell how many devices have come how far, where most are behind, and who has been longest."""
    survey = overview.survey
    parts = [
        wrapped(header(overview.scope), page.width),
        wrapped(_answers(overview.answered), page.width) if overview.answered else [],
        _sums(survey),
        _places(survey, page, whole=overview.whole),
        _longest(overview, page),
        [*notices_in_lines(survey.notices, page), *silence(survey.unreachable.items(), page)],
        _next(overview, page),
    ]
    told = [part for part in parts if part]
    return [line for number, part in enumerate(told) for line in ([""] if number else []) + [*part]]


def places_of(survey: Survey) -> Mapping[tuple[str, str], Counter[DeviceStage]]:
    """Count the stages of each cohort, (school, cohort) → counts; most behind first."""
    found: dict[tuple[str, str], Counter[DeviceStage]] = {}
    for device in survey.devices:
        found.setdefault((device.school, device.place), Counter())[device.stage] += 1
    return dict(sorted(found.items(), key=lambda item: (-_behind(item[1]), item[0])))


def behind_longest(survey: Survey) -> list[DeviceStand]:
    """Return the devices that lack something, the longest first; those without a date last."""
    behind = (device for device in survey.devices if device.stage.is_behind)
    return sorted(behind, key=lambda one: (one.since is None, one.since, one.school, one.serial))


def span_in_words(seconds: float) -> str:
    """Say how long something is: ``3 days``, ``5 h``, ``12 min``."""
    size, _, word = next(each for each in _SPANS if seconds >= each[0] * each[1])
    return count(int(seconds // size), word) if word == "day" else f"{int(seconds // size)} {word}"


def _answers(answered: Progress) -> str:
    if not answered.total:
        return "Asked no tablet."
    late = answered.total - answered.verified - answered.failed - answered.asleep
    told = [f"Asked {count(answered.total, 'tablet')}: {answered.verified:,} answered"]
    told += [f"{late:,} spoke and have not answered yet"] if late else []
    told += [f"{answered.asleep:,} sleep"] if answered.asleep else []
    return f"{', '.join(told)}. {answered.detail}".strip()


def _sums(survey: Survey) -> list[str]:
    counts = Counter(device.stage for device in survey.devices)
    if not counts:
        return [*([] if survey.unreachable else ["Nothing was left on any tablet here yet."])]
    return [
        f"  {stage:<10} {counts[stage]:>7,}  {meaning}"
        for stage, meaning in _MEANING.items()
        if counts[stage]
    ]


def _places(survey: Survey, page: Page, *, whole: bool) -> list[str]:
    found = [(at, counts) for at, counts in places_of(survey).items() if _behind(counts)]
    if not found:
        return []
    shown = found if whole else found[:PLACES]
    rows = [(*at, *(f"{n:,}" for n in _numbers(counts))) for at, counts in shown]
    numeric = [False, False] + [True] * (len(_COLUMNS) - 2)
    title = f"Most behind {_part(len(shown), len(found), 'cohort')}:"
    return [title, *grid(_COLUMNS, rows, numeric, page.width)]


def _longest(overview: Overview, page: Page) -> list[str]:
    found = behind_longest(overview.survey)
    if not found:
        return []
    shown = found if overview.whole else found[:DEVICES]
    rows = [tuple(_cells(device, overview.now)) for device in shown]
    columns = len(_SINCE) - (0 if any(device.error for device in shown) else 1)
    cut = [row[:columns] for row in rows]
    title = f"Behind longest {_part(len(shown), len(found), 'tablet')}:"
    return [title, *grid(_SINCE[:columns], cut, [False] * columns, page.width)]


def _part(shown: int, of: int, word: str) -> str:
    return f"({shown:,} of {count(of, word)}; all: --all)" if shown < of else f"({count(of, word)})"


def _cells(device: DeviceStand, now: float) -> Iterator[str]:
    yield from (device.serial, device.school, device.place, device.stage)
    kinds = list(dict.fromkeys(at.kind for at in device.missing))
    one = device.missing[0]
    several = f"{len(device.missing)} things" if len(kinds) > 2 else ", ".join(kinds)
    yield f"{one.kind} {one.name}" if len(device.missing) == 1 else several
    for at in (device.since, device.heard):
        yield NOTHING if at is None else span_in_words(max(0.0, now - at))
    yield clean(device.error, 60) or NOTHING


def _numbers(counts: Counter[DeviceStage]) -> Iterable[int]:
    total = counts.total()
    return total, total - counts[DeviceStage.UNSENT], *(counts[stage] for stage in _MEANING)


def _behind(counts: Counter[DeviceStage]) -> int:
    return sum(number for stage, number in counts.items() if stage.is_behind)


def _next(overview: Overview, page: Page) -> Sequence[str]:
    stages = {device.stage for device in overview.survey.devices}
    typed = overview.scope.typed
    if not overview.hints or not stages - {DeviceStage.VERIFIED}:
        return []
    hints = []
    if stages & {DeviceStage.QUEUED, DeviceStage.INSTALLED, DeviceStage.ASLEEP}:
        hints.append(f"Ask them: pedell sync {typed} --wait 300")
    if stages & {DeviceStage.UNSENT, DeviceStage.REFUSED}:
        hints.append(f"Send it again: pedell apply {typed}")
    return in_columns(hints, page)
