"""Stage 1 (reads files): the folders of an inventory become documents and assets."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from pedell.language.documents import MAX_BYTES, parse_document
from pedell.model import Asset, Document, Folder, Problem, Rejected, Source

MAX_ASSET_BYTES = 20_000_000
_DOCUMENTS = (
    "authority.y*ml",
    "catalogue.y*ml",
    "groups/*.y*ml",
    "schools/*.y*ml",
    "secrets/*.y*ml",
)
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
    playbooks = _playbooks(documents.get("authority.yml"), roots, problems)
    if playbooks is not None:
        _read(playbooks, ("roles/*/role.y*ml",), documents, problems)
        _take(playbooks, _ROLE_ASSETS, assets, problems)
    if problems:
        raise Rejected(problems)
    return Folder(str(roots[0]), tuple(documents.values()), assets)


def _playbooks(
    authority: Document | None, roots: tuple[Path, ...], problems: list[Problem]
) -> Path | None:
    value = authority.value if authority else None
    named = value.get("playbooks") if isinstance(value, dict) else None
    home = Path(authority.path).parent if authority else roots[0]
    folder = home / (named if isinstance(named, str) else "playbooks")
    if folder.is_dir():
        return Path(os.path.normpath(folder))
    if authority and isinstance(named, str):
        detail = f"There is no folder {named} beside authority.yml."
        problems.append(Problem("E0108", detail, authority.source(("playbooks",))))
    return None


def _read(
    root: Path, patterns: tuple[str, ...], found: dict[str, Document], problems: list[Problem]
) -> None:
    for path, relative in _new_files(root, patterns, found, problems):
        content = _content(path, MAX_BYTES, problems)
        if content is None:
            continue
        try:
            found[relative] = parse_document(str(path), relative, content)
        except Rejected as rejected:
            problems.extend(rejected.problems)


def _take(
    root: Path, patterns: tuple[str, ...], found: dict[str, Asset], problems: list[Problem]
) -> None:
    for path, relative in _new_files(root, patterns, found, problems):
        content = _content(path, MAX_ASSET_BYTES, problems)
        if content is not None:
            found[relative] = Asset(str(path), relative, content)


def _new_files(
    root: Path,
    patterns: tuple[str, ...],
    found: Mapping[str, Document | Asset],
    problems: list[Problem],
) -> Iterator[tuple[Path, str]]:
    for path, relative in _files(root, patterns, problems):
        if relative in found:
            detail = f"{relative} stands in {found[relative].path} already."
            problems.append(Problem("E0201", detail, _top(path)))
        else:
            yield path, relative


def _content(path: Path, limit: int, problems: list[Problem]) -> bytes | None:
    try:
        size = path.stat().st_size
        if size <= limit:
            return path.read_bytes()
        problem = Problem(
            "E0105", f"It has {size:,} bytes; {limit:,} are read. Split it.", _top(path)
        )
    except OSError as error:
        problem = Problem("E0101", f"{error.strerror}.", _top(path))
    problems.append(problem)
    return None


def _top(path: Path) -> Source:
    return Source(str(path), 1, 1)


def _files(
    root: Path, patterns: tuple[str, ...], problems: list[Problem]
) -> Iterator[tuple[Path, str]]:
    home = root.resolve()
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            if path.is_dir() or path.name.startswith("."):
                continue
            if not path.resolve().is_relative_to(home):
                detail = f"The link leads out of {root}. Put the file itself here."
                problems.append(Problem("E0106", detail, _top(path)))
            elif path.exists() and not path.is_file():
                problems.append(Problem("E0101", "It is no file that can be read.", _top(path)))
            elif path.suffix == ".yaml":
                detail = f"Nobody reads it like that. Call it {path.stem}.yml."
                problems.append(Problem("E0101", detail, _top(path)))
            else:
                yield path, path.relative_to(root).as_posix()
