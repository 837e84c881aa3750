"""All that was said about one cohort, looked up by what it speaks of."""

from collections.abc import Mapping
from typing import Any

from pedell.model import Effective, Pointer, Setting, Source
from pedell.stages.compile.placing import Fields


class Sayings:
    """The settings of a cohort by the beginnings of their pointers."""

    def __init__(self, effective: Effective) -> None:
        self._said: dict[Pointer, list[tuple[Pointer, Setting]]] = {}
        for at, setting in effective.settings.items():
            for part in (at[:1], at[:2]):
                self._said.setdefault(part, []).append((at, setting))

    def chosen(self, section: str) -> list[str]:
        """Return the names of a section that are chosen, in the order of the alphabet."""
        return sorted(
            str(at[1])
            for at, setting in self._said.get((section,), ())
            if at[2:] == ("present",) and setting.value is True
        )

    def below(self, at: Pointer) -> Fields:
        """Return what stands below, each key with the line that said so first."""
        fields: Fields = {}
        for pointer, setting in self._said.get(at, ()):
            if len(pointer) > len(at):
                _put(fields, pointer[len(at) :], setting)
        return dict(sorted(fields.items()))

    def sources(self, *at: str) -> Mapping[Pointer, Source]:
        """Return where each value below a section or a name of it stands, with pointers from it."""
        return {way[len(at) :]: setting.source for way, setting in self._said.get(at, ())}


def _put(fields: Fields, rest: Pointer, setting: Setting) -> None:
    key = str(rest[0])
    if len(rest) == 1:
        fields[key] = (setting.value, setting.source)
        return
    whole = fields.setdefault(key, ({}, setting.source))[0]
    inner: Any = whole
    for part in rest[1:-1]:
        inner = inner.setdefault(str(part), {})
    inner[str(rest[-1])] = setting.value
