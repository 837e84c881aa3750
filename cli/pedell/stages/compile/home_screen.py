"""Names on the home screen: apps of the catalogue become bundle ids, links must be there."""

from collections.abc import Iterator, Mapping

from pedell.language.nearest import did_you_mean
from pedell.model import Layer, Problem, Source, Value, tell


class HomeScreen:
    """The icons of one cohort on their way; what is wrong goes to ``problems``.

    ``sources`` says where the dock and the pages stand.
    """

    def __init__(
        self, catalogue: Layer, presets: Mapping[str, Value], sources: Mapping[str, Source]
    ) -> None:
        settings = catalogue.settings
        self._known = {str(at[1]) for at in settings if at[0] == "apps"}
        self._bundles = {
            str(at[1]): str(written.value)
            for at, written in settings.items()
            if at[0] == "apps" and at[2:] == ("bundle",)
        }
        self._clips = presets.get("web_clips") or {}
        layout = presets.get("home_screen")
        self._layout = layout if isinstance(layout, Mapping) else {}
        self._sources = sources
        self._source = next(iter(sources.values()))
        self.problems: list[Problem] = []

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
                return {"bundle": self._bundle(name)}
            case {"web_clip": str(name)}:
                self.problems += self._unfit(name)
                return value
            case Mapping():
                return {key: self._resolved(child) for key, child in value.items()}
            case list() | tuple():
                return [self._resolved(child) for child in value]
            case _:
                return value

    def _bundle(self, name: str) -> str:
        if name not in self._known:
            meant = did_you_mean(name, self._known)
            detail = tell('"{name}" is not in the catalogue. {meant}', name=name, meant=meant)
            self.problems.append(Problem("E0231", detail, self._source))
        elif name not in self._bundles:
            detail = tell(
                '"{name}" has no place on the home screen: devices know it there by its bundle id. '
                "Write bundle: beside app_store: in the catalogue.",
                name=name,
            )
            self.problems.append(Problem("E0111", detail, self._source))
        return self._bundles.get(name, name)

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
