"""Fetches the language that people want to be spoken to in."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pedell.outputs.tongue import ENGLISH, Tongue, wanted_language


def tongue_for(environment: Mapping[str, str]) -> Tongue:
    """Return English or German. An English run reads no file for it."""
    return german() if wanted_language(environment) == "de" else ENGLISH


@cache
def german() -> Tongue:
    """Read what is said in German."""
    own, foreign = _read("german.toml"), _read("german_quotes.toml")
    return Tongue("de", _paired(own["sentences"]), _paired(foreign["quotes"]), own["summaries"])


def _paired(entries: list[dict[str, str]]) -> dict[str, str]:
    return {entry["en"]: entry["de"] for entry in entries}


def _read(name: str) -> dict[str, Any]:
    import tomllib

    text = (files("pedell.outputs") / name).read_text(encoding="utf-8")
    return tomllib.loads(text)
