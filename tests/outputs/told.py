"""Every sentence that the code tells, read from the code itself."""

import ast
import json
import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HOME = Path(__file__).parents[2]
PACKAGE = HOME / "cli/pedell"

TEMPLATES_AT = {"tell": (0,), "tell_count": (1, 2), "tell_row": (0,)}
"""Which arguments of these calls are templates."""


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Yield (place, call, name of what is called) for every call in the package by plain name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield f"{relative}:{node.lineno}", node, node.func.id


def arguments() -> Iterator[tuple[str, ast.expr]]:
    """Yield (place, expression) for everything that is told as a template."""
    for place, call, name in calls():
        if not place.startswith("model/words.py"):
            yield from ((place, call.args[at]) for at in TEMPLATES_AT.get(name, ()))


def templates() -> Mapping[str, str]:
    """Return every English template, with the place where it is told first."""
    found: dict[str, str] = {}
    for place, argument in arguments():
        if isinstance(argument, ast.Constant):
            found.setdefault(str(argument.value), place)
    return found


def descriptions() -> Mapping[str, str]:
    """Return what schemas say of values that have a form: they are quoted to people."""
    found: dict[str, str] = {}
    for path in sorted((HOME / "schemas").rglob("*.json")):
        for node in _nodes(json.loads(path.read_text("utf-8"))):
            if isinstance(node.get("pattern"), str) and node.get("description"):
                found.setdefault(node["description"], path.name)
    return found


def refusals() -> Mapping[str, str]:
    """Return what templates of services say when they refuse values: it is quoted to people."""
    return {
        sentence: path.name
        for path in sorted((HOME / "playbooks/services").rglob("*.j2"))
        for sentence in re.findall(r'refuse\("([^"]*)"', path.read_text("utf-8"))
    }


def parts_of(template: str) -> set[str]:
    """Return the names of a template's parts."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def has_letters(template: str) -> bool:
    """Tell whether anything but its parts is said in a template."""
    literal = "".join(text for text, *_ in string.Formatter().parse(template))
    return any(sign.isalpha() for sign in literal)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from _nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from _nodes(child)
