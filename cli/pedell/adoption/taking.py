"""What stands on a target becomes entries of the files, proved before anybody writes them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pedell.adoption.comparing import is_alike
from pedell.adoption.installed import raw_twin
from pedell.adoption.leaving import Home, Left, named
from pedell.adoption.proving import Language
from pedell.adoption.spreading import Key
from pedell.adoption.standing import Candidate, Grounds
from pedell.adoption.writing import Ground, Writing
from pedell.model import (
    ACTIVATION,
    Address,
    Adopted,
    Adoptions,
    Desired,
    Folder,
    Rejected,
    Resource,
    Source,
    Words,
    tell,
)
from pedell.stages.compile import compile_resources
from pedell.stages.resolve import resolve_values
from pedell.stages.validate import validate_folder

Naming = Callable[[str, Resource], str]
"""Says how Pedell names the content of a profile, by its identifier and what is wanted."""

_NEW = Source("", 1, 1)


@dataclass(frozen=True, slots=True)
class Taken:
    """All that is taken over: ``files`` by path, ``adopted`` with all that was before.

    ``fresh`` is new among that, ``desired`` what the new files want of it. ``titles`` are apps that
    are new in the catalogue, and ``left`` what stays as it is.
    """

    files: Mapping[str, bytes]
    adopted: Adoptions
    fresh: Adoptions
    desired: Desired
    titles: tuple[str, ...]
    left: tuple[Left, ...]


class Conflict(Rejected):
    """The files want a thing otherwise than it stands on the target."""


def read_desired(folder: Folder, language: Language) -> Desired:
    """Say what files want, as every run does, with all secrets closed. Raises Rejected."""
    schemas = language.schemas
    inventory = validate_folder(folder, schemas)
    values = resolve_values(inventory, schemas.kinds, language.today)
    return compile_resources(inventory, values, schemas, lambda _: None, language.find_service)


def take_over(grounds: Grounds, ground: Ground, language: Language, naming: Naming) -> Taken:
    """Write what was found into the files, and prove that it comes out as it stands there.

    A profile for which words turn out not to fit is tried raw; what does not fit at all is left,
    with the reason. Raises Rejected where the files want the same thing otherwise than it stands
    on the target: nobody could tell which of the two is right.
    """
    return _Taking(grounds, ground, language, naming).run()


class _Taking:
    """One target; what turns out not to fit is left, and the rest is tried again."""

    def __init__(
        self, grounds: Grounds, ground: Ground, language: Language, naming: Naming
    ) -> None:
        self._grounds, self._ground = grounds, ground
        self._language, self._naming = language, naming
        self._left = list(grounds.left)
        self._sets = dict(self._set_up())
        self._before = ground.inventory.adopted.get(ground.target, {})

    def run(self) -> Taken:
        """Try until all that is left over fits."""
        found = self._grounds.candidates
        candidates = [one for one in found if one.uuid or one.home in self._sets]
        while True:
            try:
                taken, wrong = self._attempt(candidates)
            except Conflict:
                raise
            except Rejected as rejected:
                taken, wrong = None, self._rejected(candidates, rejected)
            if taken and not wrong:
                return replace(taken, left=tuple(self._left))
            candidates = list(self._kept(candidates, wrong))

    def _kept(
        self, candidates: Sequence[Candidate], wrong: Mapping[Key, Words]
    ) -> Iterator[Candidate]:
        for one in candidates:
            if one.key not in wrong:
                yield one
            elif twin := raw_twin(one):
                yield twin
            else:
                kind = "profile" if one.uuid else "declaration"
                where = "/".join(one.home) if one.uuid else one.where
                self._left.append(Left(kind, one.identifier, where, wrong[one.key]))

    def _rejected(self, candidates: Sequence[Candidate], rejected: Rejected) -> Mapping[Key, Words]:
        """Say which candidates the language rejects beside those that came before them."""
        wrong: dict[Key, Words] = {}
        sound: list[Candidate] = []
        waiting = [list(candidates)]
        while waiting:
            some = waiting.pop()
            try:
                self._attempt([*sound, *some])
                sound += some
            except Rejected as alone:
                if len(some) == 1:
                    wrong[some[0].key] = alone.problems[0].detail
                half = len(some) // 2
                waiting += [some[half:], some[:half]] if half else []
        if not wrong:
            raise rejected
        return wrong

    def _attempt(self, candidates: Sequence[Candidate]) -> tuple[Taken, Mapping[Key, Words]]:
        writing = Writing(self._ground, self._language)
        writing.put(candidates)
        if writing.problems:
            raise Conflict(writing.problems)
        desired = read_desired(writing.edits.folder, self._language)
        wrong = writing.unfit | dict(self._odd(candidates, writing, desired))
        fresh = {
            at: one
            for at, one in (*self._names(), *self._kept_names(candidates, writing, desired))
            if at not in self._before
        }
        adopted = {**self._before, **fresh}
        if fresh:
            writing.edits.note(self._ground.target, adopted)
        wanted = {at: desired[at] for at in fresh if at in desired}
        files, titles = writing.edits.files, tuple(writing.fresh)
        return Taken(files, adopted, fresh, wanted, titles, ()), wrong

    def _set_up(self) -> Iterator[tuple[Home, str]]:
        """Yield the cohorts whose devices Pedell sets up, and their sets."""
        for home, name in self._grounds.sets.items():
            if Address(*home, "membership", "devices") in self._ground.desired:
                yield home, name
            else:
                reason = tell(
                    "the files do not have Pedell set up the devices of {home} (service)",
                    home="/".join(home),
                )
                self._left.append(Left("set", name, "", reason))

    def _names(self) -> Iterator[tuple[Address, Adopted]]:
        """Yield sets and activations."""
        for home, name in self._sets.items():
            yield Address(*home, "membership", "devices"), Adopted(name, _NEW)
            for one in self._grounds.activations[home]:
                yield Address(*home, ACTIVATION, one), Adopted(one, _NEW)

    def _kept_names(
        self, candidates: Sequence[Candidate], writing: Writing, desired: Desired
    ) -> Iterator[tuple[Address, Adopted]]:
        for one in candidates:
            at = writing.addresses.get(one.key)
            if at and at in desired and one.key not in writing.unfit:
                content = self._naming(one.identifier, desired[at]) if one.uuid else ""
                yield at, Adopted(one.identifier, _NEW, one.uuid, content)

    def _odd(
        self, candidates: Sequence[Candidate], writing: Writing, desired: Desired
    ) -> Iterator[tuple[Key, Words]]:
        """Yield what does not come out as it stands on the target, or changes what is beside it."""
        before, places = self._ground.desired, set(writing.addresses.values())
        moved: dict[Home, set[Address]] = defaultdict(set)
        for at in (desired.keys() | before.keys()) - places:
            if at not in desired or at not in before or desired[at].spec != before[at].spec:
                moved[at.school, at.place].add(at)
        for one in candidates:
            if one.key in writing.unfit:
                continue
            at = writing.addresses[one.key]
            beside = moved.get(one.home)
            if at not in desired:
                yield one.key, _missing(at)
            elif not is_alike(one, desired[at].spec):
                yield one.key, tell("together with what the files say already it would change")
            elif beside and one.kind in ("configuration", "restrictions", "presets"):
                yield one.key, tell("it would change {other} too", other=named(beside))


def _missing(at: Address) -> Words:
    """Say why the files do not want a thing at its place."""
    home = f"{at.school}/{at.place}"
    if at.kind == "configuration":
        return tell(
            "Pedell would say it by a profile, because the files name no iPadOS for {home} that"
            " takes it by declaration. Say which: os",
            home=home,
        )
    return tell("the files want nothing of the kind for {home}", home=home)
