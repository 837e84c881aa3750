"""Where values come from: layers, and the trail they leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pedell.model.lock import Lock
from pedell.model.source import Pointer, Source
from pedell.model.value import Value

LAYERS = (
    "catalogue",
    "authority",
    "type",
    "municipality",
    "group",
    "school",
    "cohort",
    "owner",
)
"""From the bottom up: a later layer wins over an earlier one."""


@dataclass(frozen=True, slots=True)
class Written:
    """A value as one file says it."""

    value: Value
    source: Source


Settings: TypeAlias = Mapping[Pointer, Written]
"""A layer, flat: ``("wifi", "schulnetz", "vlan")`` → value and place."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One place that values come from. ``kind`` is one of :data:`LAYERS`.

    ``settings`` hold for every cohort below, ``cohorts`` only for the cohort of that name.
    """

    kind: str
    name: str
    settings: Settings
    cohorts: Mapping[str, Settings]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one layer said about one setting."""

    layer: str
    name: str
    value: Value
    source: Source


@dataclass(frozen=True, slots=True)
class Setting:
    """A value after all layers spoke: the last of ``trail`` won, unless ``lock`` fixes it."""

    value: Value
    source: Source
    trail: tuple[Contribution, ...]
    lock: Lock | None = None


@dataclass(frozen=True, slots=True)
class Effective:
    """All settings of one school, for one cohort or (``cohort`` empty) for the school itself."""

    school: str
    cohort: str
    settings: Mapping[Pointer, Setting]
