"""Stage 8 (pure): steps are cut into waves of schools, as the rollout says."""

import math
from collections.abc import Iterator, Mapping

from pedell.model import Rollout, School, Step, Until, Wave


def schedule_steps(
    steps: tuple[Step, ...], schools: Mapping[str, School], rollout: Rollout
) -> tuple[Wave, ...]:
    """Return the waves, in order.

    A step whose need must be *verified* stands in a later wave than what it needs, because the
    gate between two waves is where devices are asked.
    """
    waves: list[Wave] = []
    concerned = {step.change.address.school for step in steps}
    closed = sorted(concerned - schools.keys())  # their file is gone, what we made there is not
    standing = [name for name in _ordered(schools, rollout) if name in concerned]
    for names in _cut([*standing, *closed], rollout):
        inside = frozenset(names)
        chosen = [step for step in steps if step.change.address.school in inside]
        for part in _by_level(chosen):
            present = {step.change.address.school for step in part}
            ordered = tuple(name for name in names if name in present)
            waves.append(Wave(len(waves) + 1, ordered, tuple(part)))
    return tuple(waves)


def _ordered(schools: Mapping[str, School], rollout: Rollout) -> list[str]:
    names = sorted(schools)
    for field in reversed(rollout.order_by):
        key = {
            "priority": lambda name: schools[name].priority,
            "type": lambda name: schools[name].type,
            "devices": lambda name: schools[name].device_count,
            "id": lambda name: name,
        }[field.removeprefix("-")]
        names.sort(key=key, reverse=field.startswith("-"))
    return names


def _cut(names: list[str], rollout: Rollout) -> Iterator[list[str]]:
    total, rest, number = len(names), list(names), 0
    while rest:
        size = rollout.sizes[min(number, len(rollout.sizes) - 1)]
        count = math.ceil(total * int(size[:-1]) / 100) if size.endswith("%") else int(size)
        yield rest[: max(count, 1)]
        rest, number = rest[max(count, 1) :], number + 1


def _by_level(steps: list[Step]) -> Iterator[list[Step]]:
    level: dict[int, int] = {}
    for step in steps:
        behind = (
            level[e.step] + (e.until is Until.VERIFIED) for e in step.needs if e.step in level
        )
        level[step.number] = max(behind, default=0)
    for height in range(max(level.values(), default=-1) + 1):
        yield [step for step in steps if level[step.number] == height]
