"""What became of an apply: waves, what did not work and why, and what was said on the wires."""

from collections.abc import Iterable, Mapping, Sequence

from pedell.model import Progress, Status, Step, Traffic
from pedell.outputs.layout import NOTHING, clean, paint, wrapped
from pedell.outputs.plan_text import header, in_columns
from pedell.outputs.views import Page, Report, WaveReport
from pedell.outputs.wording import count, schools_in_words, without_particulars

_NAMED = 5
_REASONS = 6
_GLYPHS = {Status.DONE: "✓", Status.SKIPPED: NOTHING, Status.STALE: "!"}
_SAID = {
    Status.FAILED: "failed",
    Status.SKIPPED: "skipped",
    Status.UNREACHABLE: "unreachable",
    Status.STALE: "not done, the target was changed after the plan was made",
}
Ends = Sequence[tuple[Step, Status, str]]


def report_lines(report: Report, page: Page) -> list[str]:
    """Tell wave by wave what was done, then what was not and why, then what to type next."""
    lines = [*wrapped(header(report.scope), page.width), ""]
    for wave in report.waves:
        lines += _wave(wave, len(report.planned), page)
        lines += _failures(_ends(wave), page)
    lines += _not_begun(report, page)
    lines += _unfinished(report, page)
    lines += ["", *wrapped(_last_line(report), page.width)]
    lines += wrapped(traffic_in_words(report.traffic), page.width)
    return [*lines, *_next(report, page)]


def traffic_in_words(traffic: Traffic) -> str:
    """Say how much was asked, over how many connections."""
    http = _said(traffic.http_requests, "HTTP request", traffic.http_connections)
    ssh = _said(traffic.ssh_round_trips, "SSH round trip", traffic.ssh_connections)
    return f"{http}, {ssh}"


def progress_in_words(counts: Progress, devices: int) -> str:
    """Say how far devices have come; where they got several things each, things are counted."""
    if not counts.total:
        return ""
    of = "" if counts.total == devices else " settings"
    states = [
        f"{number:,} {word}"
        for number, word in ((counts.asleep, "asleep"), (counts.failed, "refused"))
        if number
    ]
    beside = f" ({', '.join(states)})" if states else ""
    return f"verified {counts.verified:,} of {counts.total:,}{of}{beside}"


def failures_by_reason(ends: Ends) -> Mapping[tuple[Status, str], list[tuple[Step, str]]]:
    """Put steps that did not work together where they did not for the same reason."""
    found: dict[tuple[Status, str], list[tuple[Step, str]]] = {}
    for step, status, detail in ends:
        if status is not Status.DONE:
            reason = without_particulars(detail, step.change.address.school)
            found.setdefault((status, reason), []).append((step, detail))
    return dict(sorted(found.items(), key=lambda item: (len(item[1]), item[0])))


def _said(number: int, word: str, connections: int) -> str:
    return f"{count(number, word)} on {count(connections, 'connection')}"


def _ends(wave: WaveReport) -> Ends:
    steps = {step.number: step for step in wave.wave.steps}
    return [(steps[end.step], end.status, end.detail) for end in wave.outcomes]


def _wave(report: WaveReport, waves: int, page: Page) -> list[str]:
    wave = report.wave
    devices = frozenset[str]().union(*(step.change.devices for step in wave.steps))
    done = sum(end.status is Status.DONE for end in report.outcomes)
    is_good = done == len(wave.steps)
    glyph = paint("✓" if is_good else "✗", "green" if is_good else "red", page.colour)
    parts = [
        count(len(wave.schools), "school"),
        count(len(devices), "tablet") if devices else "",
        f"{done:,} of {count(len(wave.steps), 'change')} done",
        progress_in_words(report.progress, len(devices)),
        clean(report.gate, 100),
    ]
    told = " · ".join(filter(None, parts))
    lines = wrapped(f"✓ Wave {wave.number} of {waves}   {told}", page.width, "", " " * 4)
    return [lines[0].replace("✓", glyph, 1), *lines[1:]]


