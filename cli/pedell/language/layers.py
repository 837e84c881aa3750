"""What a file says, flat: each setting with its value and the place where it stands."""

from collections.abc import Iterator, Mapping
from typing import Any

from pedell.model import Document, Layer, Pointer, Written

CHOICES = ("apps", "certificates", "profiles", "roles")
"""Sections that choose names of the catalogue, or of the roles."""

_WORDS = ("service", "handover", "os", "supervised", "shared")


def read_layer(kind: str, document: Document, at: Pointer, name: str = "") -> Layer:
    """Flatten one document (or the part at ``at``) into a layer with its cohorts."""
    value: Any = document.value
    for key in at:
        value = value.get(key) or {}
    cohorts = {
        cohort: dict(_settings(document, (*at, "cohorts", cohort), entry or {}))
        for cohort, entry in value.get("cohorts", {}).items()
    }
    return Layer(kind, name, dict(_settings(document, at, value)), cohorts)


def _settings(
    document: Document, at: Pointer, value: Mapping[str, Any]
) -> Iterator[tuple[Pointer, Written]]:
    for key in CHOICES:
        if key in value:
            yield from _choice(document, (*at, key), key, value[key])
    yield from _networks(document, (*at, "wifi"), value.get("wifi") or {})
    for role, entry in (value.get("restrictions") or {}).items():
        place = (*at, "restrictions", role)
        if isinstance(entry, str):
            yield ("restrictions", role, "use"), Written(entry, document.source(place))
        else:
            for rest, written in read_leaves(document, place, entry):
                yield ("restrictions", role, *rest), written
    for rest, written in read_leaves(document, (*at, "presets"), value.get("presets") or {}):
        yield ("presets", *rest), written
    for app, entry in (value.get("app_settings") or {}).items():
        for rest, written in read_leaves(document, (*at, "app_settings", app), entry):
            yield ("apps", app, *rest), written
    for key in _WORDS:
        if key in value:
            yield (key,), Written(value[key], document.source((*at, key)))
    for name, entry in (value.get("variables") or {}).items():
        source = document.source((*at, "variables", name))
        yield ("variables", name), Written(entry, source)


def _choice(
    document: Document, at: Pointer, key: str, value: Any
) -> Iterator[tuple[Pointer, Written]]:
    lists: list[tuple[Pointer, list[Any], bool]] = []
    if isinstance(value, list):
        lists = [((), value, True)]
    else:
        lists = [
            (("remove",), value.get("remove", []), False),
            (("add",), value.get("add", []), True),
        ]
    for way, names, present in lists:
        for number, name in enumerate(names):
            source = document.source((*at, *way, number))
            yield (key, name, "present"), Written(present, source)


def _networks(document: Document, at: Pointer, value: Any) -> Iterator[tuple[Pointer, Written]]:
    if isinstance(value, list):
        for number, name in enumerate(value):
            yield ("wifi", name, "present"), Written(True, document.source((*at, number)))
        return
    for name, entry in value.items():
        yield ("wifi", name, "present"), Written(True, document.key_source((*at, name)))
        for rest, written in read_leaves(document, (*at, name), entry or {}):
            yield ("wifi", name, *rest), written


def read_leaves(document: Document, at: Pointer, value: Any) -> Iterator[tuple[Pointer, Written]]:
    """Yield what stands below ``at``, lists as one leaf, with pointers from there."""
    if isinstance(value, dict):
        for key, child in value.items():
            for rest, written in read_leaves(document, (*at, key), child):
                yield (key, *rest), written
    else:
        yield (), Written(value, document.source(at))
