"""What layers tell the apps of one cohort, and where nobody could hear it."""

from collections.abc import Iterator

from pedell.language.nearest import did_you_mean
from pedell.model import Effective, Offer, Pointer, Problem, Setting, dotted, tell


class AppSettings:
    """The configurations of apps. Those of ``torn`` apps contradict themselves."""

    def __init__(self, offer: Offer, effective: Effective) -> None:
        self._offer = offer
        self._told = {
            at: setting
            for at, setting in effective.settings.items()
            if at[0] == "apps" and at[2:3] == ("configuration",)
        }
        ways = {at[:end]: at for at in self._told for end in range(4, len(at))}
        self._both = [(at, ways[at]) for at in self._told if at in ways]
        self.torn = frozenset(str(at[1]) for at, _ in self._both)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with them."""
        for at, setting in self._told.items():
            yield from self._unheard(at, setting)
        for at, below in self._both:
            detail = tell(
                "{path} is one value here, and a block of keys at {place}. Say one of the two.",
                path=dotted(at),
                place=self._told[below].source,
            )
            yield Problem("E0112", detail, self._told[at].source)

    def _unheard(self, at: Pointer, setting: Setting) -> Iterator[Problem]:
        name = str(at[1])
        app = self._offer.apps.get(name)
        if app is None:
            meant = did_you_mean(name, self._offer.apps)
            detail = tell('"{name}" is not in the catalogue. {meant}', name=name, meant=meant)
            yield Problem("E0231", detail, setting.source)
        elif not app.by_command and any(said.layer != "catalogue" for said in setting.trail):
            detail = tell(
                'Tablets get "{name}" by declaration ({place}), and then nothing can configure it.'
                " Say `install: command` there, or take this out.",
                name=name,
                place=app.source,
            )
            yield Problem("E0266", detail, setting.source)
