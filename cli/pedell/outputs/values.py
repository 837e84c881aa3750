"""Values as a person reads them: short, in the words of the YAML, and never a secret."""

import base64
import binascii
import difflib
import hashlib
import re
from collections.abc import Mapping, Sequence

from pedell.model import FieldChange, Sealed, SecretName, Value, canonical, dotted
from pedell.outputs.layout import clean
from pedell.outputs.wording import count

SHORT = 48
"""Characters of a text that a line of a plan shows; ``0`` elsewhere means all."""

_AMBIGUOUS = re.compile(r"(?i:true|false|yes|no|on|off|null|~|[-+.\d][\d.:_e+-]*)?")
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.S)


def show_value(value: Value, most: int = 0) -> str:
    """Write a value on one line; a text of more than ``most`` characters is shortened."""
    match value:
        case None:
            return "not set"
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case Sealed():
            return str(value) if value.fingerprint is None else f"secret {mark(value)}"
        case SecretName():
            return f"secret {clean(value)}"
        case str():
            return _show_text(value, most)
        case Mapping():
            inner = (f"{clean(key)}: {show_value(child, most)}" for key, child in value.items())
            return f"{{{', '.join(inner)}}}"
        case _:
            return f"[{', '.join(show_value(child, most) for child in value)}]"


def show_change(change: FieldChange, most: int = 0) -> str:
    """Write a field and how it moves: ``airdrop true → false``."""
    name = field_name(change)
    match change.before, change.after:
        case Sealed() as before, Sealed() as after:
            return f"{name} {_show_marks(before, after)}"
        case (list() | tuple()) as before, (list() | tuple()) as after:
            return f"{name} {_show_lists(before, after, most)}"
        case str(before), str(after) if is_text(change):
            return f"{name} {_show_texts(before, after)}"
        case before, after:
            return f"{name} {_distinguished(before, after, most)}"


def field_name(change: FieldChange) -> str:
    """Return the way to a field as it is typed."""
    return clean(dotted(change.pointer)) or "everything"


def is_text(change: FieldChange) -> bool:
    """Tell whether a change is best shown line by line."""
    sides = [side for side in (change.before, change.after) if isinstance(side, str)]
    return any("\n" in side.strip("\n") and not _certificates(side) for side in sides)


def unified(change: FieldChange) -> list[str]:
    """Return the difference of two texts line by line, as ``diff -u`` writes it."""
    before, after = (_lines(side) for side in (change.before, change.after))
    lines = list(difflib.unified_diff(before, after, lineterm=""))[2:]
    return [clean(line.expandtabs(4)).rstrip() for line in lines]


def mark(sealed: Sealed, digits: int = 4) -> str:
    """Return the first digits of a secret's keyed fingerprint."""
    return sealed.fingerprint[:digits] if sealed.fingerprint else "unknown"


def _show_marks(before: Sealed, after: Sealed) -> str:
    if before.fingerprint is None and after.fingerprint is None:
        return f"secret {clean(before.name)} → secret {clean(after.name)}"
    digits = 4 if mark(before) != mark(after) else 8
    return f"{mark(before, digits)} → {mark(after, digits)}"


def _show_text(text: str, most: int) -> str:
    certificates = _certificates(text)
    if certificates:
        marks = ", ".join(f"{digest[:4]}…" for digest in certificates)
        return f"{'certificate' if len(certificates) == 1 else 'certificates'} (sha256 {marks})"
    if "PRIVATE KEY-----" in text:
        return "private key (not shown)"
    if "\n" in text.strip("\n"):
        return f"{count(len(text.splitlines()), 'line')} (sha256 {_digest(text)[:4]}…)"
    text = text.removesuffix("\n")
    if most and len(text) > most:
        return f"{clean(text, most)} ({count(len(text), 'character')}, sha256 {_digest(text)[:4]}…)"
    ambiguous = _AMBIGUOUS.fullmatch(text) or text != text.strip()
    return f'"{clean(text)}"' if ambiguous else clean(text)


def _show_texts(before: str, after: str) -> str:
    matched = difflib.SequenceMatcher(None, _lines(before), _lines(after), autojunk=False)
    moves = [code for code in matched.get_opcodes() if code[0] != "equal"]
    added = sum(end - start for _, _, _, start, end in moves)
    removed = sum(end - start for _, start, end, _, _ in moves)
    if not added and not removed:
        return "line break at the end"
    return f"{count(added, 'line')} added, {removed:,} removed"


def _show_lists(before: Sequence[Value], after: Sequence[Value], most: int) -> str:
    had, has = ({canonical(item) for item in side} for side in (before, after))
    gone = [show_value(item, most) for item in before if canonical(item) not in has]
    new = [show_value(item, most) for item in after if canonical(item) not in had]
    if not gone and not new:
        return _distinguished(before, after, most)
    parts = [f"with {', '.join(new)}"] if new else []
    parts += [f"without {', '.join(gone)}"] if gone else []
    return ", ".join(parts)


def _distinguished(before: Value, after: Value, most: int) -> str:
    """Show both; where they are unequal and would read the same, their fingerprints too."""
    one, other = show_value(before, most), show_value(after, most)
    if one == other:
        one, other = (f"{text} ({_digest(canonical(side))[:8]})" for text, side in
                      ((one, before), (other, after)))  # fmt: skip  # one line for each side
    return f"{one} → {other}"


def _certificates(text: str) -> list[str]:
    """Return the SHA-256 of every certificate of a PEM text, as browsers show it."""
    if _CERTIFICATE.sub("", text).strip():
        return []
    digests = []
    for body in _CERTIFICATE.findall(text):
        try:
            digests.append(hashlib.sha256(base64.b64decode(body, validate=False)).hexdigest())
        except binascii.Error:
            digests.append(_digest(body))
    return digests


def _lines(side: Value) -> list[str]:
    return side.splitlines() if isinstance(side, str) else []


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
