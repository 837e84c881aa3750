"""What happens while a plan is applied, one thing at a time, for those who watch."""

from dataclasses import dataclass
from typing import TypeAlias

from pedell.model.outcome import Outcome, Progress
from pedell.model.plan import Step, Wave


@dataclass(frozen=True, slots=True)
class WaveStarted:
    """A wave begins."""

    wave: Wave


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step came to its end; it is in the journal already."""

    step: Step
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class DevicesCounted:
    """How far the devices of the wave are."""

    wave: Wave
    progress: Progress


@dataclass(frozen=True, slots=True)
class WaveEnded:
    """A wave is over. ``gate`` says in words how its gate stood; ``passed`` whether it opened."""

    wave: Wave
    progress: Progress
    gate: str
    passed: bool


Event: TypeAlias = WaveStarted | StepEnded | DevicesCounted | WaveEnded
