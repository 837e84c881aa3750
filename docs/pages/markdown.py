"""The little Markdown that the generated pages need."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

NOTICE = "<!-- Generated: do not edit. python -m docs.generate writes it anew. -->"


def page(title: str, *parts: str) -> str:
    """Return a whole page: the notice, the title, the parts with a blank line between them."""
    return "\n\n".join([NOTICE, f"# {title}", *filter(None, parts)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a column in which nothing stands is left out. No rows, no table."""
    body = [list(row) for row in rows]
    used = [n for n in range(len(head)) if any(row[n] for row in body)]
    if not used:
        return ""
    lines = [
        [head[n] for n in used],
        ["---"] * len(used),
        *([row[n] for n in used] for row in body),
    ]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def code(text: str) -> str:
    """Set a word as code, or nothing where there is none."""
    if not text:
        return ""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def example(value: Any) -> str:
    """Write an example as YAML has it on one line; a secret keeps its tag."""
    if isinstance(value, str) and value.startswith("!secret "):
        return code(value)
    return code(_flow(value))


def _flow(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(child)}" for key, child in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case str() if _is_plain(value):
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


def _is_plain(text: str) -> bool:
    """Tell whether YAML reads the text as text without quotes."""
    if not text or text != text.strip() or text.lower() in ("true", "false", "null"):
        return False
    odd = any(sign in text for sign in ":#{}[],&*!|>'\"%@`\n$") or text[0] in "-?"
    return not odd and not text.replace(".", "").replace("-", "").isdigit()


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
