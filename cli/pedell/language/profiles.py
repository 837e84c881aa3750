"""Raw Apple profiles of the catalogue, read and checked against what Apple lists."""

import plistlib
from collections.abc import Iterator, Mapping
from itertools import islice

from pedell.language.plists import PropertyList, Unreadable, read_plist
from pedell.model import Asset, Document, Problem, RawProfile, Severity, Source, Words, tell

_MOST_FINDINGS = 100


def read_profiles(
    document: Document, assets: Mapping[str, Asset]
) -> tuple[dict[str, RawProfile], tuple[Problem, ...]]:
    """Return name → profile, and what is wrong with the files that the catalogue names.

    A file with an error is left out; doubts travel with the profile.
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
        told = tuple(islice(_Reading(asset).problems(), _MOST_FINDINGS))
        errors = [problem for problem in told if problem.severity is Severity.ERROR]
        problems += errors
        if not errors:
            found[name] = RawProfile(_canonical(asset), asset.path, told)
    return found, tuple(problems)


def _canonical(asset: Asset) -> str:
    return plistlib.dumps(plistlib.loads(asset.content), sort_keys=True).decode()


class _Reading:
    """One file, and the places in it."""

    def __init__(self, asset: Asset) -> None:
        self._asset = asset

    def problems(self) -> Iterator[Problem]:
        try:
            plist = read_plist(self._asset.content)
            yield from self._wrong(plist)
        except Unreadable as error:
            yield self._problem("E0237", error.words, error.line)

    def _wrong(self, plist: PropertyList) -> Iterator[Problem]:
        from pedell.payloads.apple.facts import check_profile, find_secrets

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
        for found in check_profile(plist.value):
            line = plist.line_of(found.at)
            if found.is_doubt:
                yield self._problem("W0305", found.detail, line, Severity.WARNING)
            else:
                yield self._problem("E0237", found.detail, line)
        try:
            _canonical(self._asset)
        except (ValueError, TypeError, OverflowError) as error:
            yield self._problem("E0237", tell("It cannot be written as XML: {why}.", why=error), 1)

    def _problem(
        self, code: str, detail: Words, line: int, severity: Severity = Severity.ERROR
    ) -> Problem:
        return Problem(code, detail, Source(self._asset.path, line, 1), severity)