def _failures(ends: Ends, page: Page) -> list[str]:
    found = failures_by_reason(ends)
    lines: list[str] = []
    for (status, reason), steps in list(found.items())[:_REASONS]:
        schools = sorted({step.change.address.school for step, _ in steps})
        glyph = _GLYPHS.get(status, "✗")
        what = str(steps[0][0].change.address) if len(steps) == 1 else _where(steps, schools)
        details = {detail for _, detail in steps}
        why = details.pop() if len(details) == len(schools) == 1 else reason
        told = f"{glyph} {what}  {_SAID[status]}" + (f": {clean(why, 300)}" if why else "")
        lines += wrapped(told, page.width, " " * 4, " " * 8)
    more = sum(map(len, list(found.values())[_REASONS:]))
    return [*lines, *([f"    ✗ {count(more, 'more change')}, for other reasons"] if more else [])]


def _where(steps: Sequence[object], schools: Sequence[str]) -> str:
    return f"{count(len(steps), 'change')} in {schools_in_words(schools, _NAMED)}"


def _not_begun(report: Report, page: Page) -> list[str]:
    begun = {wave.wave.number for wave in report.waves}
    left = [wave for wave in report.planned if wave.number not in begun]
    if not left and not report.stopped:
        return []
    schools = {school for wave in left for school in wave.schools}
    why = f": {clean(report.stopped, 300)}" if report.stopped else ""
    what = count(len(left), "wave") if left else "the rest"
    where = f" ({count(len(schools), 'school')})" if left else ""
    return wrapped(f"! not begun: {what}{where}{why}", page.width, "", " " * 4)


def _unfinished(report: Report, page: Page) -> list[str]:
    if not report.unfinished:
        return []
    named = ", ".join(map(str, report.unfinished[:_NAMED]))
    more = len(report.unfinished) - _NAMED
    told = f"{named} and {more:,} more" if more > 0 else named
    text = f"! unfinished, nobody can say how these ended: {clean(told)}"
    return wrapped(text, page.width, "", " " * 4)


def _last_line(report: Report) -> str:
    ends = [end for wave in report.waves for end in _ends(wave)]
    steps = sum(len(wave.steps) for wave in report.planned)
    if not steps:
        return "Applied: nothing, because the plan has no change that may be done."
    counts = {status: sum(end[1] is status for end in ends) for status in Status}
    schools = _finished_schools(report, ends)
    done = f"{counts[Status.DONE]:,} of {count(steps, 'change')}"
    words = [f"{counts[status]:,} {status}" for status in _SAID if counts[status]]
    waiting = steps - len(ends)
    words += [f"{waiting:,} not begun"] if waiting else []
    rest = f" {', '.join(words)}." if words else ""
    where = f"{count(schools, 'school')} complete"
    return f"Applied: {done}, {where}.{rest} It took {_duration(report.seconds)}."


def _finished_schools(report: Report, ends: Ends) -> int:
    wanted = {step.number: step for wave in report.planned for step in wave.steps}
    done = {step.number for step, status, _ in ends if status is Status.DONE}
    schools = {step.change.address.school for step in wanted.values()}
    return len(schools - _schools(wanted[number] for number in wanted.keys() - done))


def _schools(steps: Iterable[Step]) -> set[str]:
    return {step.change.address.school for step in steps}


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _next(report: Report, page: Page) -> list[str]:
    typed = report.scope.typed
    steps = sum(len(wave.steps) for wave in report.planned)
    done = sum(end.status is Status.DONE for wave in report.waves for end in wave.outcomes)
    late = any(_is_behind(wave.progress) for wave in report.waves)
    who = [f"See who is behind: pedell status {typed}"] if late else []
    if done == steps and not report.unfinished:
        return in_columns([f"Look again: pedell plan {typed}", *who], page)
    again = f"pedell apply {report.saved or typed}"
    hints = [f"See what is left: pedell plan {typed}", f"Go on: {again}", *who]
    return in_columns(hints, page)


def _is_behind(counts: Progress) -> bool:
    return counts.verified + counts.installed < counts.total
