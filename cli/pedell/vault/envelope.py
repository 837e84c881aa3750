"""What is inside an encrypted entry: the value, bound to the place where it may stand."""

import json
import secrets
from typing import Any

_VERSION = 1


def seal_envelope(authority: str, owner: str, name: str, value: str) -> bytes:
    """Return the canonical JSON that is encrypted; ``n`` makes equal values unequal in it."""
    place = _place(authority, owner, name)
    return _canonical({**place, "value": value, "n": secrets.token_hex(16)})


def open_envelope(plain: bytes, authority: str, owner: str, name: str) -> str | None:
    """Return the value, or None where this was written for another place or is no envelope."""
    found = _parsed(plain)
    if not isinstance(found, dict) or not isinstance(found.get("n"), str):
        return None
    value = found.get("value")
    wanted = {**_place(authority, owner, name), "value": value, "n": found["n"]}
    # Compared as bytes: no key more or twice, and true is not 1.
    return value if isinstance(value, str) and _canonical(wanted) == plain else None


def _place(authority: str, owner: str, name: str) -> dict[str, Any]:
    return {"v": _VERSION, "authority": authority, "owner": owner, "name": name}


def _canonical(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def _parsed(plain: bytes) -> Any:
    try:
        return json.loads(plain)
    except (ValueError, RecursionError):  # the error would carry the text: it ends here
        return None
