"""What ``pedell schema --write`` does for an inventory: its schemas, and the way to them."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pedell.commands.showing import say, show
from pedell.files import rewrite_atomically
from pedell.language.editor.names import collect_names
from pedell.language.editor.schemas import narrow_schemas
from pedell.language.editor.settings import (
    SCHEMA_BY_PLACE,
    modeline,
    vscode_settings,
    with_modeline,
)
from pedell.language.schemas import Schemas
from pedell.stages.glance import glance_at


def write_narrowed(schemas: Schemas, roots: tuple[Path, ...], folder: Path) -> None:
    """Write the schemas with the names of the inventory and say how an editor finds them.

    Whatever is wrong in a file of the inventory stops nothing: what cannot be read is named.
    """
    documents, unread = glance_at(roots)
    names = collect_names(documents, unread)
    narrowed = narrow_schemas({file: schemas.document(file) for file in schemas.names}, names)
    changed = write_schemas(narrowed, folder)
    say(f"{len(narrowed)} schemas with the names of this inventory are in {folder}; {changed} new.")
    for problem in unread.values():
        say(f"Not read, its names are missing or not checked: {problem}")
    say("\nAn editor finds them by the first line of a file (--modeline writes it):")
    for place, schema in SCHEMA_BY_PLACE.items():
        say(f"  {place:<27}{modeline(_way(folder / schema, (roots[0] / place).parent))}")
    say("\nor, without any such line, by .vscode/settings.json of this folder:")
    place_by_schema = {
        _from_here(folder / schema): _from_here(root / place)
        for root in roots[:1]
        for place, schema in SCHEMA_BY_PLACE.items()
    }
    show(vscode_settings(place_by_schema))


def write_schemas(documents: Mapping[str, Mapping[str, Any]], folder: Path) -> int:
    """Write the schemas that differ from what lies there; return how many."""
    changed = 0
    for file, document in documents.items():
        content = f"{json.dumps(document, ensure_ascii=False, indent=2)}\n".encode()
        path = folder / file
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            changed += 1
    return changed


def write_modelines(roots: tuple[Path, ...], folder: Path) -> int:
    """Put the line for editors into each YAML file below ``roots``; return how many changed.

    A playbook or role outside of them may belong to several inventories, so it keeps its own.
    """
    changed = 0
    for path, schema in _yaml_files(roots):
        before = path.read_bytes()
        try:
            text = before.decode()
        except UnicodeDecodeError:
            say(f"Left as it is, it is not UTF-8: {path}")
            continue
        after = with_modeline(text, _way(folder / schema, path.parent)).encode()
        if after != before:
            rewrite_atomically(path, after, 0o644)
            changed += 1
    return changed


def _yaml_files(roots: tuple[Path, ...]) -> Iterator[tuple[Path, str]]:
    for root in roots:
        for place, schema in SCHEMA_BY_PLACE.items():
            for path in sorted(root.glob(place)):
                if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                    yield path, schema


def _way(path: Path, start: Path) -> str:
    return Path(os.path.relpath(path, start)).as_posix()


def _from_here(path: Path) -> str:
    """Return a path relative to this folder, or the whole path where it lies elsewhere."""
    way = _way(path, Path())
    return path.absolute().as_posix() if way.startswith("../") else way
