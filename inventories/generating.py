"""What the generators of the examples share: dice that fall alike, fair shares, and writing."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("schools", "devices")
"""Folders of an inventory whose files a generator owns unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class Dice:
    """The dice of one example: they fall alike in every Python, whatever was thrown before."""

    example: str

    def throw(self, seed: str, sides: int) -> int:
        """Return 0 to ``sides`` - 1, the same number for the same seed every time."""
        digest = hashlib.sha256(f"{self.example} {seed}".encode()).digest()
        return int.from_bytes(digest[:8]) % sides


@dataclass(frozen=True, slots=True)
class Example:
    """An inventory that is generated in part: its folder, and what the generator owns in it."""

    home: Path
    folders: Sequence[str] = FOLDERS
    by_hand: Collection[str] = ()
    """Files in these folders that people wrote, by path inside the inventory."""

    def differing(self, files: Mapping[str, str]) -> list[str]:
        """Return the names of files that are not there, are too many, or have another content."""
        paths = [p for name in self.folders for p in (self.home / name).rglob("*") if p.is_file()]
        paths += [self.home / name for name in files if (self.home / name).is_file()]
        there = {path.relative_to(self.home).as_posix(): path for path in paths}
        owned = {name: there[name].read_text("utf-8") for name in there.keys() - self.by_hand}
        return sorted(
            name for name in owned.keys() | files.keys() if owned.get(name) != files.get(name)
        )

    def run(self, files: Mapping[str, str], arguments: Sequence[str]) -> int:
        """Write the files, or with ``--check`` only compare them; return the exit code."""
        differing = self.differing(files)
        if list(arguments) == ["--check"]:
            for name in differing:
                print(f"differs: {name}")
            return 1 if differing else 0
        for name in differing:
            path = self.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name in files:
                path.write_text(files[name], "utf-8")
            else:
                path.unlink()
        print(f"{len(differing)} of {len(files)} files written")
        return 0


@dataclass(frozen=True, slots=True)
class SchoolType:
    """What schools of one type share; ``pupils`` is the least and the greatest number or weight."""

    id: str
    prefix: str
    title: str
    pupils: tuple[int, int]
    words: str


def shares(total: int, weights: Sequence[int], least: int = 0) -> list[int]:
    """Give everybody ``least`` and share the rest by weight, to the last one of ``total``."""
    rest = total - least * len(weights)
    exact = [rest * weight / sum(weights) for weight in weights]
    found = [int(share) for share in exact]
    by_fraction = sorted(range(len(exact)), key=lambda n: (found[n] - exact[n], n))
    for n in by_fraction[: rest - sum(found)]:
        found[n] += 1
    return [least + share for share in found]


def topped_up(count: int, minimum: int, needs: Sequence[int]) -> list[int]:
    """Give everybody the minimum, then one by one to whom the fairest share says (Sainte-Laguë).

    ``needs`` stand in order of priority, which decides between equals.
    """
    given = [min(minimum, need) for need in needs]
    left = [need - first for need, first in zip(needs, given, strict=True)]
    more = [0] * len(needs)
    for _ in range(count - sum(given)):
        more[max(range(len(left)), key=lambda n: left[n] / (2 * more[n] + 1))] += 1
    return [first + then for first, then in zip(given, more, strict=True)]


def ascii_of(word: str) -> str:
    """Write a German word without umlauts: ``Grünspecht`` as ``Gruenspecht``."""
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        word = word.replace(letter, plain)
    return word
