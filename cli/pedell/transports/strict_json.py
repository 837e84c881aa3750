"""JSON from strangers: what is doubtful is refused, not guessed."""

import json
from typing import Any, NoReturn


def read_json(body: bytes) -> Any:
    """Parse ``body``, or raise ValueError: duplicate keys, NaN, too deep, not UTF-8, no JSON."""
    try:
        return json.loads(body, object_pairs_hook=_object, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("JSON that is nested too deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("JSON with a key that stands twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"JSON with {constant}")
