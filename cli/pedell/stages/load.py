"""Stage 1 (reads files): the folders of an inventory become documents and assets."""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from pedell.language.documents import MAX_BYTES, parse_document
from pedell.model import Asset, Document, Folder, Problem, Rejected, Source, quote, tell

MAX_ASSET_BYTES = 20_000_000
_DOCUMENTS = (
    "authority.y*ml",
    "catalogue.y*ml",
    "groups/*.y*ml",
    "municipalities/*.y*ml",
    "owners/*.y*ml",
    "schools/*.y*ml",
    "secrets/*.y*ml",
)
_ASSETS = (
    "adopted/*.csv",
    "devices/*.csv",
    "devices/*/*.csv",
    "deliveries.csv",
    "contracts/*.csv",
    "licences.csv",
    "certificates/*",
    "profiles/*.mobileconfig",
    "facts/apple.json",
)
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
            detail = tell(
                "{root} is not a folder. Give the folder that holds authority.yml.", root=root
            )
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
        detail = tell("There is no folder {name} beside authority.yml.", name=named)
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
            there = found[relative].path
            detail = tell("{file} stands in {there} already.", file=relative, there=there)
            problems.append(Problem("E0201", detail, _top(path)))
        else:
            yield path, relative


def _content(path: Path, limit: int, problems: list[Problem]) -> bytes | None:
    try:
        size = path.stat().st_size
        if size <= limit:
            return path.read_bytes()
        detail = tell("It has {size:,} bytes; {most:,} are read. Split it.", size=size, most=limit)
        problem = Problem("E0105", detail, _top(path))
    except OSError as error:
        detail = tell("{reason}.", reason=quote(str(error.strerror)))
        problem = Problem("E0101", detail, _top(path))
    problems.append(problem)
    return None


def _top(path: Path) -> Source:
    return Source(str(path), 1, 1)


def _files(
    root: Path, patterns: tuple[str, ...], problems: list[Problem]
) -> Iterator[tuple[Path, str]]:
    home = root.resolve()
    real = cache(Path.resolve)  # of folders, and of the links among their files
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            is_file = path.is_file()
            is_folder = not is_file and path.is_dir() and path.suffix != ".yml"
            if path.name.startswith(".") or is_folder:
                continue
            if not real(path if path.is_symlink() else path.parent).is_relative_to(home):
                detail = tell("The link leads out of {root}. Put the file itself here.", root=root)
                problems.append(Problem("E0106", detail, _top(path)))
            elif not is_file and path.exists():
                detail = tell("It is no file that can be read.")
                problems.append(Problem("E0101", detail, _top(path)))
            elif path.suffix == ".yaml":
                detail = tell("Nobody reads it like that. Call it {name}.yml.", name=path.stem)
                problems.append(Problem("E0101", detail, _top(path)))
            else:
                yield path, path.relative_to(root).as_posix()
