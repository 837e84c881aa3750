"""Profiles of strangers become the files of an inventory, proved before anybody writes them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pedell.adoption.hiding import Hiding
from pedell.adoption.layering import CHOSEN, Catalogue, Facets, shared_by_all, written_layer
from pedell.adoption.likeness import labels_of
from pedell.adoption.naming import Names
from pedell.adoption.proving import TYPE, Claim, Language, prove
from pedell.adoption.remaining import Remainder, remainder_of
from pedell.adoption.sorting import SortedOut, sort_out
from pedell.adoption.strangers import Stranger
from pedell.adoption.trying import Trial
from pedell.language.plain_yaml import write_yaml
from pedell.model import Address, Pointer, Rejected, Resource, Source, Spec, Value
from pedell.stages.compile.checks import KindCheck

WHOLE = "Configuration"
"""Type of a profile itself, beside those of its payloads."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an admin asks for: the id of the ``authority``, the ``role`` whose rights are meant.

    ``without_secrets`` leaves out payloads that hold a secret and have no words of ours.
    """

    authority: str
    role: str
    without_secrets: bool = False


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one payload of a file, under which name, and what to know about it."""

    file: str
    payload: str
    became: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Adopted:
    """Files by their path in an inventory, proved; ``secrets`` are names with their values hidden.

    ``shared`` names what all profiles say alike, ``several`` what some of them do, and how many;
    ``payloads`` counts those that were proved.
    """

    files: Mapping[str, bytes]
    secrets: tuple[str, ...]
    hiding: Hiding
    fates: tuple[Fate, ...]
    shared: tuple[str, ...]
    several: Mapping[str, int]
    payloads: int


def adopt_profiles(strangers: Sequence[Stranger], wish: Wish, language: Language) -> Adopted:
    """Turn profiles into files, or reject them with every reason. Nothing is written.

    Raises Rejected where a payload can neither be said in our words nor stay as it is, and where
    the files would compile to anything else than the profiles.
    """
    adopting = _Adopting(strangers, wish, language)
    adopting.take_in()
    files = adopting.files()
    problems = list(prove(files, adopting.claims, wish.role, adopting.catalogue.hiding, language))
    if problems:
        raise Rejected(problems)
    return adopting.adopted(files)


