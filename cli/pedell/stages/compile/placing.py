"""What the devices of a cohort are, and what of its rights and presets goes where for them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pedell.language.platforms import read_platform
from pedell.model import (
    OLDEST,
    Cohort,
    Effective,
    Platform,
    Problem,
    Source,
    Value,
    Words,
    tell,
    version_text,
)

Fields = dict[str, tuple[Value, Source]]


@dataclass(frozen=True, slots=True)
class Placed:
    """Fields that go into a profile, and by our name of a declaration those that go there."""

    profile: Fields = field(default_factory=dict)
    declared: dict[str, Fields] = field(default_factory=dict)


class Placing:
    """Places the fields of one cohort; what its devices would not heed goes to ``problems``."""

    def __init__(self, cohort: Cohort, effective: Effective, problems: list[Problem]) -> None:
        self._cohort, self._settings = cohort, effective.settings
        self._problems = problems
        self.platform = self._platform()

    def restrictions(self, fields: Fields, marks: Mapping[str, Any]) -> Placed:
        """Place rights; ``marks`` are the properties of their kind.

        What merely allows is left out where devices would not heed it: they allow it anyhow.
        """
        from pedell.payloads.apple import place_restriction

        if not self._is_tablet:
            return Placed(fields)
        placed = Placed()
        for name, said in fields.items():
            spot = place_restriction(name, self.platform)
            if not spot.lack or not _is_mild(said[0], marks[name]):
                self._put(placed, name, said, spot)
        return placed

    def presets(self, fields: Fields, marks: Mapping[str, Any]) -> Placed:
        """Place presets, all that is said of one of them together; ``marks`` as above."""
        from pedell.payloads.apple import place_preset

        if not self._is_tablet:
            return Placed(fields)
        placed = Placed()
        for name, said in fields.items():
            inside = marks[name].get("properties", {})
            for part, value in said[0].items() if isinstance(said[0], Mapping) else ():
                if not _is_mild(value, inside.get(part, {})):
                    spot = place_preset(f"{name}.{part}", self.platform)
                    self._problems += self._unfit(f"{name}.{part}", said[1], spot)
            self._put(placed, name, said, place_preset(name, self.platform))
        return placed

    def declared_app(self, fields: Fields) -> Fields:
        """Return what a declaration says of an app on these devices.

        What only a newer iPadOS knows is left out; a bundle id beside a number of the App Store is
        for the home screen alone.
        """
        from pedell.payloads.apple import heeds_updates

        unfit = set() if heeds_updates(self.platform) else {"updates"}
        unfit |= {"bundle"} if "app_store" in fields else set()
        return {key: said for key, said in fields.items() if key not in unfit}

    def heeded(self, names: Iterable[str]) -> list[str]:
        """Return those restrictions that its devices heed, wherever they stand."""
        from pedell.payloads.apple import place_restriction

        return [name for name in names if not place_restriction(name, self.platform).lack]

    @property
    def _is_tablet(self) -> bool:
        return self._cohort.platform == "ipados"

    def _put(self, placed: Placed, name: str, said: tuple[Value, Source], spot: Any) -> None:
        self._problems += self._unfit(name, said[1], spot)
        if spot.declaration:
            placed.declared.setdefault(spot.declaration, {})[name] = said
        else:
            placed.profile[name] = said

    def _unfit(self, name: str, source: Source, spot: Any) -> Iterator[Problem]:
        if spot.lack:
            yield Problem("E0265", self._reason(name, spot), source)

    def _reason(self, name: str, spot: Any) -> Words:
        parts = {"name": name, "cohort": self._cohort.name}
        match spot.lack:
            case "supervised":
                place = self._place("supervised")
                return tell(
                    '"{name}" holds on supervised iPads alone, and those of the cohort "{cohort}"'
                    " are not ({place}). Say it for others only, or enrol them supervised.",
                    place=place,
                    **parts,
                )
            case "unshared":
                place = self._place("shared")
                return tell(
                    'Shared iPads do not take "{name}" from an MDM, and those of the cohort'
                    ' "{cohort}" are shared ({place}). Say it for others only.',
                    place=place,
                    **parts,
                )
            case _:
                return tell(
                    '"{name}" needs iPadOS {since}, and the oldest of the cohort "{cohort}" is'
                    " {own}{where}. Update them and say so under os, or say it for others only.",
                    since=version_text(spot.since),
                    own=version_text(self.platform.os),
                    where=self._where("os"),
                    **parts,
                )

    def _platform(self) -> Platform:
        platform, said = read_platform(self._settings), self._settings.get(("os",))
        if said and platform.os < OLDEST and self._is_tablet:
            detail = tell(
                "Pedell supports iPadOS from {oldest} on, the first that installs apps by"
                " declaration. Update the devices and say so here.",
                oldest=version_text(OLDEST),
            )
            self._problems.append(Problem("E0265", detail, said.source))
        return platform

    def _place(self, key: str) -> str:
        setting = self._settings.get((key,))
        return str(setting.source if setting else self._cohort.source)

    def _where(self, key: str) -> Words:
        setting = self._settings.get((key,))
        if setting is None:
            return tell(", because nobody says another")
        return tell(" ({place})", place=setting.source)


def _is_mild(value: Value, marks: Mapping[str, Any]) -> bool:
    strict = marks.get("x-strict")
    return value is not strict if isinstance(strict, bool) else not value
