"""How a secret stands in a file where some signs mean something: a template names it. Pure."""

from collections.abc import Callable, Mapping


def _in_octal(value: str) -> str:
    return "".join(map(_octal, value))


def _octal(sign: str) -> str:
    is_harmless = sign.isascii() and sign.isalnum()
    return sign if is_harmless else "".join(f"\\{byte:03o}" for byte in sign.encode())


def _with_named_signs(value: str) -> str:
    return "".join(_NAMED.get(sign, sign) for sign in value)


_NAMED = {"\\": "${backslash}", "$": "${dollar}", '"': '\\"'}

WRITINGS: Mapping[str, Callable[[str], str]] = {
    "octal": _in_octal,
    "freeradius": _with_named_signs,
}
"""What ``secret(name, writing)`` of a template may name. Both stand between double quotes.

``octal``: all but letters and digits as ``\\NNN``, as in FreeRADIUS's users file. ``freeradius``:
for its configuration, which has no such escapes; the file must say what ``backslash`` and
``dollar`` are. Tried with FreeRADIUS 3.2.1; its source: src/lib/value.c, src/main/conffile.c.
"""


def writings_of(value: str) -> frozenset[str]:
    """Return every way in which a value may stand somewhere."""
    return frozenset({value, *(write(value) for write in WRITINGS.values())})
