"""How far the wave that runs has come, counted as outcomes come in."""

from collections import Counter

from pedell.model import Outcome, Progress, Status, Step, Wave
from pedell.outputs.layout import clean
from pedell.outputs.report_text import progress_in_words
from pedell.outputs.wording import count, without_particulars


class Tally:
    """The counts of one wave. Not locked: one caller counts, others may read at any moment."""

    def __init__(self, waves: int = 0, name: str = "") -> None:
        """Take how many waves there will be, or the ``name`` of the only thing that happens."""
        self._waves, self._name = waves, name
        self._reasons: set[str] = set()
        self._reset(Wave(0, (), ()))

    def start(self, wave: Wave) -> None:
        """Begin to count a wave."""
        self._reset(wave)

    def _reset(self, wave: Wave) -> None:
        self.wave = wave
        self.devices = len(frozenset[str]().union(*(s.change.devices for s in wave.steps)))
        self.ended = self.failed = self.schools = 0
        self.reason = ""
        self.counts = Progress(0)
        self._open = Counter(step.change.address.school for step in wave.steps)

    def end(self, step: Step, outcome: Outcome) -> str:
        """Count the end of a step; return why it did not work, if nobody said so before."""
        school = step.change.address.school
        self.ended += 1
        self._open[school] -= 1
        self.schools += self._open[school] == 0
        if outcome.status is Status.DONE:
            return ""
        self.failed += 1
        alike = f"{outcome.status} {without_particulars(outcome.detail, school)}"
        if alike in self._reasons:
            return ""
        self._reasons.add(alike)
        told = f"{step.change.address}  {outcome.status}: {clean(outcome.detail, 200)}"
        self.reason = self.reason or told
        return told

    @property
    def title(self) -> str:
        """The name of the wave: ``Wave 2 of 3``."""
        if self._name:
            return self._name
        of = f" of {self._waves:,}" if self._waves else ""
        return f"Wave {self.wave.number:,}{of}"

    @property
    def share(self) -> float:
        """The part of it that is done, between 0 and 1."""
        if self.wave.steps:
            return self.ended / len(self.wave.steps)
        return self.counts.verified / max(1, self.counts.total)

    @property
    def size(self) -> str:
        """How much the wave reaches."""
        devices = f", {count(self.devices, 'tablet')}" if self.devices else ""
        return f"{count(len(self.wave.schools), 'school')}{devices}"

    @property
    def stand(self) -> str:
        """How far it is."""
        if not self.wave.steps:
            asked = self.counts.total
            return f"{self.counts.verified:,} of {asked:,} answered" if asked else "…"
        parts = [
            f"{self.schools:,} of {count(len(self.wave.schools), 'school')}",
            f"{self.ended:,} of {count(len(self.wave.steps), 'change')}",
            f"{self.failed:,} not done" if self.failed else "",
            progress_in_words(self.counts, self.devices),
        ]
        return ", ".join(filter(None, parts))
