"""New entries put into YAML that people wrote: their lines and comments stay, and it is proved."""

from collections.abc import Mapping, Sequence
from typing import Any

from pedell.language.documents import parse_document
from pedell.language.plain_yaml import write_yaml
from pedell.model import Document, Pointer, Rejected


class Unfit(Exception):  # noqa: N818  # it says something of the text, no fault of ours
    """The text is written in a way into which nothing can be put safely."""


def insert_entries(
    document: Document, at: Pointer, value: Mapping[str, Any] | Sequence[str]
) -> str:
    """Return the text of a document with ``value`` put in at a place that may not be there yet.

    A mapping gives its keys to the mapping there, a list its items to the list there. Nothing else
    changes: it is parsed again and compared. Raises Unfit where that does not hold, and where one
    of the keys is there already.
    """
    pointer, rest = _existing(document, at, value)
    held = _at(document.value, pointer)
    lines = document.text.split("\n")
    line, column = document.values.get(pointer, (1, 1))
    opening = lines[line - 1][column - 1 : column]
    if held is None or isinstance(held, list) != isinstance(rest, list):
        raise Unfit
    if opening in ("{", "["):
        _insert_flow(lines, line, column, held, rest)
    else:
        _insert_block(lines, line, column, rest, is_top=not pointer)
    text = "\n".join(lines)
    if _parsed(document, text) != _merged(document.value, pointer, rest):
        raise Unfit
    return text


def _existing(
    document: Document, at: Pointer, value: Mapping[str, Any] | Sequence[str]
) -> tuple[Pointer, Any]:
    """Return the deepest place on the way that is there, and what has to be put in there."""
    rest: Any = value if isinstance(value, Mapping) else list(value)
    for depth in range(len(at), -1, -1):
        if _is_there(document.value, at[:depth]):
            return at[:depth], rest
        rest = {at[depth - 1]: rest}
    raise Unfit


def _insert_flow(lines: list[str], line: int, column: int, held: Any, rest: Any) -> None:
    written = write_yaml({"x": rest}).removeprefix("x:").strip()
    if "\n" in written:
        written = _one_line(rest)
    inside = written[1:-1] + (", " if held else "")
    text = lines[line - 1]
    lines[line - 1] = f"{text[:column]}{inside}{text[column:]}"


def _insert_block(lines: list[str], line: int, column: int, rest: Any, *, is_top: bool) -> None:
    """Put lines before the first entry, or behind everything where it is the whole document."""
    indent = " " * (column - 1)
    if isinstance(rest, list):
        new = [f"{indent}- {_one_line(item)}" for item in rest]
    else:
        new = [f"{indent}{text}" for text in write_yaml(rest).splitlines()]
    new = [f"{text}\r" for text in new] if lines[0].endswith("\r") else new
    if is_top:
        while lines and not lines[-1].strip():
            lines.pop()
        lines += [*new, ""]
    else:
        lines[line - 1 : line - 1] = new


def _one_line(value: Any) -> str:
    match value:
        case Mapping():
            inside = ", ".join(f"{_one_line(key)}: {_one_line(v)}" for key, v in value.items())
            return f"{{{inside}}}"
        case list():
            return f"[{', '.join(map(_one_line, value))}]"
        case _:
            return write_yaml({"x": value}).removeprefix("x:").strip()


def _at(value: Any, pointer: Pointer) -> Any:
    for key in pointer:
        value = value[key]
    return value


def _is_there(value: Any, pointer: Pointer) -> bool:
    try:
        return _at(value, pointer) is not None
    except (KeyError, TypeError, IndexError):
        return False


def _merged(value: Any, pointer: Pointer, rest: Any) -> Any:
    """Return what must come out: the old value with the new one in front."""
    if pointer:
        inner = _merged(value[pointer[0]], pointer[1:], rest)
        return {**value, pointer[0]: inner}
    if isinstance(rest, list):
        return [*rest, *value]
    if value.keys() & rest.keys():
        raise Unfit
    return {**value, **rest}


def _parsed(document: Document, text: str) -> Any:
    try:
        return parse_document(document.path, document.relative, text.encode()).value
    except Rejected:
        raise Unfit from None
