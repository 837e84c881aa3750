"""What we know of the things on a server before we look, and so what to ask. Pure."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pedell.model import Address, Secret, Spec
from pedell.providers.debian.marks import Text
from pedell.providers.debian.paths import plain_path
from pedell.providers.debian.probe import Guard, Questions
from pedell.providers.debian.skills import SKILLS
from pedell.providers.debian.skills.skill import Words

FILES = ("file", "template")
PATHS = (*FILES, "directory", "symlink")
PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*[a-z0-9+](:[a-z0-9-]+)?")
UNIT = re.compile(r"[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]*")


@dataclass(frozen=True, slots=True)
class Book:
    """What is known of one address: its wanted and its remembered spec, one of them at least.

    ``before`` is where our last apply left it, if that is another place than the wanted one and
    nothing else is wanted there.
    """

    address: Address
    wanted: Spec | None
    remembered: Spec | None
    before: str = ""

    @property
    def spec(self) -> Spec:
        """The wanted spec where there is one: its fields are those we look at."""
        return self.remembered or {} if self.wanted is None else self.wanted


def claimed_paths(wanted: Iterable[tuple[Address, Spec]]) -> frozenset[str]:
    """Return every path where something is wanted: nothing else may be taken away there."""
    return frozenset(path_of(at, spec) for at, spec in wanted if at.kind in PATHS)


def open_books(wanted: Mapping[Address, Spec], remembered: Mapping[Address, Spec]) -> list[Book]:
    """Put together what is wanted and what is remembered, in their order, each address once."""
    claimed = claimed_paths(wanted.items())
    books = []
    for at in dict.fromkeys((*wanted, *remembered)):
        before = place_of(at, remembered[at]) if at in remembered else ""
        is_elsewhere = at in wanted and before not in claimed_by(at, claimed, wanted[at])
        books.append(Book(at, wanted.get(at), remembered.get(at), before if is_elsewhere else ""))
    return books


def claimed_by(at: Address, claimed: frozenset[str], wanted: Spec) -> frozenset[str]:
    """Return the places from which this thing may not be taken away."""
    return claimed if at.kind in PATHS else frozenset({place_of(at, wanted)})


def path_of(address: Address, spec: Spec) -> str:
    """Return the path, made plain: ``..`` never leads out of the root, as with chroot."""
    return plain_path(str(spec.get("path") or address.name))


def place_of(address: Address, spec: Spec) -> str:
    """Return where a thing lies, empty for a kind whose name says all."""
    if address.kind in PATHS:
        return path_of(address, spec)
    skill = SKILLS.get(address.kind)
    return "\n".join(str(spec.get(field) or "") for field in (skill.home if skill else ()))


def guard_of(spec: Spec) -> Guard:
    """Return what says that a command need not run."""
    creates = spec.get("creates")
    return Guard(plain_path(str(creates)) if creates else "", str(spec.get("unless") or ""))


def is_package(name: str) -> bool:
    """Tell a package from what apt-get would take for an option, a pattern or a removal."""
    return PACKAGE.fullmatch(name) is not None


def is_unit(name: str) -> bool:
    """Tell a unit from what systemctl would take for an option or a pattern."""
    return UNIT.fullmatch(name) is not None


def digest(text: Text, secrets: Mapping[str, Secret]) -> str | None:
    """Return the sha256 of a filled text, or None where a secret cannot be opened."""
    try:
        return hashlib.sha256(text.fill(secrets)).hexdigest()
    except KeyError:
        return None


def texts_by_path(books: Sequence[Book]) -> Mapping[str, Sequence[Text]]:
    """Return all that is known of the content at each path, whichever resource says it."""
    texts: dict[str, list[Text]] = {}
    for book in books:
        for spec in (book.wanted, book.remembered):
            if spec is not None and book.address.kind in FILES:
                texts.setdefault(path_of(book.address, spec), []).append(Text.of(spec))
    return texts


def skilled_questions(book: Book) -> Sequence[tuple[Spec, Words]]:
    """Return the specs that may be found there, where we left it first, with what to ask."""
    at, skill = book.address, SKILLS[book.address.kind]
    specs = (book.remembered if book.before else None, book.spec)
    return [
        (spec, skill.ask(at.name, spec))
        for spec in specs
        if spec is not None and not skill.unfit(at.name, spec)
    ]


def ask_about(books: Sequence[Book], root: str, secrets: Mapping[str, Secret]) -> Questions:
    """Put together all that has to be asked of one server."""

    def named(*kinds: str) -> list[Book]:
        return [book for book in books if book.address.kind in kinds]

    def paths(*kinds: str) -> dict[str, None]:
        found = ((book.before, path_of(book.address, book.spec)) for book in named(*kinds))
        return dict.fromkeys(path for pair in found for path in pair if path)

    skilled = named(*SKILLS)
    things = [words for book in skilled for _, words in skilled_questions(book)]
    texts = texts_by_path(books)
    sums = {path: [digest(text, secrets) for text in texts.get(path, ())] for path in paths(*FILES)}
    packages = [book.address.name for book in named("package") if is_package(book.address.name)]
    units = [book.address.name for book in named("service") if is_unit(book.address.name)]
    return Questions(
        root=root,
        files={path: frozenset(filter(None, found)) for path, found in sums.items()},
        directories=tuple(paths("directory")),
        packages=tuple(dict.fromkeys(packages)),
        units=tuple(dict.fromkeys(units)),
        guards=tuple(dict.fromkeys(guard_of(book.spec) for book in named("command"))),
        things=tuple(dict.fromkeys(things)),
        shell="".join(SKILLS[kind].look for kind in sorted({b.address.kind for b in skilled})),
    )
