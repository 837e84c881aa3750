"""Files of Apple profiles that a person names: one by one, or a folder of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pedell.adoption import Stranger, read_stranger
from pedell.model import Problem, Rejected, Source, quote, tell

_MOST_BYTES = 5_000_000


def read_profiles(files: Iterable[Path]) -> tuple[list[Stranger], list[Problem]]:
    """Read files and folders of them, each once; return what was read, and what is wrong.

    Raises Rejected for a folder without any profile.
    """
    problems: list[Problem] = []
    strangers: list[Stranger] = []
    for path in dict.fromkeys(found for each in files for found in _profiles_in(each)):
        try:
            strangers.append(read_stranger(str(path), _content(path)))
        except Rejected as rejected:
            problems += rejected.problems
    return strangers, problems


def _profiles_in(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = [each for each in sorted(path.rglob("*.mobileconfig")) if each.is_file()]
    if not found:
        detail = tell("There is no file *.mobileconfig in {folder}.", folder=path)
        raise Rejected([Problem("E0108", detail)])
    yield from found


def _content(path: Path) -> bytes:
    source = Source(str(path), 1, 1)
    if path.exists() and not path.is_file():
        raise Rejected([Problem("E0101", tell("It is no file that can be read."), source)])
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = tell("{reason}.", reason=quote(str(error.strerror)))
        raise Rejected([Problem("E0101", reason, source)]) from None
    if len(content) > _MOST_BYTES:
        detail = tell("It is larger than {most:,} bytes.", most=_MOST_BYTES)
        raise Rejected([Problem("E0105", detail, source)])
    return content
