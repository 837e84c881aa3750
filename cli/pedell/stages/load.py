"""Stage 1 (reads files): the folders of an inventory become documents and assets."""

import os
from collections.abc import Iterator
from pathlib import Path

from pedell.language.documents import parse_document
from pedell.model import Asset, Document, Folder, Problem, Rejected, Source

MAX_ASSET_BYTES = 20_000_000
_DOCUMENTS = ("authority.yml", "catalogue.yml", "groups/*.yml", "schools/*.yml")
_ASSETS = ("devices/*.csv", "certificates/*")
_ROLE_ASSETS = ("roles/*/templates/**/*",)


def load_folder(roots: tuple[Path, ...]) -> Folder:
    """Read an inventory, or reject it with every file that cannot be read.

    Several folders are read as one; the same file in two of them is an error. The folder of
    playbooks that ``authority.yml`` names is the only place outside that is read.
    """
    problems: list[Problem] = []
    documents: dict[str, Document] = {}
    assets: dict[str, Asset] = {}
    for root in roots:
        if not root.is_dir():
            detail = f"{root} is not a folder. Give the folder that holds authority.yml."
            problems.append(Problem("E0108", detail))
        _read(root, _DOCUMENTS, documents, problems)
        _take(root, _ASSETS, assets, problems)
    playbooks = _playbooks(documents.get("authority.yml"), roots)
    if playbooks is not None:
        _read(playbooks, ("roles/*/role.yml",), documents, problems)
        _take(playbooks, _ROLE_ASSETS, assets, problems)
    if problems:
        raise Rejected(problems)
    return Folder(str(roots[0]), tuple(documents.values()), assets)


def _playbooks(authority: Document | None, roots: tuple[Path, ...]) -> Path | None:
    value = authority.value if authority else None
    named = value.get("playbooks", "playbooks") if isinstance(value, dict) else "playbooks"
    folder = Path(authority.path).parent / str(named) if authority else roots[0] / str(named)
    return Path(os.path.normpath(folder)) if folder.is_dir() else None


def _read(
    root: Path, patterns: tuple[str, ...], found: dict[str, Document], problems: list[Problem]
) -> None:
    for path, relative in _files(root, patterns, problems):
        if relative in found:
            detail = f"{relative} stands in {found[relative].path} already."
            problems.append(Problem("E0201", detail, Source(str(path), 1, 1)))
            continue
        try:
            found[relative] = parse_document(str(path), relative, path.read_bytes())
        except Rejected as rejected:
            problems.extend(rejected.problems)
        except OSError as error:
            problems.append(Problem("E0101", f"{error.strerror}.", Source(str(path), 1, 1)))


def _take(
    root: Path, patterns: tuple[str, ...], found: dict[str, Asset], problems: list[Problem]
) -> None:
    for path, relative in _files(root, patterns, problems):
        try:
            if path.stat().st_size > MAX_ASSET_BYTES:
                detail = f"More than {MAX_ASSET_BYTES:,} bytes. Split it."
                problems.append(Problem("E0105", detail, Source(str(path), 1, 1)))
                continue
            found[relative] = Asset(str(path), relative, path.read_bytes())
        except OSError as error:
            problems.append(Problem("E0101", f"{error.strerror}.", Source(str(path), 1, 1)))


def _files(
    root: Path, patterns: tuple[str, ...], problems: list[Problem]
) -> Iterator[tuple[Path, str]]:
    home = root.resolve()
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            if path.is_dir() or path.name.startswith("."):
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(home):
                detail = f"The link leads out of {root}. Put the file itself here."
                problems.append(Problem("E0106", detail, Source(str(path), 1, 1)))
                continue
            yield path, path.relative_to(root).as_posix()
