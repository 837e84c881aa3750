"""Steps made ready: what each of them will say to whom."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from pedell.model import Change, Secret, Spec, Step, is_same
from pedell.payloads.apple import DECLARATIONS
from pedell.payloads.apple.declarations import Declaration
from pedell.ports import Command, Vault
from pedell.providers.nanohub.books import Books
from pedell.providers.nanohub.codecs import (
    INSTALL,
    REMOVE,
    identifier_of,
    profile_of,
    resealed,
    set_of,
)
from pedell.providers.nanohub.post import Letter, Post


@dataclass(frozen=True, slots=True)
class Job:
    """One step. ``joins`` and ``leaves`` are enrolment ids that get or give up what it is about.

    ``letters`` are a profile's commands; ``declaration`` is None where it is deleted, and is not
    sent where the server ``has_it`` already and only devices lack it; ``farewell`` takes the
    cohort's profiles from devices that leave it.
    """

    step: Step
    name: str
    set_name: str
    joins: Set[str]
    leaves: Set[str]
    letters: tuple[Letter, ...] = ()
    declaration: Declaration | None = None
    has_it: bool = False
    farewell: tuple[Letter, ...] = ()

    @property
    def kind(self) -> str:
        """What kind of resource it is about."""
        return self.step.change.address.kind

    @property
    def commands(self) -> list[Command]:
        """The commands that it will send."""
        return [letter.command for letter in (*self.letters, *self.farewell)]

    @property
    def devices(self) -> Set[str]:
        """The enrolment ids that it touches."""
        return self.joins | self.leaves


@dataclass(frozen=True, slots=True)
class Workshop:
    """What is needed to make jobs. ``doubted`` names declarations that asking found wrong."""

    owner: str
    vault: Vault
    books: Books
    post: Post
    doubted: Set[str] = frozenset()

    def prepare(self, step: Step) -> Job:
        """Make one ready. Raises ValueError, KeyError or OSError where it cannot be written."""
        change = step.change
        name, set_name = (f(self.owner, change.address) for f in (identifier_of, set_of))
        wanted = change.after.devices if change.after else frozenset[str]()
        joins = self.books.ids(change.devices & wanted)
        leaves = self.books.ids(change.devices - wanted | change.leaving)
        spec = self._spec(step)
        if codec := DECLARATIONS.get(change.address.kind):
            declaration = codec.encode(name, spec) if change.after else None
            has_it = name not in self.doubted and _is_there(change)
            return Job(step, name, set_name, joins, leaves, declaration=declaration, has_it=has_it)
        if change.address.kind == "membership":
            joins = joins - self.books.ids(self.books.members(set_name))
            return Job(
                step, name, set_name, joins, leaves, farewell=self._farewell(set_name, leaves)
            )
        return self._profile_job(step, name, set_name, joins, leaves)

    def _profile_job(
        self, step: Step, name: str, set_name: str, joins: Set[str], leaves: Set[str]
    ) -> Job:
        contents = self.books.contents(name)
        leaves = leaves & self.books.ids(frozenset().union(*contents.values()))
        letters = self._removals(name, leaves)
        if joins and step.change.after:
            profile = profile_of(self.owner, step.change.address, self._spec(step))
            joins = joins - self.books.ids(contents.get(profile.uuid, frozenset()))
            body = profile.compile(self._reveal)
            letters += [
                Letter(command, lambda: {"RequestType": INSTALL, "Payload": body})
                for command in self.post.address(INSTALL, name, profile.uuid, joins)
            ]
        return Job(step, name, set_name, joins, leaves, tuple(letters))

    def _farewell(self, set_name: str, leaves: Set[str]) -> tuple[Letter, ...]:
        letters: list[Letter] = []
        for name in self.books.standings if leaves else ():
            if name.startswith(f"{set_name}."):
                holders = self.books.ids(frozenset().union(*self.books.contents(name).values()))
                letters += self._removals(name, leaves & holders)
        return tuple(letters)

    def _removals(self, name: str, enrolments: Set[str]) -> list[Letter]:
        return [
            Letter(command, lambda: {"RequestType": REMOVE, "Identifier": name})
            for command in self.post.address(REMOVE, name, "", enrolments)
        ]

    def _spec(self, step: Step) -> Spec:
        spec = step.change.after.spec if step.change.after else {}
        filled = resealed(spec, self.vault.fingerprint)
        return filled if isinstance(filled, Mapping) else {}

    def _reveal(self, name: str) -> str:
        try:
            secret: Secret = self.vault.reveal(name)
        except KeyError:
            raise ValueError(f"the secret {name} is not in the vault") from None
        return secret.reveal()


def _is_there(change: Change) -> bool:
    """Tell whether the server holds it as it should: some device was told of it, and it is done.

    Devices are told last, so one that was told says that everything before that came to its end.
    """
    after, left = change.after, change.remembered
    if not (after and left and change.before) or change.fields:
        return False
    return is_same(left.spec, after.spec) and bool(change.before.devices & after.devices)
