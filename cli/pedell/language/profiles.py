"""Apple's tongue inside the files: raw profiles of the catalogue, and a newer table of its schema.

A profile is held against what Apple lists, first for any devices, then for those that get it.
"""

import plistlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from pedell.language.plists import PropertyList, Unreadable, read_plist
from pedell.model import (
    AppleFacts,
    Asset,
    Document,
    Platform,
    Problem,
    RawProfile,
    Severity,
    Source,
    Words,
    tell,
)

FACTS = "facts/apple.json"
_MOST_FINDINGS = 100


def read_facts(assets: Mapping[str, Asset]) -> tuple[AppleFacts, tuple[Problem, ...]]:
    """Return the table that holds: the inventory's own where it brings one, else Pedell's.

    One that cannot be read is a problem; one that ends before Pedell's is a doubt, and holds.
    """
    from pedell.payloads.apple.facts import shipped_table

    asset, shipped = assets.get(FACTS), shipped_table()
    if asset is None:
        return AppleFacts("", shipped.releases), ()
    source = Source(asset.path, 1, 1)
    try:
        text = asset.content.decode("utf-8", "replace")
        own = _own_table(text)
    except ValueError as error:
        detail = tell(
            "It is no table of Apple's schema: {why}. Derive it again, or delete it:"
            " pedell schema update --from DIR --out {file}",
            why=error.args[0],
            file=FACTS,
        )
        return AppleFacts("", shipped.releases), (Problem("E0239", detail, source),)
    return AppleFacts(text, own.releases, tuple(_older(own, shipped, source))), ()


def _older(own: Any, shipped: Any, source: Source) -> Iterator[Problem]:
    for part, release in shipped.releases.items():
        if own.ends_before(part, shipped):
            detail = tell(
                "Its {part} end with iOS {own}, those of Pedell's own table with iOS {shipped}."
                " Delete it, or derive it from a newer checkout.",
                part=part,
                own=own.releases.get(part, "0"),
                shipped=release,
            )
            yield Problem("W0314", detail, source, Severity.WARNING)


def read_profiles(
    document: Document, assets: Mapping[str, Asset], table: str = ""
) -> tuple[dict[str, RawProfile], tuple[Problem, ...]]:
    """Return name → profile, and what is wrong with the files that the catalogue names.

    ``table`` is the text of a table of the inventory's own. A file with an error is left out;
    doubts travel with the profile.
    """
    found: dict[str, RawProfile] = {}
    problems: list[Problem] = []
    for name, entry in (document.value or {}).get("profiles", {}).items():
        file = entry["file"]
        asset = assets.get(file)
        if asset is None:
            detail = tell("{file} is not there. Put it below profiles/.", file=file)
            source = document.source(("profiles", name, "file"))
            problems.append(Problem("E0108", detail, source))
            continue
        reading = _Reading(asset, table)
        told = tuple(islice(reading.problems(), _MOST_FINDINGS))
        errors = [problem for problem in told if problem.severity is Severity.ERROR]
        problems += errors
        if not errors:
            found[name] = RawProfile(_canonical(asset), asset.path, told, reading.lines)
    return found, tuple(problems)


def judge_profile(
    profile: RawProfile, platform: Platform, facts: AppleFacts
) -> Iterator[tuple[int, Words]]:
    """Yield line and words of what devices of a platform make of a profile, and others do not.

    What they ignore, what their iPadOS does not know yet or no more, and, where a key is not listed
    at all, that their iPadOS is newer than the table.
    """
    from pedell.payloads.apple.facts import Grade, Reason

    for found in _judged(profile.content, platform, facts.text):
        is_said = found.grade is Grade.WARNING and found.reason in _BY_DEVICES
        is_newer = found.reason is Reason.BEYOND_TABLE and bool(profile.doubts)
        if is_said or is_newer:
            yield profile.line_of(found.at), found.detail


_BY_DEVICES = frozenset({"too-new", "deprecated", "removed", "needs-supervision", "shared-ipad"})


@lru_cache(maxsize=256)
def _judged(content: str, platform: Platform, text: str) -> tuple[Any, ...]:
    """Many schools share a profile, and few platforms there are."""
    from pedell.payloads.apple.facts import Devices, validate_profile

    profile = plistlib.loads(content.encode())
    devices = Devices(platform.os, platform.supervised, platform.shared)
    found = validate_profile(profile, devices, _table(text))
    return tuple(islice(found, _MOST_FINDINGS))


def _table(text: str) -> Any:
    from pedell.payloads.apple.facts import shipped_table

    return _own_table(text) if text else shipped_table()


@lru_cache(maxsize=2)
def _own_table(text: str) -> Any:
    from pedell.payloads.apple.facts import read_table

    return read_table(text)


def _canonical(asset: Asset) -> str:
    return plistlib.dumps(plistlib.loads(asset.content), sort_keys=True).decode()


class _Reading:
    """One file, and the places in it."""

    def __init__(self, asset: Asset, table: str) -> None:
        self._asset, self._own = asset, table
        self.lines: Mapping[Any, int] = {}

    def problems(self) -> Iterator[Problem]:
        try:
            plist = read_plist(self._asset.content)
            self.lines = plist.lines
            yield from self._wrong(plist)
        except Unreadable as error:
            yield self._problem("E0237", error.words, error.line)

    def _wrong(self, plist: PropertyList) -> Iterator[Problem]:
        from pedell.payloads.apple.facts import Grade, Reason, check_profile, find_secrets

        if not isinstance(plist.value, dict):
            yield self._problem("E0237", tell("It is a property list and no profile."), 1)
            return
        if plist.value.get("IsEncrypted"):
            said = tell("It is encrypted, so nobody can check it. Give the one in clear text.")
            yield self._problem("E0237", said, plist.line_of(("IsEncrypted",)))
            return
        for at in find_secrets(plist.value):
            said = tell(
                '"{key}" holds a secret in clear text, and git keeps it: change it where it is '
                "used, and leave the key out here. Pedell's own words (wifi, presets) take secrets "
                "by name.",
                key=at[-1],
            )
            yield self._problem("E0114", said, plist.line_of(at))
        for found in check_profile(plist.value, _table(self._own)):
            line, is_idle = plist.line_of(found.at), found.reason is Reason.TOGETHER
            if not found.is_doubt:
                yield self._problem("E0237", found.detail, line)
            elif not is_idle or found.grade is Grade.WARNING:
                code = "W0316" if is_idle else "W0305"
                yield self._problem(code, found.detail, line, Severity.WARNING)
        try:
            _canonical(self._asset)
        except (ValueError, TypeError, OverflowError) as error:
            yield self._problem("E0237", tell("It cannot be written as XML: {why}.", why=error), 1)

    def _problem(
        self, code: str, detail: Words, line: int, severity: Severity = Severity.ERROR
    ) -> Problem:
        return Problem(code, detail, Source(self._asset.path, line, 1), severity)
