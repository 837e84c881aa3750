"""Reads a broken inventory from one text: what it changes in the small one of ``base``.

A line ``# PATH`` begins a file; of a YAML file that is there, only the keys that are named become
others. Behind the path may stand ``(whole)``: nothing of the old file stays; ``(gone)``; ``(folder)``;
``(latin-1)``: saved in this encoding; ``(link to TARGET)``; ``(times N)``: the text N times;
``(mode 644)``. A line ``$ COMMAND`` in front is what somebody types; left out: pedell validate. (Every name in
the examples is invented.)
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

_FILE = re.compile(r"^# ([\w.-]+(?:/[\w.-]+)*(?:\.\w+|/))(?: \((.+)\))?$", re.M)
_COMMAND = re.compile(r"\A\$ (.+)\n")


def break_inventory(base: Path, folder: Path, text: str) -> str:
    """Write the small inventory with what ``text`` changes; return what is typed."""
    shutil.copytree(base, folder, ignore=shutil.ignore_patterns(".pedell"))
    command = _COMMAND.match(text)
    _, *parts = _FILE.split(text[command.end() :] if command else text)
    for name, how, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        _put(folder / name, how or "", body.removeprefix("\n"))
    return command[1] if command else "pedell validate"


def _put(path: Path, how: str, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    word, _, rest = how.partition(" ")
    if word in ("gone", "folder", "link"):
        path.unlink(missing_ok=True)
    match word:
        case "gone":
            pass
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to(rest.removeprefix("to "))
        case "latin-1":
            path.write_text(body, encoding="latin-1")
        case "times":
            path.write_text(body * int(rest), encoding="utf-8")
        case "mode":
            path.write_text(body, encoding="utf-8")
            path.chmod(int(rest, 8))
        case "whole":
            path.write_text(body, encoding="utf-8")
        case _:
            path.write_text(_merged(path, body), encoding="utf-8")


def _merged(path: Path, body: str) -> str:
    if path.suffix != ".yml" or not path.exists():
        return body
    said = {**dict(_blocks(path.read_text("utf-8"))), **dict(_blocks(body))}
    return "\n".join(block.rstrip("\n") for block in said.values()) + "\n"


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Cut a YAML file into its top-level keys, each with all its lines."""
    for block in re.split(r"^(?=[\w-]+:)", text, flags=re.M):
        if block.strip():
            yield block.partition(":")[0], block
