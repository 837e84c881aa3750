"""What of a stranger's profile our words say, and what stays as it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pedell.adoption.likeness import (
    HOME_SCREEN,
    IDENTITY,
    RESTRICTIONS,
    ROOT,
    WIFI,
    labels_of,
    references,
    simplified,
)
from pedell.adoption.naming import Names
from pedell.adoption.shaping import Shaping
from pedell.adoption.strangers import Stranger
from pedell.adoption.trying import Content, Trial
from pedell.model import Spec, Words, tell
from pedell.payloads.apple import Payload, find_clashes

_BINDING = (
    "DurationUntilRemoval",
    "HasRemovalPasscode",
    "PayloadExpirationDate",
    "RemovalDate",
    "TargetDeviceType",
)
"""What a profile says of all its payloads, and no word of ours does."""

_TIED = (
    {"ratingApps", "ratingAppsExemptedBundleIDs", "ratingMovies", "ratingRegion", "ratingTVShows"},
    {"allowAirDrop", "forceAirDropUnmanaged"},
)
"""Rights that Apple explains by each other: they stay in one payload."""

_SAFETIES = ("WPA2", "WPA3", "None")
"""What Pedell says of networks: its words name one way, where older ones leave several open."""

_SEVERAL = ("web_clips", "airprint", "calendar_subscriptions")
"""Presets of which a device may have several, by name."""


@dataclass(frozen=True, slots=True)
class Said:
    """What payloads of a profile say, in the words of a kind; ``title`` is to name it by."""

    kind: str
    title: str
    spec: Spec
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SortedOut:
    """A profile taken apart.

    ``raw`` is what stays, number of the payload → its keys, and ``reasons`` why; ``done`` is what
    was left out or renamed on the way, by the number too.
    """

    stranger: Stranger
    said: tuple[Said, ...]
    raw: Mapping[int, Content]
    reasons: Mapping[int, Words]
    done: Mapping[int, tuple[str, ...]]


def sort_out(stranger: Stranger, trial: Trial, names: Names) -> SortedOut:
    """Say in our words what they can say; what clashes with what stays, stays with it."""
    bound = [key for key in _BINDING if key in stranger.top]
    bound += ["PayloadScope"] if stranger.top.get("PayloadScope") == "User" else []
    if bound:
        reason = tell("the profile as a whole says {keys}", keys=", ".join(bound))
        raw = {number: part.content for number, part in enumerate(stranger.parts)}
        return SortedOut(stranger, (), raw, dict.fromkeys(raw, reason), {})
    sorting = _Sorting(stranger, trial, names)
    sorting.run()
    return sorting.result()


class _Sorting:
    """One profile; ``_left`` is what of each payload has not been said yet."""

    def __init__(self, stranger: Stranger, trial: Trial, names: Names) -> None:
        self._stranger, self._trial = stranger, trial
        self._all: dict[int, Content] = {n: part.content for n, part in enumerate(stranger.parts)}
        self._types = {number: part.type for number, part in enumerate(stranger.parts)}
        self._shaping = Shaping(trial, names)
        self._left = dict(self._all)
        self._said: list[Said] = []
        self._reasons: dict[int, Words] = {}

    def run(self) -> None:
        """Try everything, then take back what clashes."""
        for number in self._of(WIFI):
            self._network(number)
        for number in self._of(RESTRICTIONS):
            for kind in ("restrictions", "presets"):
                self._rights(kind, number)
        others = {WIFI, RESTRICTIONS, ROOT, IDENTITY}
        pool = [number for number, kind in self._types.items() if kind not in others]
        for number in sorted(pool, key=lambda each: self._types[each] == HOME_SCREEN):
            self._preset(number)
        self._certificates()
        while clashing := next(self._clashing(), None):
            self._take_back(clashing)

    def result(self) -> SortedOut:
        """Return what came of it."""
        numbers = {number for said in self._said for number in said.numbers}
        done = {n: simplified(self._types[n], self._all[n])[1] for n in sorted(numbers)}
        return SortedOut(self._stranger, tuple(self._said), self._left, self._reasons, done)

    def _of(self, kind: str) -> list[int]:
        return [number for number, each in self._types.items() if each == kind]

    def _network(self, number: int) -> None:
        named = self._named_by(self._all[number])
        contents = [self._all[each] for each in named]
        if not all(map(_is_der, contents)):
            self._reasons[number] = tell("it trusts a certificate that is not DER")
            return
        safety = str(self._all[number].get("EncryptionType", "Any"))
        if safety not in _SAFETIES:
            known = ", ".join(_SAFETIES)
            said = tell(
                "its EncryptionType is {word}, and Pedell has {known}",
                word=safety[:20],
                known=known,
            )
            self._reasons[number] = said
            return
        payloads = self._shaping.network(self._all[number], contents)
        self._try("wifi", str(self._all[number].get("SSID_STR")), payloads, (number, *named))

    def _named_by(self, content: Content) -> list[int]:
        found = ((part.get("PayloadUUID"), number) for number, part in self._all.items())
        uuids = {uuid: number for uuid, number in found if isinstance(uuid, str)}
        return sorted(uuids[uuid] for uuid in references(content, uuids))

    def _rights(self, kind: str, number: int) -> None:
        """Say all rights of a payload, or those that have words, where the others stand alone.

        Devices put the rights of all profiles together, key by key, so no key may be in both.
        """
        if number not in self._left:
            return
        own = simplified(RESTRICTIONS, self._left[number])[0]
        known = self._trial.known(kind, self._shaping.whole(own)) & own.keys()
        for tied in _TIED:
            known -= tied if tied & (own.keys() - known) else set()
        chosen = {key: own[key] for key in known if key != "PayloadType"}
        part = {"PayloadType": RESTRICTIONS, **chosen}
        if not chosen or self._is_said_twice(kind, part):
            self._reasons.setdefault(number, tell("Pedell has no words for any of its keys"))
            return
        rest = {key: value for key, value in own.items() if key not in part}
        tried = self._trial.say(kind, self._shaping.whole(part), [part])
        if tried.reason:
            self._reasons[number] = tried.reason
            return
        self._said.append(Said(kind, self._stranger.title, tried.spec, (number,)))
        self._leave(number, rest)

    def _leave(self, number: int, rest: Content) -> None:
        if rest:
            keys = ", ".join(sorted(rest))
            self._reasons[number] = tell("Pedell has no words for {keys}", keys=keys)
            kept = {"PayloadType": RESTRICTIONS, **labels_of(self._all[number])}
            self._left[number] = {**kept, **rest}
        else:
            self._reasons.pop(number, None)
            del self._left[number]

    def _is_said_twice(self, kind: str, part: Content) -> bool:
        others = [each.spec for each in self._said if each.kind == kind]
        fields = self._trial.fields(kind, self._shaping.whole(part))
        return any(fields & spec.keys() for spec in others)

    def _preset(self, number: int) -> None:
        clips = self._clips() if self._types[number] == HOME_SCREEN else ()
        payloads = self._shaping.preset(number, self._all[number])
        originals = [self._all[each] for each in (*clips, number)]
        with_clips = [
            part for each in clips for part in self._shaping.preset(each, self._all[each])
        ]
        tried = self._trial.say("presets", [*with_clips, *payloads], originals)
        if tried.reason:
            self._reasons[number] = tried.reason
            return
        spec = {
            field: value for field, value in tried.spec.items() if not (clips and field in _SEVERAL)
        }
        if self._is_there(spec):
            self._reasons[number] = tell("the profile says that twice")
            return
        self._said.append(Said("presets", self._stranger.title, spec, (number,)))
        del self._left[number]

    def _clips(self) -> Sequence[int]:
        said = [each for each in self._said if "web_clips" in each.spec]
        return [number for each in said for number in each.numbers]

    def _is_there(self, spec: Spec) -> bool:
        """Tell whether a preset, or one of its names, stands in what was said before."""
        for each in self._said:
            for field in each.spec.keys() & spec.keys() if each.kind == "presets" else ():
                here, there = each.spec[field], spec[field]
                if field not in _SEVERAL or not isinstance(here, Mapping):
                    return True
                if isinstance(there, Mapping) and here.keys() & there.keys():
                    return True
        return False

    def _certificates(self) -> None:
        """Take out the certificates that only networks name, and say those that nobody names."""
        used = {n for said in self._said if said.kind == "wifi" for n in said.numbers}
        waiting = [n for n in self._left if self._types[n] not in (ROOT, IDENTITY)]
        kept = {named for number in waiting for named in self._named_by(self._left[number])}
        for number in [*self._of(ROOT), *self._of(IDENTITY)]:
            if number in kept:
                self._reasons[number] = tell("a payload that stays as it is needs it")
            elif number in used:
                del self._left[number]
            elif self._types[number] == IDENTITY:
                self._reasons[number] = tell("no network of this profile needs it")
            elif not _is_der(self._all[number]):
                self._reasons[number] = tell("it is not DER")
            else:
                name, payload = self._shaping.certificate(self._all[number])
                self._try("certificate", name, [payload], (number,))

    def _try(
        self, kind: str, title: str, payloads: Sequence[Payload], numbers: tuple[int, ...]
    ) -> None:
        """Say some payloads. Certificates stay until it is known who else needs them."""
        tried = self._trial.say(kind, payloads, [self._all[number] for number in numbers])
        if tried.reason:
            self._reasons[numbers[0]] = tried.reason
        else:
            self._said.append(Said(kind, title, tried.spec, numbers))
            del self._left[numbers[0]]

    def _clashing(self) -> Iterator[Said]:
        left = [Payload("", self._types[n], content) for n, content in self._left.items()]
        for said in self._said:
            mine = [Payload("", self._types[n], self._said_of(n)) for n in said.numbers]
            if next(find_clashes(mine, left), None):
                yield said

    def _said_of(self, number: int) -> Mapping[str, Any]:
        return {k: v for k, v in self._all[number].items() if k not in self._left.get(number, ())}

    def _take_back(self, clashing: Said) -> None:
        reason = tell("a payload that stays as it is says the same")
        for said in [one for one in self._said if one.numbers[0] == clashing.numbers[0]]:
            self._said.remove(said)
            for number in said.numbers:
                self._left[number] = self._all[number]
                self._reasons[number] = reason


def _is_der(content: Content) -> bool:
    """Tell whether a root certificate is one, as Apple asks; everything else is none of ours."""
    der = content.get("PayloadContent")
    return content["PayloadType"] != ROOT or (isinstance(der, bytes) and der.startswith(b"0"))
