"""What ``pedell adopt`` does between looking and writing: finds, proves, and notes."""

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from pedell.adoption import (
    Claims,
    Ground,
    Grounds,
    Language,
    Stranger,
    Taken,
    read_desired,
    sort_legacy,
    sort_profiles,
    take_over,
)
from pedell.commands.exits import Exit, Leave
from pedell.files import rewritten_together
from pedell.language.patterns import select_schools
from pedell.model import (
    Action,
    Address,
    Adoptions,
    Change,
    Effect,
    Legacy,
    Observed,
    Outcome,
    Problem,
    Rejected,
    Resource,
    Sight,
    Source,
    Spec,
    Status,
    Step,
    dotted,
    tell,
)
from pedell.ports import Strangers
from pedell.providers import PROVIDERS
from pedell.stages.compare import compare_states
from pedell.stages.compile.checks import KindCheck
from pedell.wiring import Setting, Workplace, load_schemas, load_service

_FILE_MODE = 0o644
_MEMBERSHIP = "membership"


@dataclass(frozen=True, slots=True)
class Errand:
    """What a person asks for: a target, and of which schools (a pattern, empty for all).

    ``profiles`` are files that were installed by hand; only with them devices are asked, and get
    ``patience`` seconds to answer.
    """

    target: str
    limit: str
    profiles: Sequence[Stranger]
    patience: float


@dataclass(frozen=True, slots=True)
class Adopting:
    """One adoption, proved and not written yet. ``steps`` is what the journal will say of it."""

    place: Workplace
    strangers: Strangers
    legacy: Legacy
    taken: Taken
    steps: tuple[Step, ...]

    def write(self, label: str) -> None:
        """Write files, notes and memory; all of it, or nothing. Raises OSError."""
        files = {Path(path).resolve(): content for path, content in self.taken.files.items()}
        self._check_ground()
        store, wanted = self.place.store, list(self.taken.desired.values())
        with rewritten_together(files, _FILE_MODE):
            self.strangers.take_over(self.taken.adopted, wanted)
            run = store.begin(label, len(self.steps))
            names = self.taken.adopted
            ends = [
                (s, Outcome(s.number, Status.DONE, "", names[s.change.address].identifier))
                for s in self.steps
            ]
            store.conclude(run, ends)
            store.finish(run, "adopted")

    def _check_ground(self) -> None:
        """Leave where somebody changed one of the files since they were read."""
        folder = self.place.reading.folder
        read = {each.path: each.text.encode() for each in folder.documents}
        read |= {each.path: each.content.removeprefix(BOM_UTF8) for each in folder.assets.values()}
        for path in self.taken.files:
            there = Path(path).read_bytes() if Path(path).exists() else None
            if there is not None:
                there = there.removeprefix(BOM_UTF8)
            if there != read.get(path):
                text = f"{path} was changed in the meantime. Nothing has been written. Try again."
                raise Leave(Exit.STALE, text)


def prepare(place: Workplace, setting: Setting, errand: Errand) -> Adopting:
    """Look at the target and say what can be taken over. Writes nothing.

    Raises Rejected where the next plan would not be empty, and leaves where the target is silent.
    """
    target, schools = errand.target, place.reading.inventory.schools
    chosen = select_schools(errand.limit or "all", schools)
    language = Language(load_schemas(), load_service, setting.today)
    try:
        strangers = place.world.lines.session(target).strangers
        assert strangers is not None  # noqa: S101  # what has none was refused before
        legacy = strangers.survey(errand.patience if errand.profiles else 0.0)
        grounds, ground = _found(place, errand, legacy, language)
        part = _of_schools(grounds, chosen)
        taken = take_over(part, ground, language, strangers.content_of)
        steps = tuple(_steps(target, strangers, taken))
    except OSError as error:
        code = Exit.DENIED if isinstance(error, PermissionError) else Exit.UNREACHABLE
        raise Leave(code, f"{target} cannot be asked: {error}. Nothing has been written.") from None
    return Adopting(place, strangers, legacy, taken, steps)


def _found(
    place: Workplace, errand: Errand, legacy: Legacy, language: Language
) -> tuple[Grounds, Ground]:
    inventory, folder = place.reading.inventory, place.reading.folder
    target, profiles = errand.target, errand.profiles
    cohorts = {
        (school.id, cohort.name): cohort
        for school in inventory.schools.values()
        for cohort in school.cohorts
        if cohort.target == target
    }
    claims = _claims(inventory.adopted.get(target, {}), place)
    desired = read_desired(folder, language)
    check = KindCheck(language.schemas)

    def fits(kind: str, spec: Spec) -> bool:
        at = Address("trial", "trial", kind, "trial")
        return not check.problems(Resource(at, "", spec, frozenset(), (), (), Source("", 1, 1)))

    grounds = sort_legacy(legacy, cohorts, claims)
    installed, left = sort_profiles(legacy, profiles, cohorts, claims, fits)
    grounds = replace(
        grounds, candidates=(*grounds.candidates, *installed), left=(*grounds.left, *left)
    )
    return grounds, Ground(folder, inventory, desired, target, cohorts)


def _of_schools(grounds: Grounds, chosen: Set[str]) -> Grounds:
    return replace(
        grounds,
        sets={home: name for home, name in grounds.sets.items() if home[0] in chosen},
        candidates=tuple(one for one in grounds.candidates if one.home[0] in chosen),
    )


def _claims(before: Adoptions, place: Workplace) -> Claims:
    homes = {at: (at.school, at.place) for at in (*before, *place.world.memory)}
    sets = {homes[at]: one.identifier for at, one in before.items() if at.kind == _MEMBERSHIP}
    ours = {homes[at] for at in place.world.memory if at.kind == _MEMBERSHIP} - sets.keys()
    profiles = {(homes[at], one.identifier) for at, one in before.items() if one.uuid}
    identifiers = frozenset(one.identifier for one in before.values() if not one.uuid)
    return Claims(sets, frozenset(ours), identifiers, frozenset(profiles))


def _steps(target: str, strangers: Strangers, taken: Taken) -> Iterator[Step]:
    """Yield what the journal says of it, or reject what a plan would not leave as it is."""
    wanted = taken.desired
    seen = {one.address: one for one in strangers.foresee(taken.adopted, [*wanted.values()], ())}
    kinds, abilities = load_schemas().kinds, {target: PROVIDERS["nanohub"].abilities}
    left = compare_states(wanted, Sight(seen, {}), {}, kinds, abilities)
    if left.changes:
        raise Rejected(map(_unproved, left.changes))
    for number, (at, resource) in enumerate(wanted.items(), start=1):
        yield Step(number, _taken_over(resource, seen.get(at)), ())


def _unproved(change: Change) -> Problem:
    fields = ", ".join(dotted(field.pointer) for field in change.fields)
    detail = tell(
        "The next plan would change {address} ({what}), so nothing is taken over. Somebody works on"
        " the MDM right now, or this is a bug of Pedell. Try again.",
        address=change.address,
        what=fields or f"{len(change.devices):,} devices",
    )
    return Problem("E0201", detail, change.after.source if change.after else None)


def _taken_over(wanted: Resource, seen: Observed | None) -> Change:
    return Change(
        address=wanted.address,
        target=wanted.target,
        action=Action.UPDATE,
        before=seen,
        after=wanted,
        remembered=None,
        fields=(),
        devices=frozenset(),
        drifted=frozenset(),
        effect=Effect.HARMLESS,
    )
