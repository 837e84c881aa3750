"""Profiles that devices show, matched with the files that were installed on them by hand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pedell.adoption import leaving
from pedell.adoption.hiding import Hiding
from pedell.adoption.leaving import Home, Left
from pedell.adoption.likeness import labels_of
from pedell.adoption.naming import Names
from pedell.adoption.remaining import remainder_of
from pedell.adoption.sorting import SortedOut, sort_out
from pedell.adoption.standing import Candidate, Claims
from pedell.adoption.strangers import Stranger
from pedell.adoption.trying import Fits, Trial
from pedell.model import Cohort, Legacy, Words, sealed_in, tell

_IN_CLEAR = "E0114"
_OF_ALL = frozenset({"PayloadType", "PayloadEnabled"})


def sort_profiles(
    legacy: Legacy,
    strangers: Sequence[Stranger],
    cohorts: Mapping[Home, Cohort],
    claims: Claims,
    fits: Fits,
) -> tuple[tuple[Candidate, ...], tuple[Left, ...]]:
    """Return what can be taken over, a candidate for each cohort that has it, and what is left.

    A profile keeps one identifier, so it becomes one thing: in our words where one kind says all
    of it, else a raw profile.
    """
    sorting = _Sorting(legacy, cohorts, claims, fits)
    found = tuple(one for each in strangers for one in sorting.candidates(each))
    sorting.report_rest({_name(each) for each in strangers})
    return found, tuple(sorting.left)


def raw_twin(one: Candidate) -> Candidate | None:
    """Return a profile that our words were tried on as a raw one; None where it is that."""
    is_tried = one.said and one.twin
    return replace(one, kind="profile", spec={}, said=None, raw=one.twin) if is_tried else None


class _Sorting:
    """One target."""

    def __init__(
        self, legacy: Legacy, cohorts: Mapping[Home, Cohort], claims: Claims, fits: Fits
    ) -> None:
        self._legacy, self._claims, self._fits = legacy, claims, fits
        self._devices = {home: each.serials & legacy.enrolled for home, each in cohorts.items()}
        self.left: list[Left] = []

    def candidates(self, stranger: Stranger) -> Iterator[Candidate]:
        """Yield a profile for each cohort whose devices all show it."""
        name, homes = _name(stranger), list[Home]()
        shown = frozenset[str]().union(*self._legacy.profiles.get(name, {}).values())
        for home, devices in self._devices.items():
            if (home, name) in self._claims.profiles or not devices & shown:
                continue
            if reason := self._hindrance(home, stranger):
                self.left.append(Left("profile", name, "/".join(home), reason))
            else:
                homes.append(home)
        if homes:
            yield from self._said(stranger, homes)

    def report_rest(self, given: set[str]) -> None:
        """Leave the profiles of which nobody gave the file."""
        for name, contents in sorted(self._legacy.profiles.items()):
            serials = frozenset[str]().union(*contents.values())
            homes = [
                home
                for home, devices in self._devices.items()
                if devices & serials and (home, name) not in self._claims.profiles
            ]
            if homes and name not in given:
                reason = tell(
                    "devices say its name and not what is in it. Give the file that was installed:"
                    " --profiles FILE"
                )
                self.left.append(Left("profile", name, leaving.homes_named(homes), reason))

    def _hindrance(self, home: Home, stranger: Stranger) -> Words | None:
        name, uuid = _name(stranger), str(stranger.top.get("PayloadUUID"))
        shown, devices = self._legacy.profiles[name], self._devices[home]
        have = shown.get(uuid, frozenset())
        others = frozenset[str]().union(*(s for each, s in shown.items() if each != uuid)) & devices
        if not (name.isprintable() and uuid.isprintable()):
            return tell("its name has signs that nobody can see, or is very long")
        if name in self._legacy.held:
            return tell("a set of declarations has the same name. Rename the set on the MDM.")
        if others:
            return tell(
                "{serials} show another PayloadUUID than {file}. Give the file that was installed.",
                serials=leaving.named(others),
                file=stranger.path,
            )
        if silent := (devices - have) & self._legacy.silent:
            return tell(
                "{serials} have not said what they hold. Wake them, then adopt again (--patience).",
                serials=leaving.named(silent),
            )
        if lacking := devices - have:
            return tell(
                "{serials} of the cohort do not have it. Install it there too, or put them into a"
                " cohort of their own.",
                serials=leaving.named(lacking),
            )
        return None

    def _said(self, stranger: Stranger, homes: Sequence[Home]) -> Iterator[Candidate]:
        whole = {number: part.content for number, part in enumerate(stranger.parts)}
        rest = remainder_of(SortedOut(stranger, (), whole, {}, {}), without_secrets=False)
        typed = sort_out(stranger, Trial(self._fits, Hiding()), Names())
        said = typed.said[0] if _is_one(stranger, typed) else None
        if rest.problems and not said:
            reason = _reason(rest.problems[0].code, rest.problems[0].detail)
            self.left.append(Left("profile", _name(stranger), leaving.homes_named(homes), reason))
            return
        for home in homes:
            yield Candidate(
                home,
                _name(stranger),
                said.kind if said else "profile",
                said.spec if said else {},
                tuple(part.content for part in stranger.parts),
                uuid=str(stranger.top.get("PayloadUUID")),
                title=stranger.title,
                said=said,
                raw=b"" if said else rest.content,
                twin=rest.content,
            )


def _is_one(stranger: Stranger, typed: SortedOut) -> bool:
    """Tell whether one kind says all of a profile, without a secret."""
    beside = stranger.top.keys() - labels_of(stranger.top).keys() - _OF_ALL
    if len(typed.said) != 1 or typed.raw or beside:
        return False
    return next(sealed_in(typed.said[0].spec), None) is None


def _name(stranger: Stranger) -> str:
    return str(stranger.top.get("PayloadIdentifier"))


def _reason(code: str, detail: Words) -> Words:
    if code != _IN_CLEAR:
        return detail
    return tell(
        "it holds a password, which git would keep. Write it into the files in Pedell's words with"
        " !secret; after the apply, take the old one away on the MDM."
    )
