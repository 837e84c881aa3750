"""Reads an inventory as it stood at a revision, through git; the working tree stays untouched."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pedell.language.documents import parse_document
from pedell.model import Problem, Rejected, Words, tell, tell_row

WORKING_TREE = "working tree"
_SECONDS = 120
_LINK = "120000"
"""The mode of a symbolic link in a tree of git."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One side of a difference: as it was typed, and its commit; empty is the working tree."""

    typed: str
    commit: str

    def __str__(self) -> str:
        short = self.commit[:7]
        return f"{self.typed} ({short})" if self.typed != short else short


@dataclass(frozen=True, slots=True)
class Repository:
    """The checkout that all folders of an inventory stand in."""

    top: Path
    roots: tuple[Path, ...]

    def range_of(self, text: str) -> tuple[Revision, Revision | None]:
        """Read ``REV``, ``REV..REV`` or ``REV...REV``; None stands for the working tree.

        An empty side is HEAD, three dots begin where both sides had their last common commit.
        """
        if "..." in text:
            old, new = (self._revision(side or "HEAD") for side in text.split("...", 1))
            try:
                common = _git(self.top, "merge-base", old.commit, new.commit).decode().strip()
            except subprocess.CalledProcessError:
                detail = tell("{old} and {new} have no commit in common here.", old=old, new=new)
                raise _nothing(detail) from None
            return Revision(f"merge base with {old.typed}", common), new
        if ".." in text:
            old, new = (self._revision(side or "HEAD") for side in text.split("..", 1))
            return old, new
        return self._revision(text), None

    @contextmanager
    def at(self, revision: Revision) -> Iterator[tuple[Path, ...]]:
        """Unpack the inventory as it was, stand there, and return its folders.

        Everything keeps its place relative to this folder, so that files are named as ever.
        Rejects what the files of the revision say wrong, with the revision's name.
        """
        here = Path.cwd()
        shared = Path(os.path.commonpath((here, self.top)))
        with tempfile.TemporaryDirectory(prefix="pedell-") as made:
            # The system's folder for such things may itself be a link.
            home = Path(made).resolve()
            top, stand = home / self.top.relative_to(shared), home / here.relative_to(shared)
            for folder in (top, stand, *(top / root.relative_to(self.top) for root in self.roots)):
                folder.mkdir(parents=True, exist_ok=True)
            inside = [PurePosixPath(root.relative_to(self.top)) for root in self.roots]
            self._unpack(revision, inside, top)
            self._unpack(revision, list(_playbooks(inside, top)), top)
            with chdir(stand):
                yield tuple(Path(os.path.relpath(root, here)) for root in self.roots)

    def _unpack(self, revision: Revision, inside: Sequence[PurePosixPath], top: Path) -> None:
        """Write files byte for byte; an archive would leave out what .gitattributes tells it to.

        Links come last, so that no file is written through one; reading refuses those that lead
        out.
        """
        if not inside:
            return
        asked = ("ls-tree", "-r", "-z", "--full-tree", revision.commit, "--", *map(str, inside))
        found = [line.split("\t", 1) for line in _git(self.top, *asked).decode().split("\0")[:-1]]
        entries = [(*about.split(), path) for about, path in found]
        blobs = [entry for entry in entries if entry[1] == "blob" and _is_inside(entry[3])]
        contents = _contents(self.top, [name for _, _, name, _ in blobs])
        for mode, _, name, path in sorted(blobs, key=lambda entry: entry[0] == _LINK):
            place = top / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if mode == _LINK:
                place.symlink_to(os.fsdecode(contents[name]))
            else:
                place.write_bytes(contents[name])

    def _revision(self, typed: str) -> Revision:
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{typed}^{{commit}}")
        try:
            return Revision(typed, _git(self.top, *asked).decode().strip())
        except subprocess.CalledProcessError:
            detail = tell(
                'git knows no revision "{typed}" here. A shallow clone lacks old ones:'
                " git fetch --unshallow",
                typed=typed,
            )
            raise _nothing(detail) from None


def find_repository(roots: tuple[Path, ...]) -> Repository:
    """Find the checkout of an inventory; rejects folders that stand in none or in several."""
    try:
        found = {_git(root, "rev-parse", "--show-toplevel").decode().strip() for root in roots}
    except (OSError, subprocess.CalledProcessError):
        detail = tell("{folder} is in no git repository, so it has no revisions.", folder=roots[0])
        raise _nothing(detail) from None
    if len(found) > 1:
        tops = ", ".join(sorted(found))
        raise _nothing(tell("These folders stand in several repositories: {tops}.", tops=tops))
    return Repository(Path(found.pop()), tuple(root.resolve() for root in roots))


@contextmanager
def blamed_on(revision: Revision | None) -> Iterator[None]:
    """Name the revision in everything that is wrong there."""
    try:
        yield
    except Rejected as rejected:
        raise Rejected([_blamed(each, revision) for each in rejected.problems]) from None


def _blamed(problem: Problem, revision: Revision | None) -> Problem:
    there = tell("In {revision}:", revision=revision) if revision else tell("In the working tree:")
    return replace(problem, detail=tell_row("{first} {last}", [there, problem.detail]))


def _playbooks(inside: Sequence[PurePosixPath], top: Path) -> Iterator[PurePosixPath]:
    """Yield the folder that ``authority.yml`` names outside of the inventory."""
    for path in inside:
        file = top / path / "authority.yml"
        if not file.is_file() or file.is_symlink():
            continue
        try:
            value = parse_document(str(file), file.name, file.read_bytes()).value
        except Rejected:
            continue  # reading it says so, with its line
        named = value.get("playbooks") if isinstance(value, dict) else None
        if isinstance(named, str) and not Path(named).is_absolute():
            outside = PurePosixPath(os.path.normpath(path / named))
            if ".." not in outside.parts and not any(outside.is_relative_to(p) for p in inside):
                yield outside


def _is_inside(path: str) -> bool:
    return not path.startswith("/") and ".." not in path.split("/")


def _contents(top: Path, names: Sequence[str]) -> Mapping[str, bytes]:
    """Return what these blobs hold, in one call of git."""
    answer = _git(top, "cat-file", "--batch", typed="".join(f"{name}\n" for name in names))
    contents, at = {}, 0
    for name in names:
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        contents[name] = answer[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return contents


def _git(folder: Path, *words: str, typed: str = "") -> bytes:
    """Run git and return what it prints; raises what subprocess raises."""
    asked = ["git", "--literal-pathspecs", "-C", str(folder), *words]
    done = subprocess.run(
        asked, input=typed.encode(), capture_output=True, timeout=_SECONDS, check=True
    )
    return done.stdout


def _nothing(detail: Words) -> Rejected:
    return Rejected([Problem("E0270", detail)])
