"""Beside the stages (reads files): what can be read of an inventory while somebody is typing."""

import os
from collections.abc import Iterator
from pathlib import Path

from pedell.language.documents import MAX_BYTES, parse_document
from pedell.model import Document, Problem, Rejected, Source, tell

_DOCUMENTS = (
    "authority.yml",
    "catalogue.yml",
    "groups/*.yml",
    "municipalities/*.yml",
    "owners/*.yml",
    "schools/*.yml",
)


def glance_at(roots: tuple[Path, ...]) -> tuple[tuple[Document, ...], dict[str, Problem]]:
    """Read each YAML file that can be read; never reject.

    Of the rest say why, by the path inside the inventory (``schools/gs-nord.yml``). Secrets,
    device lists and what lies outside of ``roots`` and the folder of playbooks are not opened.
    """
    documents: list[Document] = []
    unread: dict[str, Problem] = {}
    for root in roots:
        _read(root, _DOCUMENTS, documents, unread)
    playbooks = _playbooks(documents, roots)
    _read(playbooks, ("roles/*/role.yml",), documents, unread)
    return tuple(documents), unread


def _playbooks(documents: list[Document], roots: tuple[Path, ...]) -> Path:
    authority = next((one for one in documents if one.relative == "authority.yml"), None)
    value = authority.value if authority else None
    named = value.get("playbooks") if isinstance(value, dict) else None
    home = Path(authority.path).parent if authority else roots[0]
    return Path(os.path.normpath(home / (named if isinstance(named, str) else "playbooks")))


def _read(
    root: Path, patterns: tuple[str, ...], found: list[Document], unread: dict[str, Problem]
) -> None:
    for path in _files(root, patterns):
        relative = path.relative_to(root).as_posix()
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
            found.append(parse_document(str(path), relative, content))
        except OSError as error:
            detail = tell("{reason}.", reason=str(error.strerror))
            unread[relative] = Problem("E0101", detail, Source(str(path), 1, 1))
        except Rejected as rejected:
            unread[relative] = rejected.problems[0]


def _files(root: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    home = root.resolve()
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            inside = path.resolve().is_relative_to(home)
            if inside and path.is_file() and not path.name.startswith("."):
                yield path
