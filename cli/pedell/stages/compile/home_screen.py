"""Names on the home screen: apps of the catalogue become bundle ids, links must be there."""

from collections.abc import Iterator, Mapping

from pedell.language.nearest import did_you_mean
from pedell.model import Problem, Source, Value, tell
from pedell.stages.compile.bundles import Bundles


class HomeScreen:
    """The icons of one cohort on their way; what is wrong goes to ``problems``.

    ``sources`` says where the dock and the pages stand.
    """

    def __init__(
        self,
        bundles: Bundles,
        presets: Mapping[str, Value],
        sources: Mapping[str, Source],
        problems: list[Problem],
    ) -> None:
        self._bundles = bundles
        self._clips = presets.get("web_clips") or {}
        layout = presets.get("home_screen")
        self._layout = layout if isinstance(layout, Mapping) else {}
        self._sources = sources
        self._source = next(iter(sources.values()))
        self._problems = problems

    def resolved(self) -> Value:
        """Return the layout with a bundle in the place of each app."""
        found: dict[str, Value] = {}
        for part, icons in self._layout.items():
            self._source = self._sources[part]
            found[part] = self._resolved(icons)
        return found

    def _resolved(self, value: Value) -> Value:
        match value:
            case {"app": str(name)}:
                return {"bundle": self._bundles.bundle(name, self._source)}
            case {"web_clip": str(name)}:
                self._problems += self._unfit(name)
                return value
            case Mapping():
                return {key: self._resolved(child) for key, child in value.items()}
            case list() | tuple():
                return [self._resolved(child) for child in value]
            case _:
                return value

    def _unfit(self, name: str) -> Iterator[Problem]:
        clips = self._clips if isinstance(self._clips, Mapping) else {}
        urls = {key: clip.get("url") for key, clip in clips.items() if isinstance(clip, Mapping)}
        if name not in urls:
            meant = did_you_mean(name, urls)
            detail = tell('"{name}" is none of the web_clips. {meant}', name=name, meant=meant)
            yield Problem("E0220", detail, self._source)
        elif list(urls.values()).count(urls[name]) > 1:
            detail = tell(
                '"{name}" leads where another of the web_clips leads too; the home screen tells '
                "them apart by that alone. Keep one.",
                name=name,
            )
            yield Problem("E0113", detail, self._source)
