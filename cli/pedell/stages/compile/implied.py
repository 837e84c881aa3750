"""What a resource of a server waits for by its nature: folders, users, groups. Pure."""

from collections.abc import Iterator

from pedell.model import Spec

_OWNED = {"owner": "user", "group": "group"}
_NAMED = {"user": "user", "group": "group", "groups": "group", "run_as": "user"}
_OF_ACCOUNTS = ("user", "ssh_key", "sudo_rule")


def implied_needs(kind: str, spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield ``kind/name`` of what comes first, declared or not, with the reason in words."""
    is_account = kind in _OF_ACCOUNTS
    for field, needed in (_NAMED if is_account else _OWNED).items():
        value = spec.get(field)
        for name in value if isinstance(value, list | tuple) else [value]:
            if isinstance(name, str):
                reason = f"its {field} names it" if is_account else f"it belongs to this {needed}"
                yield f"{needed}/{name}", reason


def lies_in(spec: Spec, kind: str, other: Spec) -> str:
    """Return why a thing waits for another, of this kind, because of where both lie, or nothing."""
    folder = str(other.get("path", "")).rstrip("/")
    is_inside = kind == "directory" and str(spec.get("path", "")).startswith(f"{folder}/")
    return "it lies in this directory" if is_inside else ""
