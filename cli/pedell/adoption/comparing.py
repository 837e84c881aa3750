"""Whether a spec of ours is what stands on a target."""

import plistlib

from pedell.adoption.likeness import described
from pedell.adoption.standing import Candidate
from pedell.model import Spec, canonical
from pedell.payloads.apple import DECLARATIONS, PROFILES, compile_profile


def is_alike(one: Candidate, spec: Spec) -> bool:
    """Tell whether devices would get the same from this spec, names and titles apart."""
    if not one.uuid:
        return payload_of(one.identifier, one.kind, spec) == canonical(one.payload)
    try:
        payloads = PROFILES[one.kind].encode(spec)
        whole = plistlib.loads(compile_profile("p", "", payloads, _closed))
    except (ValueError, LookupError):
        return False
    return described(one.payload) == described(whole["PayloadContent"])


def payload_of(identifier: str, kind: str, spec: Spec) -> str:
    """Write what a declaration holds in the one way that equal ones share; empty for none."""
    try:
        return canonical(DECLARATIONS[kind].encode(identifier, spec)["Payload"])
    except (ValueError, KeyError):
        return ""


def _closed(name: str) -> str:
    raise KeyError(f"the secret {name} stays closed")
