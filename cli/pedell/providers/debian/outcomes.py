"""What a script reports, and the outcomes of its steps. Pure."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pedell.model import Outcome, Secret, Status
from pedell.providers.debian.marks import message
from pedell.providers.debian.orders import Order

TOKEN = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,80}\Z")


@dataclass(frozen=True, slots=True)
class Word:
    """What the script said of a step or a unit: changed, same, failed or skipped, and why.

    A step that ``asks`` said what; what waits for it comes ``later``.
    """

    result: str
    said: bytes = b""


@dataclass(frozen=True, slots=True)
class Report:
    """What came back; ``is_whole`` is False where the line broke before the end.

    ``tokens`` of steps are to be confirmed over a new line, or the server takes the change back.
    """

    steps: Mapping[int, Word]
    units: Mapping[str, Word]
    is_whole: bool
    tokens: Mapping[int, str] = field(default_factory=dict)

    def asking(self, orders: Sequence[Order]) -> Mapping[int, bytes]:
        """Return what steps ask for."""
        words = {one.number: self.steps.get(one.number) for one in orders}
        return {n: word.said for n, word in words.items() if word and word.result == "asks"}

    def with_next(self, other: "Report") -> "Report":
        """Return what is known after one more round."""
        tokens = {**self.tokens, **other.tokens}
        steps, units = {**self.steps, **other.steps}, {**self.units, **other.units}
        return Report(steps, units, other.is_whole, tokens)


def read_report(said: bytes) -> Report:
    """Read what the script said; a line that is not whole counts as not said."""
    *lines, _ = said.split(b"\n")
    steps: dict[int, Word] = {}
    units: dict[str, Word] = {}
    tokens: dict[int, str] = {}
    for line in lines:
        match line.split(b" "):
            case [b"pedell", b"step", number, result, text] if number.isdigit():
                steps[int(number)] = Word(result.decode("ascii", "replace"), _unwrap(text))
            case [b"pedell", b"unit", unit, result, text]:
                units[unit.decode()] = Word(result.decode("ascii", "replace"), _unwrap(text))
            case [b"pedell", b"confirm", number, token] if number.isdigit() and TOKEN.match(token):
                tokens[int(number)] = token.decode("ascii")
            case _:
                continue
    return Report(steps, units, b"pedell end" in lines, tokens)


def read_outcomes(
    orders: Sequence[Order], report: Report, complaint: str, secrets: Mapping[str, Secret]
) -> Iterator[Outcome]:
    """Yield one outcome for each order; ``complaint`` says why the script did not reach its end.

    A step whose unit did not come back from its restart has failed, whatever it did before.
    """
    troubles = {one.number: _trouble(one, report, complaint, secrets) for one in orders}
    for order in orders:
        word = report.steps.get(order.number)
        trouble = troubles[order.number]
        if word is not None and word.result == "skipped":
            lost = next((need for need in order.needs if troubles.get(need)), 0)
            detail = f"waits for step {lost}, which did not succeed"
            yield Outcome(order.number, Status.SKIPPED, detail)
        else:
            yield Outcome(order.number, Status.FAILED if trouble else Status.DONE, trouble)


def _trouble(order: Order, report: Report, complaint: str, secrets: Mapping[str, Secret]) -> str:
    """Say why a step did not succeed, or nothing."""
    word = report.steps.get(order.number)
    if word is None:
        return complaint
    match word.result:
        case "same":
            return ""
        case "changed":
            return _trouble_of_units(order, report, complaint, secrets)
        case "asks" | "later":
            return complaint
        case "skipped":
            return "it waits for another"
        case _:
            return message(word.said, secrets) or "it failed and did not say why"


def _trouble_of_units(
    order: Order, report: Report, complaint: str, secrets: Mapping[str, Secret]
) -> str:
    for unit in order.due.units:
        end = report.units.get(unit)
        if (end is None and not report.is_whole) or (end is not None and end.result == "later"):
            return f"{unit} may not have been restarted: {complaint}"
        if end is not None and end.result == "failed":
            return f"{unit} did not restart: {message(end.said, secrets)}"
    return ""


def _unwrap(text: bytes) -> bytes:
    try:
        return b64decode(text)
    except Base64Error:
        return b""
