"""Where a person wrote something down."""

from dataclasses import dataclass
from typing import TypeAlias

Pointer: TypeAlias = tuple[str | int, ...]
"""The way from the root of a document or a spec to one value inside it."""


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A place in a file, counted from one as editors do; ``file`` as the person would type it."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def dotted(pointer: Pointer) -> str:
    """Write a pointer the way people type it: ``wifi.schulnetz.vlan``."""
    return ".".join(map(str, pointer))
