"""The presets of a cohort: names of apps filled in, and the exam that is a profile of its own."""

import datetime
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from pedell.model import Inventory, Pointer, Problem, Source, Value, tell
from pedell.stages.compile.bundles import Bundles
from pedell.stages.compile.home_screen import HomeScreen
from pedell.stages.compile.placing import Fields


class Presets:
    """Fills presets in; what is wrong goes to ``problems``. ``sources``: where each part stands."""

    def __init__(
        self,
        inventory: Inventory,
        fields: Fields,
        sources: Mapping[Pointer, Source],
        problems: list[Problem],
    ) -> None:
        self._inventory, self._fields, self._sources = inventory, dict(fields), sources
        self._bundles = Bundles(inventory.catalogue, problems)
        self._problems = problems

    def filled(self) -> Fields:
        """Return all but the exam, with bundle ids in the place of apps."""
        found = {name: said for name, said in self._fields.items() if name != "exam"}
        if "home_screen" in found:
            found["home_screen"] = (self._home_screen(), found["home_screen"][1])
        if "single_app" in found:
            value, source = found["single_app"]
            found["single_app"] = (self._bundles.filled(value, source), source)
        if "notifications" in found:
            apps, source = found["notifications"]
            filled = {
                name: self._bundles.filled(app, self._below("notifications", name, source))
                for name, app in (apps.items() if isinstance(apps, Mapping) else ())
            }
            found["notifications"] = (filled, source)
        return found

    def exam(self, all_off: Sequence[str]) -> Fields:
        """Return the exam as its profile says it, of what ``all_off`` names."""
        value, source = self._fields["exam"]
        parts = value if isinstance(value, Mapping) else {}
        said = {key: (child, self._below("exam", key, source)) for key, child in parts.items()}
        allowed, _ = said.pop("allow", ((), source))
        kept = allowed if isinstance(allowed, list | tuple) else ()
        found: Fields = {"off": ([name for name in all_off if name not in kept], source)}
        if "app" in said:
            name, place = said.pop("app")
            found["bundle"] = (self._bundles.bundle(str(name), place), place)
        if "until" in said:
            until, place = said.pop("until")
            found["until"] = (self._in_utc(str(until), place), place)
        self._refuse_two_apps({**found, **said})
        return {**found, **said}

    def _home_screen(self) -> Value:
        parts = {
            str(at[1]): source for at, source in self._sources.items() if at[:1] == ("home_screen",)
        }
        said = {key: value for key, (value, _) in self._fields.items()}
        return HomeScreen(self._bundles, said, parts, self._problems).resolved()

    def _in_utc(self, until: str, source: Source) -> str:
        try:
            local = datetime.datetime.strptime(until, "%Y-%m-%d %H:%M")  # below
        except ValueError:
            detail = tell('There is no such day or time: "{until}".', until=until)
            self._problems.append(Problem("E0113", detail, source))
            return "2000-01-01T00:00Z"
        there = local.replace(tzinfo=ZoneInfo(self._inventory.timezone))
        return f"{there.astimezone(datetime.UTC):%Y-%m-%dT%H:%MZ}"

    def _refuse_two_apps(self, exam: Fields) -> None:
        if "bundle" in exam and "single_app" in self._fields:
            detail = tell(
                "Devices stay in one app already: single_app ({place}). Name the app in one of"
                " the two.",
                place=self._fields["single_app"][1],
            )
            self._problems.append(Problem("E0113", detail, exam["bundle"][1]))

    def _below(self, section: str, key: str, otherwise: Source) -> Source:
        near = (at for at in self._sources if at[:2] == (section, key))
        return next((self._sources[at] for at in near), otherwise)
