"""Playbooks: a YAML list of rollouts becomes nouns."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pedell.language.documents import parse_document
from pedell.language.schemas import Schemas
from pedell.model import Gate, Problem, Rejected, Rollout, Source, Window, quote, tell

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def read_playbook(path: Path, schemas: Schemas) -> tuple[Rollout, ...]:
    """Read a playbook, or reject it with everything that is wrong."""
    try:
        document = parse_document(str(path), path.name, path.read_bytes())
    except OSError as error:
        detail = tell("{reason}.", reason=quote(str(error.strerror)))
        raise Rejected([Problem("E0101", detail, Source(str(path), 1, 1))]) from None
    problems = [
        Problem(v.code, v.detail, (document.key_source if v.on_key else document.source)(v.pointer))
        for v in schemas.violations("playbook.json", document.value)
    ]
    if problems:
        raise Rejected(problems)
    return tuple(
        _rollout(entry, document.source((number,))) for number, entry in enumerate(document.value)
    )


def _rollout(entry: Mapping[str, Any], source: Source) -> Rollout:
    waves = entry.get("waves", {})
    gate = entry.get("gate", {})
    timeout = gate.get("timeout", "10m")
    stop = entry.get("stop_when", {}).get("failed_or_unreachable", "100%")
    return Rollout(
        name=entry["name"],
        schools=entry.get("schools", "all"),
        tags=tuple(entry.get("tags", ())),
        order_by=tuple(waves.get("order_by", ())),
        sizes=tuple(str(size) for size in waves.get("sizes", ["100%"])),
        gate=Gate(_share(gate.get("verified", "0%")), int(timeout[:-1]) * _SECONDS[timeout[-1]]),
        stop_share=_share(stop),
        window=_window(entry["window"]) if "window" in entry else None,
        source=source,
    )


def _share(text: str) -> float:
    return int(text.removesuffix("%")) / 100


def _window(entry: Mapping[str, str]) -> Window:
    first, _, last = entry.get("days", "mon-sun").partition("-")
    start, end = _DAYS.index(first), _DAYS.index(last or first)
    days = range(start, end + 1) if start <= end else [*range(start, 7), *range(end + 1)]
    return Window(frozenset(days), _minutes(entry["from"]), _minutes(entry["to"]))


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
