"""YAML that Pedell writes: plain data as a person would type it, and read back as the same."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pedell.model import SecretName

_PLAIN = re.compile(r"[A-Za-zÄÖÜäöüß](?:[\wÄÖÜäöüß./-]| (?! ))*(?<! )\Z", re.ASCII)
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""What some reader of YAML takes for more than its letters."""

_WIDTH = 90


def write_yaml(value: Mapping[str, Any], note: str = "") -> str:
    """Write a document: mappings below each other, what is short on one line.

    ``note`` becomes its first line, as a comment. ``parse_document`` reads the same value back,
    but for lists and mappings without any entry, which no layer knows.
    """
    lines = [f"# {note}"] if note else []
    return "\n".join([*lines, *_block(value, "")]) + "\n"


def _block(value: Mapping[str, Any], indent: str) -> list[str]:
    lines: list[str] = []
    for key, child in value.items():
        head = f"{indent}{_scalar(key)}:"
        flow = _flow(child)
        if len(head) + len(flow) < _WIDTH or not _is_branch(child):
            lines.append(f"{head} {flow}")
        elif isinstance(child, Mapping):
            lines += [head, *_block(child, f"{indent}  ")]
        else:
            lines += [head, *(f"{indent}  - {_flow(item)}" for item in child)]
    return lines


def _is_branch(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple) and len(value) > 0


def _flow(value: Any) -> str:
    match value:
        case SecretName():
            return f"!secret {value}"
        case Mapping():
            inside = ", ".join(f"{_scalar(key)}: {_flow(child)}" for key, child in value.items())
            return f"{{{inside}}}"
        case str():
            return _scalar(value)
        case Sequence():
            return f"[{', '.join(map(_flow, value))}]"
        case bool() | None:
            return json.dumps(value)
        case _:
            return str(value)


def _scalar(text: str) -> str:
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        return text
    return '"' + "".join(map(_letter, text)) + '"'


def _letter(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
