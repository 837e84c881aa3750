"""What one school has in the end, set like a school's file, with the layer behind each value."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from pedell.model import Cohort, Pointer, SecretName, Setting, Target, Value
from pedell.outputs.layout import cells, clean, padded
from pedell.outputs.views import Configuration, Page
from pedell.outputs.wording import count

SECTIONS = (
    "service",
    "handover",
    "os",
    "supervised",
    "shared",
    "wifi",
    "apps",
    "certificates",
    "profiles",
    "restrictions",
    "presets",
    "roles",
    "variables",
)
_LISTED = ("apps", "certificates", "profiles", "roles")
_NAMED = ("group", "type", "catalogue", "municipality", "owner")
_PLAIN = re.compile(r"[^\W\d_]([\w .()/·@+-]*[\w.()/@+-])?")
_WORDS = re.compile(r"(?i:true|false|yes|no|on|off|null|y|n)")

Line = tuple[str, str]
"""What stands in the file, and the remark behind it."""


def configuration_lines(configuration: Configuration, page: Page) -> list[str]:
    """Write the file; remarks stand in one column as far as lines are short enough."""
    lines = [*_head(configuration), *_cohorts(configuration)]
    lines += _settings(configuration.shared, 0)
    lines += _targets(configuration.targets)
    limit = page.width * 3 // 5
    column = max((cells(text) for text, _ in lines if cells(text) <= limit), default=0)
    return [_set(text, remark, column) for text, remark in lines]


def layer_of(setting: Setting) -> tuple[str, str]:
    """Return the layer that a value came from, and its name where there are several of a kind."""
    if setting.lock is not None and setting.lock.is_fixed:
        return setting.lock.layer, setting.lock.name
    won = next((s for s in reversed(setting.trail) if s.source == setting.source), None)
    if won is None:
        return "authority", ""
    return won.layer, won.name if won.layer in _NAMED else ""


def _set(text: str, remark: str, column: int) -> str:
    return f"{padded(text, max(column, cells(text)))}  # {remark}" if remark else text


def _head(configuration: Configuration) -> Iterator[Line]:
    school = configuration.school
    yield f"school: {_written(school.id)}", f"{count(school.device_count, 'device')} in all"
    yield f"name: {_written(school.name)}", ""
    yield f"type: {_written(school.type)}", ""
    if school.municipality:
        yield f"municipality: {_written(school.municipality)}", ""
    yield f"groups: {_written(list(school.groups))}", ""
    yield f"base: {school.base}", ""
    if school.need is not None:
        yield f"need: {school.need}", ""
    yield f"priority: {school.priority}", ""


def _cohorts(configuration: Configuration) -> Iterator[Line]:
    yield "", ""
    yield "cohorts:", ""
    for cohort, own in configuration.cohorts:
        yield f"  {_written(cohort.name)}:", _about(cohort)
        yield f"    role: {_written(cohort.role)}", ""
        yield f"    ownership: {_written(cohort.ownership)}", ""
        yield f"    platform: {_written(cohort.platform)}", ""
        yield from _settings(own, 4)


def _about(cohort: Cohort) -> str:
    told = f"{count(len(cohort.devices), 'device')} on target {cohort.target}"
    return f"{told}, {cohort.owner} decides" if cohort.owner else told


def _targets(targets: Sequence[Target]) -> Iterator[Line]:
    if targets:
        yield "", ""
    for target in targets:
        yield f"# target {clean(target.id)}: {clean(target.provider)}", ""


def _settings(settings: Mapping[Pointer, Setting], indent: int) -> Iterator[Line]:
    for section in SECTIONS:
        part = {at: each for at, each in settings.items() if at[0] == section}
        gone = {at[:2] for at, each in part.items() if at[-1] == "present" and not each.value}
        if not part:
            continue
        if not indent:
            yield "", ""
        if (section,) in part:
            word = part[section,]
            yield f"{' ' * indent}{section}: {_written(word.value)}", _remark(word)
            continue
        yield f"{' ' * indent}{section}:", ""
        if section in _LISTED:
            yield from _chosen(part, indent + 2)
            yield from _told(part, indent)
        else:
            there = {at: each for at, each in part.items() if at[:2] not in gone}
            yield from _below(there, 1, indent + 2)
            for at in sorted(gone, key=str):
                yield f"{' ' * indent}  # {clean(str(at[1]))} is taken away", ""


def _chosen(part: Mapping[Pointer, Setting], indent: int) -> Iterator[Line]:
    for at in sorted(part, key=str):
        if at[2:] != ("present",):
            continue
        name = _written(str(at[1]))
        if part[at].value:
            yield f"{' ' * indent}- {name}", _remark(part[at])
        else:
            yield f"{' ' * indent}# - {name} is taken away", _remark(part[at])


def _told(part: Mapping[Pointer, Setting], indent: int) -> Iterator[Line]:
    """Yield what apps that are chosen are told."""
    told = {
        at: each
        for at, each in part.items()
        if at[2:3] == ("configuration",) and (on := part.get((*at[:2], "present"))) and on.value
    }
    if told:
        yield f"{' ' * indent}app_settings:", ""
        yield from _below(told, 1, indent + 2)


def _below(part: Mapping[Pointer, Setting], depth: int, indent: int) -> Iterator[Line]:
    seen: set[str | int] = set()
    for at in sorted(part, key=lambda at: tuple(map(str, at))):
        key, margin = at[depth], " " * indent
        if key == "present" or key in seen:
            continue
        if len(at) == depth + 1:
            yield f"{margin}{_written(key)}: {_written(part[at].value)}", _remark(part[at])
            continue
        seen.add(key)
        yield f"{margin}{_written(key)}:", ""
        inner = {p: each for p, each in part.items() if len(p) > depth + 1 and p[depth] == key}
        yield from _below(inner, depth + 1, indent + 2)


def _remark(setting: Setting) -> str:
    told = " ".join(filter(None, layer_of(setting)))
    if setting.lock is None:
        return clean(told)
    held = "locked" if setting.lock.is_fixed else "within a lock"
    return clean(f"{told}, {held}: {setting.lock.reason}")


def _written(value: Value) -> str:
    """Write a value as YAML reads it back; a secret stays a name."""
    match value:
        case SecretName():
            return f"!secret {_text(str(value))}"
        case str():
            return _text(value)
        case Mapping():
            inner = (f"{_written(key)}: {_written(child)}" for key, child in value.items())
            return f"{{{', '.join(inner)}}}"
        case list() | tuple():
            return f"[{', '.join(map(_written, value))}]"
        case _:
            return json.dumps(value)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and not _WORDS.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
