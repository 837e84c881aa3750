"""Stage (writes targets): the steps of one wave become outcomes. It decides nothing; the plan did.

Each target gets the largest set of steps whose unmet needs lie in that same set, as one batch.
The intents of a batch are durable before it starts, its outcomes as soon as they are known.
"""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from pedell.model import Outcome, Status, Step
from pedell.ports import Journal, Switchboard

Report = tuple[str, Step | None, Outcome | None]


def apply_steps(
    steps: Sequence[Step],
    ended: dict[int, Status],
    lines: Switchboard,
    journal: Journal,
    is_stopped: Callable[[], bool],
) -> Iterator[tuple[Step, Outcome]]:
    """Do the steps and yield each with its outcome, as they come, already written down.

    ``ended`` holds how earlier steps ended and grows on the way. A step that waits for one which
    did not succeed is skipped. When ``is_stopped`` turns true no new batch begins. An interrupt
    waits for nobody: what runs then stays without outcome, and the next run looks.
    """
    running = _Running(steps, ended, lines, is_stopped)
    wait = True
    try:
        while batches := running.begin() or running.busy:
            for step, outcome in running.skipped():
                journal.conclude([(step, outcome)])
                yield step, outcome
            if isinstance(batches, list):
                journal.intend([step for _, batch in batches for step in batch])
                running.start(batches)
            ends = running.collect()
            journal.conclude(ends)
            yield from ends
        for step, outcome in running.skipped():
            journal.conclude([(step, outcome)])
            yield step, outcome
    except (KeyboardInterrupt, SystemExit):
        wait = False
        raise
    finally:
        running.close(wait=wait)


class _Running:
    """Which steps are open, which targets are busy, and the crew that works on them."""

    def __init__(
        self,
        steps: Sequence[Step],
        ended: dict[int, Status],
        lines: Switchboard,
        is_stopped: Callable[[], bool],
    ) -> None:
        self._open = {step.number: step for step in steps}
        self._ended, self._lines, self._is_stopped = ended, lines, is_stopped
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._crew = ThreadPoolExecutor(lines.forks)
        self._skipped: list[tuple[Step, Outcome]] = []
        self._closing = threading.Event()
        self.busy: set[str] = set()

    def begin(self) -> list[tuple[str, list[Step]]]:
        """Return the next batch of every idle target; takes their steps out of the open ones."""
        if self._is_stopped():
            return []
        self._skip()
        batches: dict[str, list[Step]] = {}
        chosen: dict[str, set[int]] = {}
        for step in self._open.values():
            target = step.change.target
            if target in self.busy:
                continue
            inside = chosen.setdefault(target, set())
            if all(self._is_done(edge.step) or edge.step in inside for edge in step.needs):
                batches.setdefault(target, []).append(step)
                inside.add(step.number)
        for batch in batches.values():
            for step in batch:
                del self._open[step.number]
        self.busy |= batches.keys()
        return list(batches.items())

    def start(self, batches: list[tuple[str, list[Step]]]) -> None:
        """Hand the batches over to the crew."""
        for target, batch in batches:
            self._crew.submit(self._work, target, batch)

    def collect(self) -> list[tuple[Step, Outcome]]:
        """Wait for the next report and return all that are there."""
        ends: list[tuple[Step, Outcome]] = []
        waiting = bool(self.busy)
        while waiting or not self._reports.empty():
            target, step, outcome = self._reports.get()
            if step is None or outcome is None:
                self.busy.discard(target)
            else:
                self._ended[step.number] = outcome.status
                ends.append((step, outcome))
            waiting = False
        return ends

    def skipped(self) -> list[tuple[Step, Outcome]]:
        """Return the steps that were skipped since the last call."""
        skipped, self._skipped = self._skipped, []
        return skipped

    def close(self, *, wait: bool) -> None:
        """Begin nothing more and rest, when running batches have come to their end or at once."""
        self._closing.set()
        self._crew.shutdown(wait=wait, cancel_futures=True)

    def _is_done(self, number: int) -> bool:
        return self._ended.get(number) is Status.DONE

    def _skip(self) -> None:
        for number, step in list(self._open.items()):
            lost = [
                e for e in step.needs if self._ended.get(e.step, Status.DONE) is not Status.DONE
            ]
            if lost:
                detail = f"waits for step {lost[0].step}, which did not succeed ({lost[0].reason})"
                self._ended[number] = Status.SKIPPED
                self._skipped.append((step, Outcome(number, Status.SKIPPED, detail)))
                del self._open[number]

    def _work(self, target: str, batch: list[Step]) -> None:
        rest = {step.number: step for step in batch}
        try:
            if self._is_stopped():  # it waited for one of the forks until now
                self._fail(target, rest, Status.SKIPPED, "the run was stopped before it began")
                return
            for outcome in self._lines.session(target).perform(batch):
                self._reports.put((target, rest.pop(outcome.step), outcome))
                if self._closing.is_set():
                    return
            self._fail(target, rest, Status.FAILED, "the provider did not say how it ended")
        except OSError as error:
            self._fail(target, rest, Status.UNREACHABLE, str(error))
        except Exception as error:  # a provider's fault must not take the other targets along
            self._fail(
                target, rest, Status.FAILED, f"{type(error).__name__} in the provider: {error}"
            )
        finally:
            self._reports.put((target, None, None))

    def _fail(self, target: str, rest: dict[int, Step], status: Status, detail: str) -> None:
        for number, step in rest.items():
            self._reports.put((target, step, Outcome(number, status, detail)))
