"""A file that still knows where each of its values stood."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pedell.model.source import Pointer, Source


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed YAML file.

    ``path`` is what a person would type from where they stand; ``relative`` is the path inside
    the inventory (``schools/gs-nord.yml``). ``values`` and ``keys`` map a pointer to the line and
    column, counted from one, of a value and of the key in front of it.
    """

    path: str
    relative: str
    text: str
    value: Any
    values: Mapping[Pointer, tuple[int, int]]
    keys: Mapping[Pointer, tuple[int, int]]

    def source(self, pointer: Pointer = ()) -> Source:
        """Return the place of the value at ``pointer``, or of the nearest one around it."""
        return self._nearest(pointer, self.values)

    def key_source(self, pointer: Pointer) -> Source:
        """Return the place of the key at ``pointer``, or of the nearest value around it."""
        if pointer in self.keys:
            return Source(self.path, *self.keys[pointer])
        return self.source(pointer)

    def _nearest(self, pointer: Pointer, places: Mapping[Pointer, tuple[int, int]]) -> Source:
        while pointer and pointer not in places:
            pointer = pointer[:-1]
        return Source(self.path, *places.get(pointer, (1, 1)))


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that YAML points to and that is taken as it is: a template, a certificate, a CSV."""

    path: str
    relative: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Folder:
    """All that was read for one inventory: its YAML documents and the files they point to."""

    root: str
    documents: tuple[Document, ...]
    assets: Mapping[str, Asset]
