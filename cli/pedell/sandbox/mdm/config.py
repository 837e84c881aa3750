"""What a sandbox MDM is started with: where it listens, whom it tells, and who is enrolled."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pedell.sandbox.mdm.quirks import quirks_from
from pedell.sandbox.mdm.tablet import OS_VERSION

_RANGES = ("delay", "busy", "install", "offline")


@dataclass(frozen=True, slots=True)
class Row:
    """One tablet of the list."""

    serial: str
    model: str = "iPad14,1"
    school: str = ""
    cohort: str = ""
    os: str = OS_VERSION
    supervised: bool = True
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How tablets behave. Times are ranges in seconds, the rest are shares between 0 and 1.

    ``delay`` passes between a push and the poll, ``busy`` between a NotNow and the next try.
    ``notnow`` and ``error`` are shares of the installing and removing commands, ``asleep`` is a
    share of the tablets. An app takes ``install`` until it is there. Between the two local hours
    of ``offline`` no tablet answers. ``store`` is the App Store: the number of an app → its bundle
    id.
    """

    delay: tuple[float, float] = (0.0, 0.05)
    busy: tuple[float, float] = (0.05, 0.2)
    notnow: float = 0.0
    error: float = 0.0
    asleep: float = 0.0
    install: tuple[float, float] = (0.0, 0.0)
    seed: int = 1
    offline: tuple[int, int] | None = None
    store: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listener:
    """Where events go: a plain HTTP address, and the key that signs them."""

    url: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """Where the declarations answer, where they are a server of their own."""

    listen: str
    api_key: str


@dataclass(frozen=True, slots=True)
class Config:
    """All of it. ``listen`` is host:port, port 0 takes a free one.

    With ``ddm`` it is NanoMDM with a KMFDDM beside it, else NanoHUB.
    """

    listen: str
    api_key: str
    webhook: Listener | None
    tablets: tuple[Row, ...]
    quirks: tuple[str, ...]
    behaviour: Behaviour
    ddm: Beside | None = None


def read_config(raw: Mapping[str, Any]) -> Config:
    """Read a configuration, or raise ValueError or KeyError; ``tablets`` may name a JSONL file."""
    known = {"listen", "api_key", "webhook", "tablets", "quirks", "behaviour", "ddm"}
    if set(raw) - known:
        raise ValueError(f"unknown keys: {', '.join(sorted(set(raw) - known))}")
    quirks_from(raw.get("quirks") or ())
    return Config(
        listen=raw.get("listen", "127.0.0.1:0"),
        api_key=raw["api_key"],
        webhook=Listener(**raw["webhook"]) if raw.get("webhook") else None,
        tablets=tuple(_rows(raw.get("tablets") or ())),
        quirks=tuple(raw.get("quirks") or ()),
        behaviour=_behaviour(raw.get("behaviour") or {}),
        ddm=Beside(**raw["ddm"]) if raw.get("ddm") else None,
    )


def _rows(tablets: str | Sequence[Mapping[str, Any]]) -> Iterable[Row]:
    if not isinstance(tablets, str):
        return [Row(**tablet) for tablet in tablets]
    with Path(tablets).open(encoding="utf-8") as lines:
        return [Row(**json.loads(line)) for line in lines if line.strip()]


def _behaviour(raw: Mapping[str, Any]) -> Behaviour:
    ranges = {key: tuple(raw[key]) for key in _RANGES if raw.get(key)}
    return Behaviour(**{**raw, **ranges})
