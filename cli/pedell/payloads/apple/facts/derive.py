"""How the table of facts is made: Apple's schema, cut down to iPads (pure).

``derive_facts`` reads all of Apple's schema in format 1: ``profiles`` and ``declarations`` map a
type to its variants, a variant or key has ``k`` keys, ``o`` availability (or its index in ``os``),
``@`` an index in ``shared`` in place of ``k``. Such a schema comes from :mod:`.repository`, or from
a file that others have derived. The shipped ``table.json`` is what it makes of Apple's iOS 18.3
(profiles), of the 27.0 seed (declarations) and of the restrictions that came up to iOS 27.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pedell.payloads.apple.facts.table import FORMAT, TOP, WRAPPER

Schema = Mapping[str, Any]

_TYPES: Mapping[str, Mapping[str, Any]] = {
    "boolean": {"t": "b"},
    "[string]": {"t": "a", "i": {"t": "s"}},
}
_KEPT = ("t", "q", "e", "r", "f", "n", "d", "v", "as", "c", "^")
_DATED = {"i": "a", "x": "x", "z": "z", "s": "s", "m": "m", "en": "en", "sc": "sc"}
_UNSAID = {"s": 0, "m": 1, "sp": "allowed", "dc": 1, "uc": 1}
"""What holds where Apple says nothing."""
_RESTRICTIONS = "com.apple.applicationaccess"
_UPDATES = "SoftwareUpdate"


def derive_facts(
    schema: Schema, newer: Schema, source: Iterable[str], releases: Schema, licence: str
) -> Schema:
    """Return the table: ``{"format", "source", "releases", "licence", "types", "declarations"}``.

    ``newer`` are restrictions that came after the schema, ``source`` names the origin in words.

    A type is 0 where iPads do not know it, else ``{"k": {key: KEY}, "w"?, "ap"?, MARK…}``; ``ap``
    is single, multiple or combined. KEY has ``t`` (s i r b t x a o *), ``q`` 1 required, ``e``
    allowed values in Apple's order, ``r`` range, ``f`` form, ``n`` number of entries, ``d``
    default, ``v`` kind of text, ``as`` types of assets, ``c`` Apple's rule of merging, ``k``
    subkeys, ``w`` any other key, ``i`` entry of a list, ``^`` 2: like the block two levels above,
    ``no`` 1: not on iPads. MARK, said only where it is not the same for the whole around it:
    ``a`` since, ``x`` outdated since, ``z`` gone since, ``s`` 1 supervised, ``m`` 0 one at most,
    ``sp`` on shared iPads (allowed, required, forbidden, ignored), ``dc`` and ``uc`` 0 not in the
    device's or the user's channel there, ``en`` enrolments, ``sc`` scopes.
    """
    cut = _Cut(schema)
    types = {name: cut.type(variants) for name, variants in schema["profiles"].items()}
    declarations = {name: cut.type(found) for name, found in schema["declarations"].items()}
    if newer:
        types[_RESTRICTIONS]["k"] |= _newer(types[_RESTRICTIONS]["k"], newer)
    if not types.get(TOP) or not declarations.get(WRAPPER):
        raise ValueError("the keys of every profile, or of every declaration, are not there")
    parts = {"types": types, "declarations": declarations}
    head = {"format": FORMAT, "source": list(source), "releases": dict(releases)}
    return {**head, "licence": licence, **parts}


class _Cut:
    """Goes through one schema; knows what is shared in it."""

    def __init__(self, schema: Schema) -> None:
        self._os, self._shared = schema.get("os", []), schema.get("shared", [])

    def type(self, variants: Iterable[Schema]) -> Any:
        """Join what Apple says of one type in several files."""
        found: dict[str, Any] = {}
        for variant in variants:
            entry = self._there(variant.get("o"), {})
            if entry:
                keys = self._keys(variant, entry)
                found |= {**_marks(entry, {}), "k": {**found.get("k", {}), **keys}}
                found |= {"ap": variant["ap"]} if "ap" in variant else {}
                found |= {"w": self._key(variant["w"], entry)} if "w" in variant else {}
        return found or 0

    def _there(self, at: Any, above: Schema) -> Schema:
        """Return what holds on iPads: that of the parent, single things overridden; {} for no."""
        own = (self._os[at] if isinstance(at, int) else at or {}).get("iOS", {})
        if own == 0 or (not above and "i" not in own):
            return {}
        return {**above, **_flat(own)}

    def _keys(self, holder: Schema, above: Schema) -> dict[str, Any]:
        inside: Schema = self._shared[holder["@"]] if "@" in holder else holder.get("k", {})
        return {name: self._key(key, above) for name, key in inside.items()}

    def _key(self, key: Schema, above: Schema) -> dict[str, Any]:
        entry = self._there(key.get("o"), above)
        found = {mark: key[mark] for mark in _KEPT if mark in key}
        if not entry:
            return {**found, "no": 1}
        found |= _marks(entry, above)
        if "k" in key or "@" in key:
            found["k"] = self._keys(key, entry)
        for mark in ("w", "i"):
            if mark in key:
                found[mark] = self._key(key[mark], entry)
        return found


def _flat(entry: Schema) -> dict[str, Any]:
    flat = {short: entry[mark] for mark, short in _DATED.items() if mark in entry}
    mode, scopes = entry.get("sp"), {}
    if isinstance(mode, list):
        mode, scopes = mode
    if "allowed-scopes" in scopes:
        allowed = scopes["allowed-scopes"]
        mode = "allowed" if allowed else "forbidden"
        flat |= {"dc": int("system" in allowed), "uc": int("user" in allowed)} if allowed else {}
    for name, short in (("devicechannel", "dc"), ("userchannel", "uc")):
        flat |= {short: int(scopes[name])} if name in scopes else {}
    return {**flat, "sp": mode} if mode else flat


def _marks(entry: Schema, above: Schema) -> dict[str, Any]:
    known = {**_UNSAID, **above}  # what holds for the whole is not said again
    return {mark: value for mark, value in entry.items() if value != known.get(mark)}


def _newer(known: Schema, newer: Schema) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, said in newer.items():
        key = dict(known.get(name, {}))
        if said.get("new"):
            since = said["introduced"].get("iOS")
            marks = {"s": 1} if said.get("supervised") else {}
            key = {**_TYPES[said["type"]], **({"a": since, **marks} if since else {"no": 1})}
        if key and "deprecated_ios" in said:
            key["x"] = said["deprecated_ios"]
        if key and said.get("removed_from_docs") and _UPDATES in name and "no" not in key:
            key["z"] = "27"
        found |= {name: key} if key else {}
    return found
