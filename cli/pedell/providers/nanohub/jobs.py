"""Steps made ready: what each of them will say to whom."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace

from pedell.model import Action, Address, Change, Secret, Spec, Step, is_same
from pedell.payloads.apple import COMMANDED, DECLARATIONS
from pedell.payloads.apple.declarations import Declaration
from pedell.ports import Command, Vault
from pedell.providers.nanohub.apps import (
    app_letters,
    app_questions,
    app_removals,
    bundle_of,
    content_of,
    handed_over,
    is_report,
    sealed_content,
)
from pedell.providers.nanohub.books import Books
from pedell.providers.nanohub.codecs import INSTALL, REMOVE, profile_of, resealed
from pedell.providers.nanohub.names import Names
from pedell.providers.nanohub.post import Letter, Post


@dataclass(frozen=True, slots=True)
class Job:
    """One step. ``joins`` and ``leaves`` are enrolment ids that get or give up what it is about.

    ``letters`` are a profile's commands; ``declaration`` is None where it is deleted, and is not
    sent where the server ``has_it`` already and only devices lack it. ``activations`` may switch on
    what is in the set; new things go into the last of them, which is our own. ``farewell`` takes
    the cohort's profiles and apps from devices that leave it; ``questions`` are for afterwards.
    ``taken_over`` is the subject of an app by command that this declaration takes over.
    """

    step: Step
    name: str
    set_name: str
    joins: Set[str]
    leaves: Set[str]
    letters: tuple[Letter, ...] = ()
    declaration: Declaration | None = None
    has_it: bool = False
    activations: tuple[str, ...] = ()
    farewell: tuple[Letter, ...] = ()
    questions: tuple[Letter, ...] = ()
    taken_over: str = ""

    @property
    def kind(self) -> str:
        """What kind of resource it is about."""
        return self.step.change.address.kind

    @property
    def commands(self) -> list[Command]:
        """The commands that it will send."""
        letters = (*self.letters, *self.farewell, *self.questions)
        return [letter.command for letter in letters]

    @property
    def devices(self) -> Set[str]:
        """The enrolment ids that it touches."""
        return self.joins | self.leaves


@dataclass(frozen=True, slots=True)
class Workshop:
    """What is needed to make jobs. ``doubted`` names declarations that asking found wrong.

    ``sign`` gets a profile as devices read it, its secrets open, and returns what is sent. ``kept``
    are (bundle id or subject, serial) of apps that other steps give; ``seal`` is the ledger's.
    """

    names: Names
    vault: Vault
    books: Books
    post: Post
    doubted: Set[str] = frozenset()
    sign: Callable[[bytes], bytes] = bytes
    kept: Set[tuple[str, str]] = frozenset()
    seal: Callable[[str], str] = str

    def prepare(self, step: Step) -> Job:
        """Make one ready. Raises ValueError, KeyError or OSError where it cannot be written."""
        change = step.change
        at = change.address
        name, set_name = self.names.identifier(at), self.names.set_name(at)
        wanted = change.after.devices if change.after else frozenset[str]()
        joins = self.books.ids(change.devices & wanted)
        leaves = self.books.ids(change.devices - wanted | change.leaving)
        spec = self._spec(step)
        if codec := DECLARATIONS.get(change.address.kind):
            declaration = codec.encode(name, spec) if change.after else None
            old = handed_over(self.names, at) if change.after else ""
            has_it = name not in self.doubted and _is_there(change)
            return Job(
                step,
                name,
                set_name,
                joins,
                leaves,
                declaration=declaration,
                has_it=has_it,
                activations=self.names.activations(at),
                taken_over=old if old in self.books.standings else "",
            )
        if change.address.kind == "membership":
            joins = joins - self.books.ids(self.books.members(set_name))
            return Job(step, name, set_name, joins, leaves, farewell=self._farewell(at, leaves))
        if change.address.kind in COMMANDED:
            return self._app_job(step, Job(step, name, set_name, joins, leaves))
        return self._profile_job(step, name, set_name, joins, leaves)

    def _app_job(self, step: Step, job: Job) -> Job:
        contents = self.books.contents(job.name)
        holders = self.books.ids(frozenset().union(*contents.values()))
        after = step.change.after
        is_another = step.change.action is Action.REPLACE
        letters = self._app_removals(job.name, holders if is_another else job.leaves & holders)
        if after is None or not job.joins:
            return replace(job, letters=tuple(letters))
        spec = self._spec(step)
        content = content_of(self.names, step.change.address, spec)
        joins = job.joins - self.books.ids(contents.get(content, frozenset()))
        known = frozenset[str]() if is_another else joins & holders
        told = {True: known, False: joins - known}
        letters += app_letters(self.post, job.name, content, spec, told, self._reveal)
        sealed = sealed_content(content, spec, self._reveal, self.seal)
        questions = app_questions(self.post, job.name, spec, sealed, joins)
        return replace(job, joins=joins, letters=tuple(letters), questions=tuple(questions))

    def _app_removals(self, name: str, enrolments: Set[str]) -> list[Letter]:
        """Take an app from those of these that have it, unless another step gives it to them."""
        letters: list[Letter] = []
        for content, serials in self.books.contents(name).items():
            bundle = bundle_of(content)
            kept = {s for s in serials if {(bundle, s), (name, s)} & self.kept}
            gone = self.books.ids(serials - kept)
            letters += app_removals(self.post, name, bundle, enrolments & gone)
        return letters

    def _profile_job(
        self, step: Step, name: str, set_name: str, joins: Set[str], leaves: Set[str]
    ) -> Job:
        contents = self.books.contents(name)
        leaves = leaves & self.books.ids(frozenset().union(*contents.values()))
        for other in self.names.sets_beside(step.change.address):
            leaves -= self.books.ids(self.books.members(other))
        letters = self._removals(name, leaves)
        if joins and step.change.after:
            profile = profile_of(self.names, step.change.address, self._spec(step))
            joins = joins - self.books.ids(contents.get(profile.uuid, frozenset()))
            body = self.sign(profile.compile(self._reveal))
            letters += [
                Letter(command, lambda: {"RequestType": INSTALL, "Payload": body})
                for command in self.post.address(INSTALL, name, profile.uuid, joins)
            ]
        return Job(step, name, set_name, joins, leaves, tuple(letters))

    def _farewell(self, at: Address, leaves: Set[str]) -> tuple[Letter, ...]:
        letters: list[Letter] = []
        for name in self.books.standings if leaves else ():
            if is_report(name) or not self.names.is_of(at, name):
                continue
            contents = self.books.contents(name)
            if any(map(bundle_of, contents)):
                letters += self._app_removals(name, leaves)
            else:
                holders = self.books.ids(frozenset().union(*contents.values()))
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
            text = f"the secret {name} is not in the vault: pedell secret set {name}"
            raise ValueError(text) from None
        return secret.reveal()


def _is_there(change: Change) -> bool:
    """Tell whether the server holds it as it should: some device was told of it, and it is done.

    Devices are told last, so one that was told says that everything before that came to its end.
    """
    after, left = change.after, change.remembered
    if not (after and left and change.before) or change.fields:
        return False
    return is_same(left.spec, after.spec) and bool(change.before.devices & after.devices)
