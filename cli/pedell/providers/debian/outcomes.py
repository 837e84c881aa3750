"""What a script reports, and the outcomes of its steps. Pure."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pedell.model import Outcome, Secret, Status
from pedell.providers.debian.marks import message
from pedell.providers.debian.script import Order

DONE = ("changed", "same")


@dataclass(frozen=True, slots=True)
class Word:
    """What the script said of a step or a unit: changed, same, failed or skipped, and why."""

    result: str
    said: bytes = b""


@dataclass(frozen=True, slots=True)
class Report:
    """What came back; ``is_whole`` is False where the line broke before the end."""

    steps: Mapping[int, Word]
    units: Mapping[str, Word]
    is_whole: bool


def read_report(said: bytes) -> Report:
    """Read what the script said; a line that is not whole counts as not said."""
    *lines, _ = said.split(b"\n")
    steps: dict[int, Word] = {}
    units: dict[str, Word] = {}
    for line in lines:
        match line.split(b" "):
            case [b"pedell", b"step", number, result, text] if number.isdigit():
                steps[int(number)] = Word(result.decode("ascii", "replace"), _unwrap(text))
            case [b"pedell", b"unit", unit, result, text]:
                units[unit.decode()] = Word(result.decode("ascii", "replace"), _unwrap(text))
            case _:
                continue
    return Report(steps, units, b"pedell end" in lines)


def read_outcomes(
    orders: Sequence[Order], report: Report, complaint: str, secrets: Mapping[str, Secret]
) -> Iterator[Outcome]:
    """Yield one outcome for each order; ``complaint`` says why the script did not reach its end.

    A step whose unit did not come back from its restart has failed, whatever it did before.
    """
    done = {number for number, word in report.steps.items() if word.result in DONE}
    for order in orders:
        word = report.steps.get(order.number)
        if word is None:
            yield Outcome(order.number, Status.FAILED, complaint)
        elif word.result in DONE:
            trouble = _trouble(order, report, word, complaint, secrets)
            yield Outcome(order.number, Status.FAILED if trouble else Status.DONE, trouble)
        elif word.result == "skipped":
            lost = next((need for need in order.needs if need not in done), 0)
            detail = f"waits for step {lost}, which did not succeed"
            yield Outcome(order.number, Status.SKIPPED, detail)
        else:
            detail = message(word.said, secrets) or "it failed and did not say why"
            yield Outcome(order.number, Status.FAILED, detail)


def _trouble(
    order: Order, report: Report, word: Word, complaint: str, secrets: Mapping[str, Secret]
) -> str:
    if word.result == "same":
        return ""
    for unit in order.units:
        end = report.units.get(unit)
        if end is None and not report.is_whole:
            return f"{unit} may not have been restarted: {complaint}"
        if end is not None and end.result == "failed":
            return f"{unit} did not restart: {message(end.said, secrets)}"
    return ""


def _unwrap(text: bytes) -> bytes:
    try:
        return b64decode(text)
    except Base64Error:
        return b""
