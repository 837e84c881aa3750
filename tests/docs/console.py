"""Runs the console blocks of a page as a reader would, in order, in one folder.

A line that begins with ``$ `` is typed into bash; the lines below it are what must come back. A
block below ``<!-- edit FILE -->`` is a diff: its ``-`` lines stand in the file once and become its
``+`` lines. A command that fails must be followed by ``$ echo $?``.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pedell

REFRESH = bool(os.environ.get("PEDELL_REFRESH_GOLDEN"))
_SOURCE = Path(pedell.__file__).parents[1]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LEAD = re.compile(r"<!-- (\w+) (\S+) -->\n+\Z")
# What is a bar on a terminal, gone at the end.
_PASSING = re.compile(r"Wave \d+( of \d+)?( begins)?:")
# What is another figure each time: seconds, ports, requests to devices that are faster or slower.
_VOLATILE = (
    (r"127\.0\.0\.1:\d+", "127.0.0.1:…"),
    (r"\b\d+ s\b", "… s"),
    (r"\b\d+ min\b", "… min"),
    (r"[\d,]+ HTTP requests? on \d+ connections?", "… HTTP requests on … connections"),
    (r"\b\d{8}-\d{6}-[0-9a-f]{4}\b", "…"),
    (r"commit [0-9a-f]{7}", "commit …"),
    (r"\(key [0-9a-f]{8}\)", "(key …)"),
    (r"\b[0-9a-f]{64}\b", "…"),
    (r"\b[0-9a-f]{4,8}…", "…"),
    (r"\b20[3-9]\d-\d\d-\d\d\b", "…"),  # when something ends that was made today
    (r"\b[0-9a-f]{4} → [0-9a-f]{4}\b", "… → …"),
)


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its text, where that begins, and the comment above it."""

    language: str
    text: str
    start: int
    lead: str
    file: str


@dataclass(frozen=True)
class Typed:
    """One command and what stands below it."""

    command: str
    answer: str


def blocks_in(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page in order."""
    for found in _FENCE.finditer(text):
        lead = _LEAD.search(text[: found.start()])
        word, file = lead.groups() if lead else ("", "")
        yield Block(found[1], found[2], found.start(2), word, file)


def typed_in(block: Block) -> Iterator[Typed]:
    """Yield the commands of a console block with their answers."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, answer = part.partition("\n")
        yield Typed(command, answer)


def steadied(text: str) -> str:
    """Take out of an answer what is another figure each time."""
    for pattern, instead in _VOLATILE:
        text = re.sub(pattern, instead, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


class Desk:
    """A folder in which somebody sits, types, and edits files."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._here = home
        self.code = 0
        tools = home / ".tools"
        tools.mkdir(exist_ok=True)
        (tools / "pedell").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pedell "$@"\n')
        (tools / "pedell").chmod(0o755)
        alien = ("PEDELL_", "CI", "GIT_", "FORCE_COLOR")
        own = {k: v for k, v in os.environ.items() if not k.startswith(alien)}
        self._environment = own | {
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(_SOURCE),
            "HOME": str(home),
            "NO_COLOR": "1",
            "PEDELL_LANG": "en",
        }

    def type(self, command: str) -> str:
        """Run one line in bash and return all that it prints, as a terminal shows it at the end."""
        pwd = self._home / ".pwd"
        script = f'(exit {self.code})\n{command}\ncode=$?\npwd > "{pwd}"\nexit $code'
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self._here,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        self.code = done.returncode
        self._here = Path(pwd.read_text().strip())
        lines = done.stdout.replace(str(self._home), "~").splitlines(keepends=True)
        return "".join(line for line in lines if not _PASSING.match(line))

    def edit(self, file: str, diff: str) -> None:
        """Make the change that a diff shows; its first line may stand alone as context."""
        path = self._here / file
        text = path.read_text(encoding="utf-8")
        before = "".join(line[1:] for line in diff.splitlines(keepends=True) if line[0] != "+")
        after = "".join(line[1:] for line in diff.splitlines(keepends=True) if line[0] != "-")
        assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {file}"
        path.write_text(text.replace(before, after), encoding="utf-8")


def follow(page: Path, desk: Desk, begin: int = 0, end: int | None = None) -> Iterator[str]:
    """Do what a page says from ``begin`` to ``end``; yield each difference.

    Where golden texts are to be refreshed, the answers are written into the page instead.
    """
    text = page.read_text(encoding="utf-8")
    fresh, copied = "", 0
    for block in blocks_in(text):
        if not begin <= block.start < (len(text) if end is None else end):
            continue
        if block.lead == "edit":
            desk.edit(block.file, block.text)
        elif block.language == "console":
            said = [(one, desk.type(one.command), desk.code) for one in typed_in(block)]
            yield from _differences(said)
            fresh += text[copied : block.start] + _retyped(said)
            copied = block.start + len(block.text)
    if REFRESH:
        page.write_text(fresh + text[copied:], encoding="utf-8")


def _differences(said: list[tuple[Typed, str, int]]) -> Iterator[str]:
    following = [typed.command for typed, _, _ in said[1:]] + [""]
    for (typed, answer, code), after in zip(said, following, strict=True):
        if code and after != "echo $?":
            yield f"$ {typed.command}\nleft with {code}, and no line asks for that:\n{answer}"
        elif steadied(answer) != steadied(typed.answer) and not REFRESH:
            yield f"$ {typed.command}\nexpected:\n{typed.answer}\nfound:\n{answer}"


def _retyped(said: list[tuple[Typed, str, int]]) -> str:
    """Write the block anew; an answer that differs only in its figures stays as it was."""
    text = ""
    for typed, answer, _ in said:
        is_same = steadied(answer) == steadied(typed.answer)
        kept = typed.answer if is_same else answer
        lines = [line.rstrip() for line in kept.strip("\n").splitlines()]
        text += "\n".join([f"$ {typed.command}", *lines]) + "\n"
    return text
