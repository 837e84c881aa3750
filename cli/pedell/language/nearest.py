"""Did you mean: the way out of a misspelt name."""

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the sentence that names the nearest known name, or the first eight of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Known: {', '.join(names[:8])}{' …' if len(names) > 8 else ''}." if names else ""
