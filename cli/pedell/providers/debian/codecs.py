"""What a server says, in our terms: the door behind which everything has a type. Pure."""

from collections.abc import Mapping, Sequence

from pedell.model import Observed, Sealed, Secret, Spec, Value, writings_of
from pedell.providers.debian.books import Book, digest, guard_of, path_of, skilled_questions
from pedell.providers.debian.marks import Text, read_back
from pedell.providers.debian.probe import MOST_CONTENT, Facts, PackageFact, PathFact, UnitFact
from pedell.providers.debian.skills import SKILLS
from pedell.providers.debian.versions import fits

NOT_OURS_TO_ENABLE = ("static", "indirect", "generated", "alias", "transient")
OTHER_VALUE = "0" * 32
"""Fingerprint of a secret on a server that is neither today's nor the remembered one."""


def decode(
    book: Book,
    facts: Facts,
    texts: Mapping[str, Sequence[Text]],
    secrets: Mapping[str, Secret],
) -> Observed | None:
    """Say in our terms what the server holds of one address; None where it holds nothing.

    ``texts`` are all that is known of the content at a path, ``secrets`` all that were opened.
    """
    name = book.address.name
    match book.address.kind:
        case "file" | "template":
            return _file(book, facts, texts, secrets)
        case "directory":
            return _directory(book, facts)
        case "package" if name in facts.packages:
            return _package(book, facts.packages[name])
        case "service":
            return _service(book, facts.units.get(name, UnitFact("", "")), name in facts.due)
        case "command" if guard_of(book.spec) in facts.guards:
            return Observed(book.address, book.spec)
        case kind if kind in SKILLS:
            return _skilled(book, facts)
        case _:
            return None


def _file(
    book: Book,
    facts: Facts,
    texts: Mapping[str, Sequence[Text]],
    secrets: Mapping[str, Secret],
) -> Observed | None:
    is_left = book.before in facts.files
    path = book.before if is_left else path_of(book.address, book.spec)
    fact = facts.files.get(path)
    if fact is None:
        return None
    content, sealed = _content(book, fact, texts.get(path, ()), secrets)
    seen: dict[str, Value] = {"mode": fact.mode, "owner": fact.owner, "group": fact.group}
    seen |= {"content": content, "secrets": sealed}
    if is_left:
        seen["path"] = book.before
    return Observed(book.address, _declared(book.spec, seen))


def _content(
    book: Book, fact: PathFact, texts: Sequence[Text], secrets: Mapping[str, Secret]
) -> tuple[str, Value]:
    for spec in (book.wanted, book.remembered):
        text = Text.of(spec or {})
        if spec is not None and fact.sha256 and digest(text, secrets) == fact.sha256:
            return text.marked, spec.get("secrets")
    shown, raw = _readable(fact), fact.content or b""
    content = f"⟦{_describe(fact)}⟧" if shown is None else read_back(shown, texts, secrets)
    sealed = _sealed(book, raw, secrets)
    if content == Text.of(book.spec).marked and digest(Text.of(book.spec), secrets):
        return _told_apart(book, fact, sealed)
    return content, sealed


def _told_apart(
    book: Book, fact: PathFact, sealed: Mapping[str, Value]
) -> tuple[str, Mapping[str, Value]]:
    """Say what differs where the sum does and the text with its marks does not."""
    wanted = Text.of(book.spec)
    if not wanted.sealed:
        return f"⟦{_describe(fact)}⟧", sealed
    if sealed == wanted.sealed:
        return wanted.marked, {n: Sealed(one.name, OTHER_VALUE) for n, one in wanted.sealed.items()}
    return wanted.marked, sealed


def _readable(fact: PathFact) -> str | None:
    if fact.content is None or fact.size >= MOST_CONTENT:
        return None
    try:
        return fact.content.decode()
    except UnicodeDecodeError:
        return None


def _describe(fact: PathFact) -> str:
    if not fact.type.startswith("regular"):
        return fact.type
    return f"{fact.size} bytes, sha256 {fact.sha256[:12] or 'not readable'}"


def _sealed(book: Book, content: bytes, secrets: Mapping[str, Secret]) -> Mapping[str, Value]:
    """Say for each secret that should stand there whether it does, and if not, what may."""
    remembered = Text.of(book.remembered or {}).sealed

    def seal(name: str, one: Sealed) -> Sealed:
        secret = secrets.get(one.name)
        if secret is None or any(way.encode() in content for way in writings_of(secret.reveal())):
            return one
        before = remembered.get(name, one)
        is_rotated = before.fingerprint not in (None, one.fingerprint)
        return before if is_rotated else Sealed(one.name, OTHER_VALUE)

    return {name: seal(name, one) for name, one in Text.of(book.spec).sealed.items()}


def _directory(book: Book, facts: Facts) -> Observed | None:
    is_left = book.before in facts.directories
    path = book.before if is_left else path_of(book.address, book.spec)
    fact = facts.directories.get(path)
    if fact is None or fact.type != "directory":
        return None
    seen: dict[str, Value] = {"mode": fact.mode, "owner": fact.owner, "group": fact.group}
    if is_left:
        seen["path"] = book.before
    return Observed(book.address, _declared(book.spec, seen))


def _package(book: Book, fact: PackageFact) -> Observed:
    version: Value = fact.version
    for spec in (book.remembered or {}, book.spec):
        if spec.get("version") and fits(fact.version, str(spec["version"])):
            version = spec["version"]
    seen: dict[str, Value] = {"installed": True, "version": version, "hold": fact.held}
    return Observed(book.address, _declared(book.spec, seen))


def _service(book: Book, fact: UnitFact, is_due: bool) -> Observed | None:
    running = fact.active in ("active", "reloading", "refreshing")
    enabled = fact.enabled.startswith("enabled") and fact.enabled != "enabled-runtime"
    exists = running or fact.enabled not in ("", "unknown", "not-found")
    spec = book.spec
    if book.wanted is None and not (running or enabled):
        return None
    if not exists and (spec.get("running") or spec.get("enabled")):
        return None
    seen: dict[str, Value] = {"running": running, "enabled": enabled}
    if fact.enabled in NOT_OURS_TO_ENABLE:
        seen["enabled"] = spec.get("enabled")
    if is_due:
        return Observed(
            book.address,
            _declared(spec, {**seen, "restart_on": [], "reload_on": []}),
            note="a restart is still due",
        )
    return Observed(book.address, _declared(spec, seen))


def _skilled(book: Book, facts: Facts) -> Observed | None:
    name, skill = book.address.name, SKILLS[book.address.kind]
    for spec, words in skilled_questions(book):
        seen = skill.read(name, spec, facts.things.get(words, ""))
        if seen is not None:
            if spec is book.spec:
                note = skill.note(name, spec, facts.things.get(words, ""))
                return Observed(book.address, _declared(spec, seen), note=note)
            there = {field: spec[field] for field in skill.home if field in spec}
            found = {**_declared(book.spec, seen), **dict.fromkeys(skill.home), **there}
            return Observed(book.address, found)
    return None


def _declared(spec: Spec, seen: Spec) -> Spec:
    # Fields that no server can show (source, restart_on) are taken as declared.
    return {name: seen.get(name, value) for name, value in spec.items()}
