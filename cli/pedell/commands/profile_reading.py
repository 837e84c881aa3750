"""Files of strangers that may be profiles or declarations: read within bounds, never trusted."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from pedell.language.documents import parse_document
from pedell.language.plists import MAX_BYTES, PLAIN, Unreadable, measure_plist, read_plist
from pedell.model import Pointer, Rejected, Words, tell
from pedell.outputs.profile_report import Checked, Remark
from pedell.payloads.apple.facts import (
    Devices,
    Finding,
    Grade,
    Reason,
    Table,
    find_secrets,
    validate_declaration,
    validate_declarations,
    validate_profile,
)
from pedell.payloads.apple.signed import Unwrappable, is_wrapped, unwrap_profile

_ENVELOPE = 500_000
"""Bytes that a signature and its certificates may take beside the profile."""
_BINARY = b"bplist00"
_JSON = (b"{", b"[")
_MOST_REMARKS = 1_000
_PARTS = "PayloadContent"
_LINES = Callable[[Pointer], int]


@dataclass(frozen=True, slots=True)
class _Read:
    """What stands in a file, what it is, and the line of every place."""

    value: Any
    form: Words
    line_of: _LINES
    is_json: bool


def check_file(path: Path, devices: Devices, table: Table) -> Checked:
    """Say all that is to be said of one file; whatever stands in it, this ends in words."""
    name = os.fsencode(path).decode("utf-8", "replace")
    try:
        read = _read(path)
    except (Unreadable, Unwrappable) as error:
        line = error.line if isinstance(error, Unreadable) else 0
        found = Finding((), error.words, Reason.UNREADABLE)
        return Checked(name, tell("not read"), (Remark(found, line, ""),))
    remarks = list(islice(_remarks(read, devices, table), _MOST_REMARKS + 1))
    if len(remarks) > _MOST_REMARKS:
        said = tell("There is more; only the first {most:,} are told.", most=_MOST_REMARKS)
        remarks[-1] = Remark(Finding((), said, Reason.UNREADABLE), 0, "")
    return Checked(name, read.form, tuple(remarks))


def _remarks(read: _Read, devices: Devices, table: Table) -> Iterator[Remark]:
    for found in _findings(read, devices, table):
        place = _place(read.value, found.at, read.is_json)
        yield Remark(found, read.line_of(found.at), place)


def _findings(read: _Read, devices: Devices, table: Table) -> Iterator[Finding]:
    value = read.value
    for at in _strange(value, read.is_json):
        said = tell("It is no profile and no declaration.")
        yield Finding(at, said, Reason.UNREADABLE)
    if isinstance(value, list):
        yield from validate_declarations(value, devices, table) if read.is_json else ()
    elif isinstance(value, dict) and read.is_json:
        yield from validate_declaration(value, devices, table)
    elif isinstance(value, dict):
        yield from validate_profile(value, devices, table)
    for at in find_secrets(value):
        said = tell(
            '"{key}" is a secret in clear text: whoever has this file knows it.', key=at[-1]
        )
        yield Finding(at, said, Reason.SECRET, Grade.WARNING)


def _strange(value: Any, is_json: bool) -> Iterator[Pointer]:
    """Yield where neither a profile nor a declaration stands."""
    if isinstance(value, list) and is_json:
        yield from ((number,) for number, one in enumerate(value) if not isinstance(one, dict))
    elif not isinstance(value, dict) or (is_json and "Type" not in value):
        yield ()


def _place(value: Any, at: Pointer, is_json: bool) -> str:
    """Name the payload or the declaration by its type, and the way from there."""
    holder, key, way = value, "Type" if is_json else "", at
    if is_json and at and isinstance(at[0], int):
        holder, way = value[at[0]], at[1:]
    elif len(at) > 1 and at[0] == _PARTS and isinstance(at[1], int):
        holder, key, way = value[_PARTS][at[1]], "PayloadType", at[2:]
    name = holder.get(key) if isinstance(holder, dict) else None
    head = name if isinstance(name, str) else ".".join(map(str, at[: len(at) - len(way)]))
    return " · ".join(filter(None, [head, ".".join(map(str, way))]))


def _read(path: Path) -> _Read:
    content = _bounded(path)
    is_signed = is_wrapped(content)
    if is_signed:
        content = unwrap_profile(content)
    text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(_JSON):
        return _read_declarations(path, text, content)
    plist = read_plist(content)
    is_binary = content.startswith(_BINARY)
    form = tell("profile in binary form") if is_binary else tell("profile in XML")
    if is_signed:
        form = tell("{form}, signed (the signature was not checked)", form=form)
    has_lines = not is_binary and not is_signed
    return _Read(plist.value, form, plist.line_of if has_lines else _nowhere, False)


def _bounded(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + _ENVELOPE + 1)
    except OSError as error:
        raise Unreadable(tell("It cannot be read: {why}.", why=error.strerror or error)) from None
    if len(content) > MAX_BYTES + _ENVELOPE:
        raise Unreadable(tell("It is larger than {most:,} bytes.", most=MAX_BYTES + _ENVELOPE), 0)
    return content


def _read_declarations(path: Path, text: bytes, content: bytes) -> _Read:
    try:
        found = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
        json.dumps(found, ensure_ascii=False).encode()  # half a character is none
    except json.JSONDecodeError as error:
        line = error.lineno + content[: len(content) - len(text)].count(b"\n")
        raise Unreadable(tell("It is no JSON from here on: {why}.", why=error.msg), line) from None
    except RecursionError:
        raise Unreadable(tell("It is nested too deep."), 0) from None
    except ValueError as error:
        raise Unreadable(tell("It is no JSON: {why}.", why=error), 0) from None
    measure_plist(found, (*PLAIN, type(None)))
    many = isinstance(found, list)
    form = tell("declarations in JSON") if many else tell("declaration in JSON")
    return _Read(found, form, _json_lines(path, content), True)


def _json_lines(path: Path, content: bytes) -> _LINES:
    """Find lines by the door for YAML, which JSON mostly passes; else nobody knows them."""
    try:
        document = parse_document(str(path), str(path), content)
    except Rejected:
        return _nowhere
    return lambda at: document.key_source(at).line


def _nowhere(_: Pointer) -> int:
    return 0


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'"{twice}" stands twice in one block')
    return found
