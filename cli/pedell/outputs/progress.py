"""What is shown while an apply runs: a live picture on a terminal, elsewhere a few lines."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from pedell.model import Outcome, Progress, Step, Wave
from pedell.outputs.layout import clean, paint, wants_colour
from pedell.outputs.tally import Tally
from pedell.outputs.views import WaveReport

PACE = 10.0
"""Seconds between two lines where no terminal shows a live picture."""

_BAR = 20


class ProgressDisplay:
    """Shows an apply on a stream; may be called from several threads.

    A terminal gets a live picture. Elsewhere, and with ``NO_COLOR``, ``CI`` or ``TERM=dumb``, a
    few plain lines do. ``waves`` is how many there will be, 0 where that is not known; ``name``
    stands instead of their number where there is one thing without steps to follow.
    """

    def __init__(
        self,
        stream: TextIO,
        waves: int = 0,
        environment: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
        name: str = "",
    ) -> None:
        is_terminal = stream.isatty() and environment.get("TERM") != "dumb"
        self._display: PlainDisplay | LiveDisplay
        if is_terminal and not environment.get("NO_COLOR") and not environment.get("CI"):
            self._display = LiveDisplay(stream, Tally(waves, name))
        else:
            colour = wants_colour(is_terminal, environment)
            self._display = PlainDisplay(stream, Tally(waves, name), clock, colour=colour)
        self._lock = threading.Lock()

    def wave_started(self, wave: Wave) -> None:
        """Show that a wave begins."""
        with self._lock:
            self._display.wave_started(wave)

    def outcome(self, step: Step, outcome: Outcome) -> None:
        """Count a step that came to its end."""
        with self._lock:
            self._display.outcome(step, outcome)

    def progress(self, counts: Progress) -> None:
        """Show how far the devices of the wave have come."""
        with self._lock:
            self._display.progress(counts)

    def wave_ended(self, report: WaveReport) -> None:
        """Show how the wave ended and how its gate stood."""
        with self._lock:
            self._display.wave_ended(report)

    def close(self) -> None:
        """Leave the terminal as it was; the lines stay."""
        with self._lock:
            self._display.close()


class PlainDisplay:
    """A line when a wave begins and ends, and between them at most one every ten seconds."""

    def __init__(
        self, stream: TextIO, tally: Tally, clock: Callable[[], float], *, colour: bool
    ) -> None:
        self._stream = stream
        self._tally = tally
        self._clock = clock
        self._colour = colour
        self._said = clock()

    def wave_started(self, wave: Wave) -> None:
        """Say which wave begins, and how large it is."""
        self._tally.start(wave)
        self._say(f"{self._tally.title} begins: {self._tally.size}")

    def outcome(self, step: Step, outcome: Outcome) -> None:
        """Count it, and say how far the wave is if nothing was said for a while."""
        self._tally.end(step, outcome)
        self._perhaps()

    def progress(self, counts: Progress) -> None:
        """Note it, and say how far the wave is if nothing was said for a while."""
        self._tally.counts = counts
        self._perhaps()

    def wave_ended(self, report: WaveReport) -> None:
        """Say how the wave ended."""
        self._tally.counts = report.progress
        glyph, colour = _verdict(self._tally)
        self._say(f"{paint(glyph, colour, self._colour)} {_ending(self._tally, report)}")

    def close(self) -> None:
        """Do nothing: every line is out already."""

    def _perhaps(self) -> None:
        if self._clock() - self._said >= PACE:
            self._say(_ending(self._tally, None))

    def _say(self, line: str) -> None:
        self._said = self._clock()
        self._stream.write(f"{line}\n")
        self._stream.flush()


class LiveDisplay:
    """A picture that is drawn again and again, below lines that stay."""

    def __init__(self, stream: TextIO, tally: Tally) -> None:
        from rich.console import Console
        from rich.live import Live

        self._tally = tally
        self._console = Console(file=stream, force_terminal=True, highlight=False, markup=False)
        # A thread of rich draws the picture while it holds a lock of its own, so the picture must
        # not wait for any lock of ours, or the two would wait for each other.
        self._live = Live(
            console=self._console,
            get_renderable=self._picture,
            refresh_per_second=4,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def wave_started(self, wave: Wave) -> None:
        """Draw the wave from now on."""
        self._tally.start(wave)

    def outcome(self, step: Step, outcome: Outcome) -> None:
        """Count it; a reason for failure that is new stays on the screen."""
        reason = self._tally.end(step, outcome)
        if reason:
            self._keep("    ✗", "red", reason)

    def progress(self, counts: Progress) -> None:
        """Draw it from now on."""
        self._tally.counts = counts

    def wave_ended(self, report: WaveReport) -> None:
        """Leave a line about the wave on the screen."""
        self._tally.counts = report.progress
        glyph, colour = _verdict(self._tally)
        line = _ending(self._tally, report)
        self._tally.start(Wave(0, (), ()))
        self._keep(glyph, colour, line)

    def close(self) -> None:
        """Take the picture away; the lines stay."""
        self._live.stop()

    def _keep(self, glyph: str, colour: str, line: str) -> None:
        from rich.text import Text

        self._console.print(Text.assemble((glyph, colour), " ", line))

    def _picture(self) -> Any:
        from rich.text import Text

        tally = self._tally
        wave = tally.wave
        if not wave.number:
            return Text("")
        filled = int(_BAR * tally.share)
        bar = "█" * filled + "░" * (_BAR - filled)
        return Text.assemble(f"{tally.title}  ", (bar, "green"), f"  {tally.stand}")


def _verdict(tally: Tally) -> tuple[str, str]:
    return ("✗", "red") if tally.failed else ("✓", "green")


def _ending(tally: Tally, report: WaveReport | None) -> str:
    gate = f", {clean(report.gate, 100)}" if report and report.gate else ""
    reason = f" ({tally.reason})" if tally.reason else ""
    return f"{tally.title}: {tally.stand}{gate}{reason}"
