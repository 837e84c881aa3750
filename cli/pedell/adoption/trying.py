"""Whether our words say some payloads: read, written again, and compared."""

import plistlib
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from pedell.adoption.hiding import Hiding, is_telling
from pedell.adoption.likeness import described, odd_keys
from pedell.model import Sealed, Spec, Value, Words, tell
from pedell.payloads.apple import PROFILES, Payload, compile_profile

Fits = Callable[[str, Spec], bool]
"""Whether a spec obeys its kind."""

Content = Mapping[str, Any]

_STRANGE = (ValueError, LookupError, TypeError, AttributeError, StopIteration)
"""What codecs raise over payloads that they have not written."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What payloads are in our words, or why they cannot be said in them."""

    spec: Spec
    reason: Words | None = None


class Trial:
    """Tries payloads; ``hiding`` keeps the secrets that are taken out of them."""

    def __init__(self, fits: Fits, hiding: Hiding) -> None:
        self._fits, self._hiding = fits, hiding

    def covered(self, kind: str, content: Content) -> dict[str, Any]:
        """Return a payload with its secrets sealed."""
        return self._hiding.covered(kind, content)

    def say(self, kind: str, payloads: Sequence[Payload], originals: Sequence[Content]) -> Tried:
        """Say payloads in the words of a kind; they must come out as the originals went in."""
        try:
            spec = PROFILES[kind].decode(payloads)
            again = self._written(kind, spec)
        except _STRANGE:
            return Tried({}, tell("Pedell has no words for it as it stands"))
        if not spec:
            return Tried({}, tell("Pedell has no words for payloads of this type"))
        if described(originals) != described(again):
            keys = ", ".join(odd_keys(originals, again))
            return Tried({}, tell("Pedell has no words for {keys}", keys=keys))
        if _is_lost(spec) or not self._fits(kind, spec):
            return Tried({}, tell("one of its values is none that Pedell's files may hold"))
        return Tried(_spelled_out(spec))

    def known(self, kind: str, payloads: Sequence[Payload]) -> set[str]:
        """Return the keys for which a kind has words."""
        try:
            again = self._written(kind, PROFILES[kind].decode(payloads))
        except _STRANGE:
            return set()
        return {key for part in again for key in part}

    def fields(self, kind: str, payloads: Sequence[Payload]) -> Set[str]:
        """Return our words for some payloads."""
        return PROFILES[kind].decode(payloads).keys()

    def _written(self, kind: str, spec: Spec) -> list[Content]:
        """Write a spec as the payloads that a device would get."""
        payloads = PROFILES[kind].encode(spec)
        whole = plistlib.loads(compile_profile("p", "", payloads, self._hiding.reveal))
        return list(whole["PayloadContent"])


def _spelled_out(spec: Spec) -> Spec:
    """Say what holds when nothing is said: no layer can unsay what another one says."""
    is_enterprise = "enterprise" in str(spec.get("security"))
    return {**spec, "tls_minimum": "1.2"} if is_enterprise and "tls_minimum" not in spec else spec


def _is_lost(value: Value) -> bool:
    """Tell whether files would lose it, or tell too much: a placeholder, nothing, a password."""
    match value:
        case Sealed():
            return False
        case str():
            return "${" in value or is_telling(value)
        case Mapping():
            return not value or any(map(_is_lost, value.values()))
        case list() | tuple():
            return any(map(_is_lost, value))
        case _:
            return False
