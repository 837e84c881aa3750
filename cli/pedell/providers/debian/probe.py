"""One script that answers everything we ask of a server, and the reading of its answer. Pure."""

import shlex
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from posixpath import dirname

from pedell.providers.debian.probe_shell import HEAD, TAIL

MOST_CONTENT = 64 * 1024
"""Bytes below which a file that differs is read, so that a diff can be shown."""
GUARD_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Guard:
    """What says that a command need not run: a path that exists, or a command that succeeds."""

    creates: str = ""
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Questions:
    """What to ask. ``files`` maps a path to the sha256 sums that need no look at the content.

    ``things`` are words of functions that ``shell`` defines; what they say is the answer.
    """

    root: str = ""
    files: Mapping[str, frozenset[str]] = field(default_factory=dict)
    directories: Sequence[str] = ()
    packages: Sequence[str] = ()
    units: Sequence[str] = ()
    guards: Sequence[Guard] = ()
    things: Sequence[tuple[str, ...]] = ()
    shell: str = ""


@dataclass(frozen=True, slots=True)
class PathFact:
    """What lies at a path. ``type`` as ``stat %F`` says it, ``mode`` with four octal digits."""

    type: str
    mode: str
    owner: str
    group: str
    size: int
    sha256: str = ""
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class PackageFact:
    """An installed package: its version, and whether apt may not touch it (apt-mark(8), hold)."""

    version: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class UnitFact:
    """What systemctl says of a unit: ``is-enabled`` and ``is-active``."""

    enabled: str
    active: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a server answered. ``due`` are units whose restart a broken apply left undone."""

    files: Mapping[str, PathFact] = field(default_factory=dict)
    directories: Mapping[str, PathFact] = field(default_factory=dict)
    packages: Mapping[str, PackageFact] = field(default_factory=dict)
    units: Mapping[str, UnitFact] = field(default_factory=dict)
    guards: frozenset[Guard] = frozenset()
    things: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    due: frozenset[str] = frozenset()


def write_probe(ask: Questions) -> str:
    """Write the script, for ``sh -s``. POSIX sh, GNU coreutils, dpkg and systemctl suffice."""
    head = HEAD.replace("@ROOT@", shlex.quote(ask.root)).replace("@MOST@", str(MOST_CONTENT))
    return head + ask.shell + "\n".join(_lines(ask)) + TAIL


def _lines(ask: Questions) -> Iterator[str]:
    files = [ask.root + path for path in ask.files]
    if files:
        yield f"show_paths file '' {shlex.join(files)}"
        yield from _content_lines(ask)
    if ask.directories:
        directories = shlex.join(ask.root + path for path in ask.directories)
        yield f"show_paths directory -L {directories}"
    if ask.packages:
        names = shlex.join(ask.packages)
        form = "${Package} ${Architecture} ${db:Status-Status} ${Version} ${db:Status-Want}\\n"
        yield f"printf 'packages\\0%s\\0' \"$(dpkg-query -W -f '{form}' {names} 2>/dev/null)\""
    if ask.units:
        names = shlex.join(ask.units)
        answers = f'"$(ask_units is-enabled {names})" "$(ask_units is-active {names})"'
        yield f"printf 'units\\0%s\\0%s\\0' {answers}"
    for number, guard in enumerate(ask.guards):
        yield f"{guard_test(guard, ask.root)} && printf 'guard\\0%s\\0' {number}"
    for number, words in enumerate(ask.things):
        yield f"printf 'thing\\0%s\\0%s\\0' {number} \"$({shlex.join(words)} 2>/dev/null)\""
    changed = [*files, *(ask.root + words[1] for words in ask.things if words[1][:1] == "/")]
    for folder in sorted({dirname(path) for path in changed}):
        yield f"sweep_parts {shlex.quote(folder)}/.??????????.pedell-part"


def _content_lines(ask: Questions) -> Iterator[str]:
    yield "set --; known="
    for path, sums in ask.files.items():
        word = ",".join(sorted(sums)) or "-"
        yield (
            f'path={shlex.quote(ask.root + path)}; [ -f "$path" ] && [ ! -L "$path" ] && '
            f'[ -r "$path" ] && set -- "$@" "$path" && known="${{known}}{word} "'
        )
    yield '[ $# -eq 0 ] || show_files "$known" "$@"'


def guard_test(guard: Guard, root: str) -> str:
    """Write the guard as a condition of sh. It reads nothing, says nothing, and ends."""
    if guard.creates:
        return f"[ -e {shlex.quote(root + guard.creates)} ]"
    command = shlex.quote(guard.unless)
    return f"timeout -k 5 {GUARD_SECONDS} sh -c {command} </dev/null >/dev/null 2>&1"


def read_answer(ask: Questions, answer: bytes) -> Facts:
    """Read what the script said. Raises ValueError where it did not come to its end."""
    _, begin, said = answer.partition(b"\0pedell\0")
    if not begin:
        raise ValueError("the server gave no answer")
    try:
        rows = _gather(iter(said.split(b"\0")))
        sums = {_path(path, ask.root): one.decode("ascii") for path, one in rows["sum"]}
        contents = {_path(path, ask.root): b64decode(one) for path, one in rows["content"]}
        files = dict(_read_path(row, ask.root, sums, contents) for row in rows["file"])
        return Facts(
            files=files,
            directories=dict(_read_path(row, ask.root, {}, {}) for row in rows["directory"]),
            packages=dict(pair for row in rows["packages"] for pair in _read_packages(row[0])),
            units=dict(pair for row in rows["units"] for pair in _read_units(ask.units, *row)),
            guards=frozenset(ask.guards[int(number)] for (number,) in rows["guard"]),
            things={ask.things[int(n)]: _text(said) for n, said in rows["thing"]},
            due=frozenset(unit.decode() for (unit,) in rows["due"]),
        )
    except (StopIteration, LookupError, ValueError):
        raise ValueError("the answer of the server is cut off or garbled") from None


_LENGTHS = {
    "file": 6,
    "directory": 6,
    "sum": 2,
    "content": 2,
    "packages": 1,
    "units": 2,
    "guard": 1,
    "thing": 2,
    "due": 1,
}


def _gather(words: Iterator[bytes]) -> Mapping[str, list[tuple[bytes, ...]]]:
    rows: dict[str, list[tuple[bytes, ...]]] = {name: [] for name in _LENGTHS}
    while (word := next(words)) != b"end":
        name = word.decode("ascii")
        row = tuple(islice(words, _LENGTHS[name]))
        if len(row) < _LENGTHS[name]:
            raise ValueError(f"{name} is not whole")
        rows[name].append(row)
    return rows


def _read_path(
    row: Sequence[bytes], root: str, sums: Mapping[str, str], contents: Mapping[str, bytes]
) -> tuple[str, PathFact]:
    path = _path(row[0], root)
    kind, mode, owner, group, size = (word.decode() for word in row[1:])
    sum_and_content = (sums.get(path, ""), contents.get(path))
    return path, PathFact(kind, mode.zfill(4), owner, group, int(size), *sum_and_content)


def _path(word: bytes, root: str) -> str:
    return _text(word).removeprefix(root)


def _text(word: bytes) -> str:
    return word.decode("utf-8", "surrogateescape")


def _read_packages(said: bytes) -> Iterator[tuple[str, PackageFact]]:
    for line in said.decode().splitlines():
        name, architecture, status, version, selection = line.split(" ")
        if status == "installed":
            fact = PackageFact(version, selection == "hold")
            yield from ((name, fact), (f"{name}:{architecture}", fact))


def _read_units(
    units: Sequence[str], enabled: bytes, active: bytes
) -> Iterator[tuple[str, UnitFact]]:
    states = zip(units, enabled.decode().split("\n"), active.decode().split("\n"), strict=True)
    return ((unit, UnitFact(one, other)) for unit, one, other in states)
