"""Which of the chosen apps a cohort gets, what they wait for there, and what stands against it."""

from collections.abc import Iterator

from pedell.language.nearest import did_you_mean
from pedell.model import (
    IDENTITIES,
    Address,
    App,
    Cohort,
    Effective,
    Need,
    Offer,
    Problem,
    Requirement,
    Setting,
    Source,
    Words,
    chosen_names,
    tell,
)
from pedell.stages.compile.app_settings import AppSettings

_KINDS = {"wifi": "wifi", "certificates": "certificate"}


class AppChoice:
    """The apps that layers chose for one cohort."""

    def __init__(self, offer: Offer, cohort: Cohort, effective: Effective) -> None:
        self._offer = offer
        self._cohort = cohort
        self._effective = effective
        self._got = dict(offer.reaching(cohort.platform, effective))
        self._told = AppSettings(offer, effective)

    def on_tablets(self) -> Iterator[tuple[App, Source]]:
        """Yield the apps that an MDM installs, and where each was chosen."""
        for app, setting in self._got.items() if self._cohort.platform == "ipados" else ():
            if app.name not in self._told.torn:
                yield app, setting.source

    def needs(self, app: App) -> Iterator[Need]:
        """Yield what this app waits for on the same devices."""
        for need in app.needs:
            kind = _KINDS.get(need.section) or self._offer.apps[need.name].kind
            at = Address(self._effective.school, self._cohort.name, kind, need.name)
            yield Need(at, tell("{app} cannot do without it", app=app.title))

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the choice."""
        yield from self._unknown()
        yield from self._told.problems()
        for app, setting in self._offer.chosen(self._effective):
            if not app.is_approved:
                detail = tell(
                    '"{name}" waits for its approval ({where}). Take it out until then.',
                    name=app.name,
                    where=app.source,
                )
                yield Problem("E0230", detail, setting.source)
            if app in self._got:
                yield from self._unmet(app, setting)
            elif _layer_of(setting) == "cohort":
                yield Problem("E0262", self._unfit(app), setting.source)

    def _unknown(self) -> Iterator[Problem]:
        for name in chosen_names(self._effective, "apps"):
            if name not in self._offer.apps:
                meant = did_you_mean(name, self._offer.apps)
                detail = tell('"{name}" is not in the catalogue. {meant}', name=name, meant=meant)
                source = self._effective.settings["apps", name, "present"].source
                yield Problem("E0231", detail, source)

    def _unfit(self, app: App) -> Words:
        keys = IDENTITIES.get(self._cohort.platform)
        if keys is None:
            return tell("Devices of this cohort are only counted. Take the app out.")
        return tell(
            "The devices of this cohort run {platform}, and the catalogue ({place}) has neither"
            ' {one} nor {other} for "{name}". Add one there, or take the app out.',
            platform=self._cohort.platform,
            place=app.source,
            one=keys[0],
            other=keys[1],
            name=app.name,
        )

    def _unmet(self, app: App, setting: Setting) -> Iterator[Problem]:
        """Yield what it needs and its cohort does not get.

        Networks and certificates of devices that no MDM looks after are somebody else's to give.
        """
        got = {each.name for each in self._got}
        for need in app.needs:
            if need.section == "apps":
                is_met = need.name in got
            else:
                chosen = chosen_names(self._effective, need.section)
                is_met = need.name in chosen or self._cohort.platform != "ipados"
            if not is_met:
                detail = tell(
                    '"{app}" needs {what} ({place}). {reason} Choose both, or neither.',
                    app=app.name,
                    what=_in_words(need),
                    place=need.source,
                    reason=self._reason(need),
                )
                yield Problem("E0263", detail, setting.source)

    def _reason(self, need: Requirement) -> Words:
        said = self._effective.settings.get((need.section, need.name, "present"))
        if said is None:
            return tell("Nobody chooses that for these devices.")
        if said.value is True:
            return tell("That is not to be had for {platform}.", platform=self._cohort.platform)
        return tell("That is taken away here: {place}.", place=said.source)


def _layer_of(setting: Setting) -> str:
    """Return the kind of layer that chose."""
    said = (each.layer for each in reversed(setting.trail) if each.source == setting.source)
    return next(said, "")


def _in_words(need: Requirement) -> Words:
    match need.section:
        case "apps":
            return tell('the app "{name}"', name=need.name)
        case "wifi":
            return tell('the Wi-Fi "{name}"', name=need.name)
        case _:
            return tell('the certificate "{name}"', name=need.name)
