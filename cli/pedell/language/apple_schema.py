"""A checkout of Apple's repository of schemas, read as it stands."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pedell.model import Problem, Rejected, Source, quote, tell

_MOST_BYTES = 2_000_000
_MOST_FILES = 2_000


def read_checkout(root: Path, folders: Mapping[str, str]) -> Mapping[str, tuple[Any, ...]]:
    """Return the YAML documents of each part, whose folder is named from ``root``, by file name.

    Unlike the files of an inventory they use anchors, also such that lead back to themselves.
    Rejected where a folder is not there or empty, or a file is no YAML.
    """
    found = {}
    for part, folder in folders.items():
        files = sorted((root / folder).rglob("*.yaml"))[:_MOST_FILES]
        if not files:
            detail = tell(
                "{folder} holds no YAML. Name a checkout of github.com/apple/device-management.",
                folder=root / folder,
            )
            raise Rejected([Problem("E0108", detail)])
        found[part] = tuple(_documents(files))
    return found


def _documents(files: list[Path]) -> Iterator[Any]:
    import yaml

    for path in files:
        try:
            with path.open("rb") as file:
                yield yaml.load(file.read(_MOST_BYTES), Loader=yaml.CSafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            source = Source(str(path), mark.line + 1, mark.column + 1) if mark else None
            said = quote(str(getattr(error, "problem", None) or error))
            raise Rejected([Problem("E0102", said, source)]) from None
        except (ValueError, RecursionError) as error:
            raise Rejected([Problem("E0102", quote(str(error)), Source(str(path), 1, 1))]) from None
