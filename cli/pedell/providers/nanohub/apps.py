"""Apps by command: what is sent, what is asked afterwards, and what counts as there.

A content is ``bundle/fingerprint``, so that the app can be taken away from a device of which no
file speaks any more. Under a subject of its own stands what devices were asked of the app; its
content adds the ledger's seal of the answer that is expected.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace

from pedell.model import Address, Resource, Spec, Step, fingerprint
from pedell.payloads.apple import (
    COMMANDED,
    encode_app_commands,
    encode_app_question,
    encode_app_removal,
    expected_report,
)
from pedell.ports import REPORT, Stage
from pedell.providers.nanohub.books import Books
from pedell.providers.nanohub.codecs import profile_of
from pedell.providers.nanohub.names import Names
from pedell.providers.nanohub.post import Letter, Post

_THERE = (Stage.INSTALLED, Stage.VERIFIED)
_OWED = (Stage.INTENT, Stage.QUEUED, Stage.ASLEEP)


def content_of(names: Names, address: Address, spec: Spec) -> str:
    """Name what a device holds once it has obeyed. Raises ValueError or KeyError."""
    if address.kind in COMMANDED:
        told = {key: value for key, value in spec.items() if key != "title"}
        return f"{spec['bundle']}/{fingerprint(told)}"
    return profile_of(names, address, spec).uuid


def bundle_of(content: str) -> str:
    """Return the bundle id in a content, or nothing where that is no app."""
    bundle, slash, _ = content.partition("/")
    return bundle if slash else ""


def is_report(subject: str) -> bool:
    """Tell whether this subject is about what devices were asked of an app."""
    return subject.endswith(REPORT)


def app_letters(
    post: Post, name: str, content: str, spec: Spec, enrolments: Mapping[bool, Set[str]],
    reveal: Callable[[str], str],
) -> list[Letter]:  # fmt: skip
    """Return the commands for devices that have the app already (True) and that do not."""
    commands = encode_app_commands(spec, reveal)
    return [
        Letter(command, lambda fields=fields: fields)  # type: ignore[misc]  # bound now, not later
        for has_it, fields in ((False, commands.install), (True, commands.change))
        for command in post.address(
            str(fields["RequestType"]), name, content, enrolments.get(has_it, frozenset())
        )
    ]


def app_removals(post: Post, name: str, bundle: str, enrolments: Iterable[str]) -> list[Letter]:
    """Return the commands that take an app away, and all that people stored in it."""
    fields = encode_app_removal(bundle)
    commands = post.address(str(fields["RequestType"]), name, "", enrolments)
    return [Letter(command, lambda: fields) for command in commands]


def app_questions(
    post: Post, name: str, spec: Spec, content: str, enrolments: Iterable[str]
) -> list[Letter]:
    """Return questions whether devices hold the app so; ``content`` bears the seal.

    Of an app that people may delete nothing is asked: that one is gone would be no fault.
    """
    if spec.get("removable") is True:
        return []
    fields = encode_app_question(spec)
    commands = post.address(str(fields["RequestType"]), f"{name}{REPORT}", content, enrolments)
    return [Letter(command, lambda: fields) for command in commands]


def sealed_content(
    content: str, spec: Spec, reveal: Callable[[str], str], seal: Callable[[str], str]
) -> str:
    """Return a content with the seal of the answer that a question about it should get."""
    return f"{content}:{seal(expected_report(spec, reveal))}"


def questions_again(
    names: Names, post: Post, books: Books, apps: Sequence[Resource], *, only_unsure: bool
) -> list[Letter]:
    """Ask again what was asked before, of devices that hold these apps and owe no answer.

    ``only_unsure`` are those that did not have it so when they were asked last. The seal comes from
    the ledger, so that nobody has to open the vault.
    """
    letters: list[Letter] = []
    for app in apps:
        name = names.identifier(app.address)
        asked = books.standings.get(f"{name}{REPORT}", {})
        for content in dict.fromkeys(content for content, _ in asked if content):
            plain = content.partition(":")[0]
            held = _there(books, name, plain) & app.devices
            held -= frozenset().union(*(asked.get((content, stage), ()) for stage in _OWED))
            if only_unsure:
                held -= shown_of_app(books, name, plain)
            letters += app_questions(post, name, app.spec, content, books.ids(held))
    return letters


def stages_of_app(books: Books, name: str, content: str, spec: Spec) -> Mapping[Stage, Set[str]]:
    """Say which devices have come how far; verified are those that said they hold it so."""
    groups = books.standings.get(name, {})
    found = {stage: groups.get((content, stage), frozenset()) for stage in Stage}
    there = _there(books, name, content)
    shown = there if spec.get("removable") is True else there & shown_of_app(books, name, content)
    return {**found, Stage.INSTALLED: there, Stage.VERIFIED: shown}


def shown_of_app(books: Books, name: str, content: str) -> Set[str]:
    """Return the serials of devices that have reported the app so themselves."""
    return frozenset().union(
        *(
            serials
            for (asked, stage), serials in books.standings.get(f"{name}{REPORT}", {}).items()
            if stage in _THERE and asked.partition(":")[0] == content
        )
    )


def kept_apps(names: Names, steps: Iterable[Step]) -> frozenset[tuple[str, str]]:
    """Return (bundle id or subject, serial) of apps that steps give to devices."""
    found: set[tuple[str, str]] = set()
    for step in steps:
        if after := step.change.after:
            by_command = after.address.kind in COMMANDED
            key = str(after.spec["bundle"]) if by_command else handed_over(names, after.address)
            found.update((key, serial) for serial in after.devices if key)
    return frozenset(found)


def handed_over(names: Names, address: Address) -> str:
    """Return the subject of the app by command that a declaration takes over, or nothing.

    Source: Apple, "Transferring management of apps to declarative management": a device takes an
    app over that came by command when it applies the declaration, and nothing is lost.
    """
    if address.kind != "app":
        return ""
    return names.identifier(replace(address, kind="configured_app"))


def _there(books: Books, name: str, content: str) -> Set[str]:
    groups = books.standings.get(name, {})
    return frozenset().union(*(groups.get((content, stage), frozenset()) for stage in _THERE))
