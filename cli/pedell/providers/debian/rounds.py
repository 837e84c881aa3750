"""A batch in rounds: one script, and a second one where the server had to ask for something."""

import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from secrets import token_hex

from pedell.model import Address, Outcome, Secret, Spec, Status
from pedell.providers.debian.marks import message
from pedell.providers.debian.orders import Order
from pedell.providers.debian.outcomes import Report, Word, read_outcomes, read_report
from pedell.providers.debian.script import BOOTSTRAP, pack, write_script
from pedell.providers.debian.skills import SKILLS
from pedell.transports.ssh import Answer, BrokenLineError, HostKeyError, Ssh

WORK_SECONDS = 1800.0
REBOOT_SECONDS = 300.0
CONFIRM = """\
touch -- "$@" || exit
patience=200
for token do
  while [ -e "$token" ]; do
    [ $patience -gt 0 ] || { echo "what was confirmed is not kept: it may go back" >&2; exit 1; }
    sleep 0.2
    patience=$((patience - 1))
  done
done
"""
"""Says that we still get in, and waits until the server has taken note of it."""


class Door:
    """The way to one server: the line that is open now, and how to open another."""

    def __init__(self, dial: Callable[[], Ssh]) -> None:
        self._dial = dial
        self.line = dial()

    def open_again(self) -> None:
        """Open a new line and work over it from now on. Raises OSError where nobody lets us in."""
        self.line = self._dial()


@dataclass(frozen=True, slots=True)
class Place:
    """What a script has to know of its server: the folder below which all lies, and sudo."""

    root: str
    sudo: str

    def complaint(self, answer: Answer, secrets: Mapping[str, Secret]) -> str:
        """Say why a command did not come to its end."""
        if answer.code == 3:
            return f"the folder {self.root or '/'} is not there"
        if answer.code == 95:
            return "an earlier run is still at work on the server: try again when it is over"
        said = message(answer.err or answer.out, secrets)
        silent = "the transfer did not arrive whole" if answer.code == 97 else "it said nothing"
        return f"the server ended early: {said or silent} (exit status {answer.code})"

    def trouble(self, answer: Answer, secrets: Mapping[str, Secret], silence: str) -> OSError:
        """Return what to raise where an answer did not come whole; ``silence`` if it seemed to."""
        if self.sudo and answer.err.startswith(b"sudo:"):
            return PermissionError(
                f"sudo does not let us work there ({message(answer.err, secrets)}): give the user "
                "a rule without a password, USER ALL=(root) NOPASSWD: ALL"
            )
        complaint = self.complaint(answer, secrets) if answer.code else silence
        return OSError(complaint)


class Work:
    """One batch on one server. ``services`` are all that a change can make due."""

    def __init__(
        self,
        door: Door,
        place: Place,
        services: Mapping[Address, Spec],
        specs: Mapping[Address, Spec],
        secrets: Mapping[str, Secret],
    ) -> None:
        self._door, self._place = door, place
        self._services, self._specs, self._secrets = services, specs, secrets

    def do(self, orders: Sequence[Order]) -> Iterator[Outcome]:
        """Do the orders, answer what is asked on the way, and yield an outcome for each."""
        if not self._door.line.is_open:
            sentence = "the server has closed the connection; nothing was begun"
            yield from (Outcome(one.number, Status.UNREACHABLE, sentence) for one in orders)
            return
        report, complaint = self._run(orders)
        if asked := report.asking(orders):
            answered, unanswered = self._answer(orders, asked)
            report = report.with_next(Report(unanswered, {}, report.is_whole))
            if following := _next_round(orders, report, answered):
                found, complaint = self._run(following)
                report = report.with_next(found)
        yield from read_outcomes(orders, report, complaint, self._secrets)

    def _run(self, orders: Sequence[Order]) -> tuple[Report, str]:
        """Run one script; return what it said, and why it did not come to its end."""
        key = token_hex(5)
        archive = pack(orders, write_script(orders, self._services, self._place.root, key))
        try:
            command = f"{self._place.sudo}sh -c {shlex.quote(BOOTSTRAP)}"
            answer = self._door.line.run(command, archive, WORK_SECONDS)
        except BrokenLineError as error:
            return read_report(error.said), f"{error}; the next run looks what was done"
        report = read_report(answer.out)
        if report.tokens:
            report = self._confirmed(report)
        return report, self._place.complaint(answer, self._secrets)

    def _answer(
        self, orders: Sequence[Order], asked: Mapping[int, bytes]
    ) -> tuple[Mapping[int, bytes], Mapping[int, Word]]:
        """Return the answers, and the word for each step that gets none."""
        answers: dict[int, bytes] = {}
        refused: dict[int, Word] = {}
        for order in orders:
            if order.number not in asked:
                continue
            at = order.address
            try:
                if at.kind == "reboot":
                    self._await_reboot(asked[order.number])
                    answers[order.number] = asked[order.number]
                else:
                    answer = SKILLS[at.kind].answer
                    spec = self._specs[at]
                    answers[order.number] = answer(
                        at.name, spec, asked[order.number], self._secrets
                    )
            except (OSError, ValueError) as error:
                refused[order.number] = Word("failed", str(error).encode())
        return answers, refused

    def _await_reboot(self, boot: bytes) -> None:
        """Wait until it has started anew. Raises OSError where that takes too long."""
        end = time.monotonic() + REBOOT_SECONDS
        trouble = "it runs on as before"
        ask = f"cat {shlex.quote(self._place.root)}/proc/sys/kernel/random/boot_id"
        while time.monotonic() < end:
            time.sleep(1)
            try:
                self._door.open_again()
                if self._door.line.run(ask, deadline=10).out.strip() != boot.strip():
                    return
            except HostKeyError:
                raise
            except OSError as error:  # while it starts it may refuse us too (pam_nologin(8))
                trouble = str(error)
        raise TimeoutError(f"it did not come back within {REBOOT_SECONDS:.0f} s: {trouble}")

    def _confirmed(self, report: Report) -> Report:
        """Log in anew for what might have shut us out; where nobody can, those steps failed."""
        folder = f"{self._place.root}/var/lib/pedell/confirm"
        tokens = [f"{folder}/{token}" for token in report.tokens.values()]
        ask = f"{self._place.sudo}{shlex.join(['sh', '-c', CONFIRM, 'sh', *tokens])}"
        try:
            self._door.open_again()
            answer = self._door.line.run(ask, deadline=60)
            trouble = answer.code and self._place.complaint(answer, self._secrets)
        except OSError as error:
            trouble = f"nobody can log in any more, so the server takes it back: {error}"
        words = dict.fromkeys(report.tokens, Word("failed", str(trouble).encode()))
        return report.with_next(Report(words if trouble else {}, {}, report.is_whole))


def _next_round(
    orders: Sequence[Order], report: Report, answers: Mapping[int, bytes]
) -> Sequence[Order]:
    """Return what was answered and what waited for that; what is done already is no need."""
    done = {n for n, word in report.steps.items() if word.result in ("changed", "same")}
    later = {n for n, word in report.steps.items() if word.result == "later"}
    return [
        replace(
            one,
            needs=tuple(need for need in one.needs if need not in done),
            content=answers.get(one.number, one.content),
        )
        for one in orders
        if one.number in answers or one.number in later
    ]