class _Adopting:
    """All profiles on their way into one set of files."""

    def __init__(self, strangers: Sequence[Stranger], wish: Wish, language: Language) -> None:
        self._strangers, self._wish = strangers, wish
        self._check = KindCheck(language.schemas)
        names, hiding = Names(), Hiding()
        names.name("groups", TYPE, "")
        self.catalogue = Catalogue(names, hiding, {}, {})
        self.claims: list[Claim] = []
        self._layers: dict[str, Facets] = {}
        self._raw: dict[str, bytes] = {}
        self._fates: list[Fate] = []
        self._shared: Facets = {}
        self._sets: list[str] = []

    def take_in(self) -> None:
        """Sort all profiles out, or reject them with all that cannot stay."""
        trial = Trial(self._fits, self.catalogue.hiding)
        names = self.catalogue.names
        sorted_out = [sort_out(each, trial, names) for each in self._strangers]
        remainders = [remainder_of(each, self._wish.without_secrets) for each in sorted_out]
        if problems := [problem for each in remainders for problem in each.problems]:
            raise Rejected(problems)
        for number, (each, rest) in enumerate(zip(sorted_out, remainders, strict=True)):
            group = names.name("groups", each.stranger.title, str(number))
            self._take(group, each, rest)

    def files(self) -> Mapping[str, bytes]:
        """Return the files, YAML first."""
        self._shared = shared_by_all(list(self._layers.values()))
        groups = {
            f"groups/{group}.yml": self._group(group, stranger)
            for group, stranger in zip(self._layers, self._strangers, strict=True)
        }
        texts = {"authority.yml": self._authority()}
        if self.catalogue.entries:
            order = ("wifi", "restrictions", "certificates", "profiles")
            known = self.catalogue.entries
            entries = {key: dict(sorted(known[key].items())) for key in order if key in known}
            texts["catalogue.yml"] = write_yaml(entries, "What schools may choose from.")
        pems = {f"certificates/{n}.pem": text for n, text in self.catalogue.pems.items()}
        texts |= groups | pems
        return {**{name: text.encode() for name, text in texts.items()}, **self._raw}

    def adopted(self, files: Mapping[str, bytes]) -> Adopted:
        """Return the whole."""
        hiding = self.catalogue.hiding
        shared = tuple(".".join(map(str, at)) for at in self._shared)
        count = sum(len(claim.payloads) for claim in self.claims)
        fates, several = tuple(self._fates), dict(self._several())
        return Adopted(files, hiding.names, hiding, fates, shared, several, count)

    def _several(self) -> Iterator[tuple[str, int]]:
        """Yield the entries of the catalogue that some profiles share, and how many."""
        chosen = Counter(self._sets)
        for facets in self._layers.values():
            own = (at for at in facets if at[0] in CHOSEN and at not in self._shared)
            chosen.update(".".join(map(str, at)) for at in own)
        yield from sorted((name, number) for name, number in chosen.items() if number > 1)

    def _fits(self, kind: str, spec: Spec) -> bool:
        at = Address("trial", self._wish.role, kind, "trial")
        source = Source("", 1, 1)
        return not self._check.problems(Resource(at, "", spec, frozenset(), (), (), source))

    def _take(self, group: str, each: SortedOut, rest: Remainder) -> None:
        facets: dict[Pointer, Value] = {}
        made: dict[int, list[tuple[str, str]]] = {}
        for said in each.said:
            own = self.catalogue.take(said)
            facets |= own
            name = self._wish.role if said.kind == "restrictions" else _name(own)
            for number in said.numbers:
                made.setdefault(number, []).append((said.kind, name))
        if rest.content:
            name = self.catalogue.profile(each.stranger.title, rest.mark)
            facets["profiles", name] = True
            self._raw.setdefault(f"profiles/{name}.mobileconfig", rest.content)
            for number in rest.kept:
                made.setdefault(number, []).append(("raw profile", name))
        self._layers[group] = facets
        parts = enumerate(each.stranger.parts)
        payloads = tuple(part.content for n, part in parts if n not in rest.left_out)
        self.claims.append(Claim(group, Source(each.stranger.path, 1, 1), payloads))
        self._fates += _fates(each, made)

    def _group(self, group: str, stranger: Stranger) -> str:
        own = {at: value for at, value in self._layers[group].items() if at not in self._shared}
        layer = written_layer(own, group, self.catalogue.hiding)
        rights = layer.get("restrictions")
        if rights:
            name = self.catalogue.rights(stranger.title, rights)
            layer["restrictions"] = {self._wish.role: name}
            self._sets.append(f"restrictions.{name}")
        return write_yaml({"group": group, "name": stranger.title, **layer})

    def _authority(self) -> str:
        layer = written_layer(self._shared, self._wish.authority, self.catalogue.hiding)
        if "restrictions" in layer:
            layer["restrictions"] = {self._wish.role: layer["restrictions"]}
        name = self._wish.authority
        targets = {"tablets": {"provider": "nanohub", "platform": "ipados"}}
        about = {"authority": name, "name": name, "targets": targets}
        note = "Choose authority (an id that never changes) and name before the first apply."
        return write_yaml({**about, **({"defaults": layer} if layer else {})}, note)


def _name(facets: Facets) -> str:
    """Name what a layer says, for the report."""
    return ", ".join(".".join(map(str, at[1:])) for at in facets)


def _fates(each: SortedOut, made: Mapping[int, Sequence[tuple[str, str]]]) -> Iterator[Fate]:
    top = each.stranger.top
    lost = sorted(top.keys() - labels_of(top).keys() - {"PayloadType", "PayloadEnabled"})
    if lost and each.said:
        note = "of a profile's removal and consent the MDM decides"
        yield Fate(each.stranger.path, WHOLE, "left out", ", ".join(lost), note)
    for number, part in enumerate(each.stranger.parts):
        became = made.get(number, [("left out", "")])
        notes = list(each.done.get(number, ()))
        notes += [str(each.reasons[number])] if number in each.reasons else []
        kinds = ", ".join(dict.fromkeys(kind for kind, _ in became))
        names = ", ".join(dict.fromkeys(name for _, name in became))
        yield Fate(each.stranger.path, part.type, kinds, names, "; ".join(notes))
