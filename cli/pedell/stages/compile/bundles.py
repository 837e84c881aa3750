"""Apps of the catalogue that presets name: devices know them there by their bundle ids."""

from collections.abc import Mapping

from pedell.language.nearest import did_you_mean
from pedell.model import Layer, Problem, Source, Value, tell


class Bundles:
    """Puts bundle ids in the place of apps; what is wrong goes to ``problems``."""

    def __init__(self, catalogue: Layer, problems: list[Problem]) -> None:
        settings = catalogue.settings
        self._known = {str(at[1]) for at in settings if at[0] == "apps"}
        self._by_app = {
            str(at[1]): str(written.value)
            for at, written in settings.items()
            if at[0] == "apps" and at[2:] == ("bundle",)
        }
        self._problems = problems

    def bundle(self, name: str, source: Source) -> str:
        """Return the bundle id of an app, or its name where nobody knows any."""
        if name not in self._known:
            meant = did_you_mean(name, self._known)
            detail = tell('"{name}" is not in the catalogue. {meant}', name=name, meant=meant)
            self._problems.append(Problem("E0231", detail, source))
        elif name not in self._by_app:
            detail = tell(
                'Devices know "{name}" here by its bundle id alone. '
                "Write bundle: beside app_store: in the catalogue.",
                name=name,
            )
            self._problems.append(Problem("E0111", detail, source))
        return self._by_app.get(name, name)

    def filled(self, value: Value, source: Source) -> Value:
        """Return a block of keys with a bundle id where it names an app."""
        if not isinstance(value, Mapping) or "app" not in value:
            return value
        rest = {key: child for key, child in value.items() if key != "app"}
        return {"bundle": self.bundle(str(value["app"]), source), **rest}
