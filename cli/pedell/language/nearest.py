"""Did you mean: the way out of a misspelt name."""

import difflib
from collections.abc import Iterable

from pedell.model import Words, tell


def did_you_mean(name: str, known: Iterable[str]) -> Words:
    """Return the sentence that names the nearest known name, or the first eight of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return tell('Did you mean "{name}"?', name=near[0])
    if not names:
        return tell("")
    more = " …" if len(names) > 8 else ""
    return tell("Known: {names}{more}.", names=", ".join(names[:8]), more=more)
