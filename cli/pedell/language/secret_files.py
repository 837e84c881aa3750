"""What the files below ``secrets/`` say, and how an entry is written into one."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pedell.language.documents import parse_document
from pedell.language.nearest import did_you_mean
from pedell.model import (
    Document,
    Pointer,
    Problem,
    Recipients,
    Rejected,
    SecretEntry,
    SecretFiles,
    Target,
    tell,
)

AUTHORITY = "authority"
FOLDER = "secrets"
_RECIPIENTS = f"{FOLDER}/recipients.yml"
RESERVED = frozenset({AUTHORITY, "recipients"})
"""File names with a meaning of their own: a school called like that keeps none here."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")
"""The name of an entry that is set."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,200}\Z")
_BEGIN = "-----BEGIN AGE ENCRYPTED FILE-----"
_ARMORED = re.compile(
    rf"{_BEGIN}\n(?:[A-Za-z0-9+/]{{1,64}}={{0,2}}\n)+-----END AGE ENCRYPTED FILE-----\n?\Z"
)
_RECIPIENT = re.compile(
    r"(?:age1[02-9ac-hj-np-z]{58}|ssh-ed25519 [A-Za-z0-9+/]{68}={0,2}(?: \S.*)?)\Z"
)


def owner_of(name: str, schools: Collection[str]) -> str:
    """Say whose file a secret stands in: that of a school or of the authority.

    It is the school whose id, with a hyphen behind it, is the longest beginning of the name:
    ``gs-nord-wlan`` belongs to ``gs-nord`` and not to ``gs``, where both are schools. Capitals and
    underscores count as the small letters and hyphens that they are in the name of a variable:
    ``gs-nord_wlan`` is the same variable, so it belongs to the same school.
    """
    words = plain_name(name).split("-")
    heads = ("-".join(words[:size]) for size in range(len(words) - 1, 0, -1))
    return next((head for head in heads if head in schools and head not in RESERVED), AUTHORITY)


def plain_name(name: str) -> str:
    """Return what two names have in common that are one variable of the environment."""
    return name.lower().replace("_", "-")


def credentials_of(targets: Iterable[Target]) -> frozenset[str]:
    """Return the names of the secrets that open targets, and sign what they send and get."""
    found: set[str] = set()
    for target in targets:
        inside = (target.settings.get(key) for key in ("webhook", "signing", "database"))
        for settings in (target.settings, *(one for one in inside if isinstance(one, Mapping))):
            said = (settings.get(key) for key in ("credential", "ddm_credential"))
            found |= {str(name) for name in said if name}
    return frozenset(found)


def read_secrets(
    documents: Iterable[Document], schools: Collection[str]
) -> tuple[SecretFiles, list[Problem]]:
    """Read the files below ``secrets/``, closed as they are, and find what is wrong with them.

    A file of a school holds only what belongs to it (:func:`owner_of`); that of the authority may
    hold any name, and no name stands in two files.
    """
    problems: list[Problem] = []
    entries: dict[str, SecretEntry] = {}
    recipients = None
    for document in documents:
        if document.relative == _RECIPIENTS:
            recipients = _recipients(document, schools, problems)
        elif document.relative.startswith(f"{FOLDER}/"):
            for entry in _entries(document, schools, problems):
                if entry.name in entries:
                    detail = tell(
                        "{name} stands in {file} already. Keep one of them.",
                        name=entry.name,
                        file=entries[entry.name].source.file,
                    )
                    problems.append(Problem("E0290", detail, entry.source))
                entries.setdefault(entry.name, entry)
    return SecretFiles(entries, recipients), problems


def read_recipients(document: Document, schools: Collection[str]) -> Recipients:
    """Return what a ``recipients.yml`` says, whatever may be wrong with the rest of it."""
    return _recipients(document, schools, [])


def key_of(recipient: str) -> str:
    """Return a public key without the comment that may stand behind it; empty for all else."""
    return " ".join(recipient.split()[:2]) if _RECIPIENT.match(recipient) else ""


def put_entries(
    document: Document | None, armored: Mapping[str, str], gone: Collection[str] = ()
) -> str:
    """Return the text of a secret file with these entries set, those of ``gone`` taken out.

    Every other byte stays as it was. Raises Rejected where the file is not written as one entry
    below the other.
    """
    lines = (document.text if document else "").splitlines(keepends=True)
    keys = document.keys if document else {}
    known = {name: keys[(name,)][0] for name in (*armored, *gone) if (name,) in keys}
    for name, line in sorted(known.items(), key=lambda item: -item[1]):
        end = line
        while end < len(lines) and lines[end].startswith((" ", "\t")):
            end += 1
        lines[line - 1 : end] = _block(name, armored[name]) if name in armored else []
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    for name in sorted(armored.keys() - known.keys()):
        lines += _block(name, armored[name])
    text = "".join(lines)
    stay = {n: b for n, b in ((document and document.value) or {}).items() if n not in gone}
    if not _says(text, {**stay, **armored}):
        detail = tell(
            "Entries stand one below the other, each a name and an indented block behind |."
        )
        raise Rejected([Problem("E0291", detail, document.source() if document else None)])
    return text


def _block(name: str, armored: str) -> list[str]:
    return [f"{name}: |\n", *(f"  {line}\n" for line in armored.splitlines())]


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        found = parse_document("", "", text.encode()).value
    except Rejected:
        return False
    return (found or {}) == wanted


def _entries(
    document: Document, schools: Collection[str], problems: list[Problem]
) -> Iterator[SecretEntry]:
    owner = document.relative.removeprefix(f"{FOLDER}/").removesuffix(".yml")
    if owner != AUTHORITY and owner not in schools:
        meant = did_you_mean(owner, schools)
        detail = tell("There is no school {name}. {meant}", name=owner, meant=meant)
        problems.append(Problem("E0290", detail, document.source()))
        return
    value = {} if document.value is None else document.value
    if not isinstance(value, dict):
        detail = tell("Names stand here, and behind each an encrypted block.")
        problems.append(Problem("E0291", detail, document.source()))
        return
    for name, armored in value.items():
        found = list(_faults(document, name, armored, owner, schools))
        problems.extend(found)
        if not found:
            yield SecretEntry(name, owner, armored, document.key_source((name,)))


def _faults(
    document: Document, name: str, armored: Any, owner: str, schools: Collection[str]
) -> Iterator[Problem]:
    if not _NAME.match(name):
        detail = tell("A name has letters, digits, dots, hyphens; 200 characters at most.")
        yield Problem("E0291", detail, document.key_source((name,)))
    elif owner not in (AUTHORITY, owner_of(name, schools)):
        home = owner_of(name, schools)
        detail = tell(
            "{name} belongs into {file}, as its name says."
            " Take it out, then: pedell secret set {name}",
            name=name,
            file=f"{FOLDER}/{home}.yml",
        )
        yield Problem("E0290", detail, document.key_source((name,)))
    if not isinstance(armored, str) or not armored.startswith(_BEGIN):
        detail = tell(
            "{name} is not encrypted. Take it out, then: pedell secret set {name}", name=name
        )
        yield Problem("E0114", detail, document.source((name,)))
    elif not _ARMORED.match(armored):
        detail = tell(
            "The block of {name} is damaged. Take it out, then: pedell secret set {name}", name=name
        )
        yield Problem("E0291", detail, document.source((name,)))


def _recipients(
    document: Document, schools: Collection[str], problems: list[Problem]
) -> Recipients:
    value = document.value if isinstance(document.value, dict) else {}
    if value is not document.value or value.keys() - {AUTHORITY, "schools", "recovery"}:
        detail = tell("It has three keys: authority, schools, recovery.")
        problems.append(Problem("E0291", detail, document.source()))
    own = value.get("schools") or {}
    if not isinstance(own, dict):
        detail = tell("Here stand ids of schools, and behind each a list of keys.")
        problems.append(Problem("E0291", detail, document.source(("schools",))))
        own = {}
    for school in own.keys() - set(schools):
        meant = did_you_mean(school, schools)
        detail = tell("There is no school {name}. {meant}", name=school, meant=meant)
        problems.append(Problem("E0290", detail, document.key_source(("schools", school))))
    return Recipients(
        _keys(document, (AUTHORITY,), value.get(AUTHORITY), problems),
        {s: _keys(document, ("schools", s), keys, problems) for s, keys in own.items()},
        _keys(document, ("recovery",), value.get("recovery"), problems),
    )


def _keys(document: Document, at: Pointer, value: Any, problems: list[Problem]) -> tuple[str, ...]:
    if value is None:
        return ()
    keys = value if isinstance(value, list) else [value]
    wrong = [k for k in keys if not isinstance(k, str) or not _RECIPIENT.match(k)]
    if wrong or keys is not value:
        detail = tell("A list of public keys stands here: age1… (62 characters) or ssh-ed25519 …")
        problems.append(Problem("E0291", detail, document.source(at)))
        return ()
    return tuple(keys)
