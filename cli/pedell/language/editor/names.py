"""The names that an inventory has given, each with what a person wants to read beside it."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pedell.model import Document

Names = Mapping[str, "NameList"]
"""Lists of names by the word that the mark ``x-names`` uses for them (``apps``, ``groups`` …).

A list that is missing could not be read: any name may be right.
"""


@dataclass(frozen=True, slots=True)
class NameList:
    """Names in order, with a few words each; ``about`` says what they are and what is left out."""

    about: str
    words_by_name: Mapping[str, str]


def collect_names(documents: Sequence[Document], unread: Collection[str]) -> Names:
    """Collect what the documents name, however wrong they are beside it.

    ``unread`` are the paths of files that could not be read. What only such a file can name has
    no list; a file that is called like its content counts by its name.
    """
    values = {one.relative: one.value for one in documents if isinstance(one.value, dict)}
    lost = {*unread, *(one.relative for one in documents if one.relative not in values)}
    names: dict[str, NameList] = {}
    if "catalogue.yml" not in lost:
        names.update(_catalogue(values.get("catalogue.yml", {})))
        names["wifi"] = _with_networks(names["wifi"], values)
    if "authority.yml" not in lost and "authority.yml" in values:
        names.update(_authority(values["authority.yml"]))
    names.update(_files(values, lost))
    names.update(_cohorts(values))
    return names


def _catalogue(catalogue: Mapping[str, Any]) -> Iterator[tuple[str, NameList]]:
    apps = _block(catalogue, "apps")
    yield "apps", NameList("Apps of the catalogue.", {k: _app(v) for k, v in apps.items()})
    chosen = {k: _app(v) for k, v in apps.items() if _text(v, "approved")}
    waiting = [f"{k} ({_text(v, 'note') or 'no day of approval'})" for k, v in apps.items()
               if k not in chosen]  # fmt: skip
    left_out = f" Not approved, so not offered: {', '.join(waiting)}." if waiting else ""
    yield "approved-apps", NameList(f"Approved apps of the catalogue.{left_out}", chosen)
    for section, about, words in (
        ("wifi", "Networks of the catalogue.", _network),
        ("restrictions", "Sets of rights of the catalogue.", _rights),
        ("certificates", "Certificate authorities of the catalogue.", _file),
        ("profiles", "Raw Apple profiles of the catalogue.", _file),
    ):
        entries = _block(catalogue, section)
        yield section, NameList(about, {k: words(v) for k, v in entries.items()})


def _with_networks(named: NameList, values: Mapping[str, Mapping[str, Any]]) -> NameList:
    """Add the networks that a layer describes in whole, which then needs no catalogue."""
    new: dict[str, str] = {}
    for path, value in sorted(values.items()):
        layer = _block(value, "defaults") if path == "authority.yml" else value
        inner = {**_block(layer, "cohorts"), **_block(layer, "schools")}
        for part in (layer, *inner.values()):
            entries = _block(part, "wifi").items()
            described = {
                k: v for k, v in entries if k not in named.words_by_name and _text(v, "ssid")
            }
            new |= {k: f"{_network(v)} · not in the catalogue" for k, v in described.items()}
    return NameList(named.about, {**named.words_by_name, **new})


def _network(entry: Any) -> str:
    return _joined(_text(entry, "ssid"), _text(entry, "security"))


def _rights(entry: Any) -> str:
    count = len(entry) if isinstance(entry, dict) else 0
    return f"{count} right{'' if count == 1 else 's'}"


def _file(entry: Any) -> str:
    return _joined(_text(entry, "description"), _text(entry, "file"))


def _app(entry: Any) -> str:
    day, note = _text(entry, "approved"), _text(entry, "note")
    return _joined(_text(entry, "title"), f"approved {day}" if day else "not approved", note)


def _authority(authority: Mapping[str, Any]) -> Iterator[tuple[str, NameList]]:
    types = {k: v if isinstance(v, str) else "" for k, v in _block(authority, "types").items()}
    if types:
        yield "types", NameList("School types of authority.yml.", types)
    targets = {k: _text(v, "provider") for k, v in _block(authority, "targets").items()}
    yield "targets", NameList("Targets of authority.yml.", targets)


_FOLDERS = (
    ("groups", "groups", "Groups, a file each."),
    ("municipalities", "municipalities", "Municipalities, a file each."),
    ("owners", "owners", "Owners, a file each."),
    ("schools", "schools", "Schools, a file each."),
)


def _files(
    values: Mapping[str, Mapping[str, Any]], lost: Collection[str]
) -> Iterator[tuple[str, NameList]]:
    paths = [PurePosixPath(path) for path in sorted({*values, *lost})]
    for name, folder, about in _FOLDERS:
        found = {
            path.stem: _text(values.get(str(path)), "name")
            for path in paths
            if path.parts[0] == folder and "type" not in _group(values, path)
        }
        yield name, NameList(about, found)
    roles = {path.parts[1]: "" for path in paths if path.parts[0] == "roles"}
    if "authority.yml" in values:
        yield "server-roles", NameList("Server roles, a folder each.", roles)


def _group(values: Mapping[str, Mapping[str, Any]], path: PurePosixPath) -> Mapping[str, Any]:
    return values.get(str(path), {}) if path.parts[0] == "groups" else {}


def _cohorts(values: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, NameList]]:
    cohorts: Counter[str] = Counter()
    roles: Counter[str] = Counter()
    for path in (path for path in values if path.startswith("schools/")):
        entries = _block(values[path], "cohorts")
        cohorts.update(entries.keys())
        roles.update({_text(entry, "role") or name for name, entry in entries.items()})
    if cohorts:
        yield "cohorts", NameList("Cohorts that schools have.", _counted(cohorts))
        yield "cohort-roles", NameList("Roles of the schools' cohorts.", _counted(roles))


def _counted(counter: Counter[str]) -> Mapping[str, str]:
    return {k: f"in {n} school{'' if n == 1 else 's'}" for k, n in sorted(counter.items())}


def _block(value: Any, key: str) -> Mapping[str, Any]:
    """Return the block behind a key; what is no block yet is an empty one."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _text(value: Any, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
