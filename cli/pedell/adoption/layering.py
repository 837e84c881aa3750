"""Layers of what profiles say: what all of them share lies below, the rest with each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pedell.adoption.hiding import Hiding
from pedell.adoption.naming import Names
from pedell.adoption.sorting import Said
from pedell.model import Pointer, Value, canonical

Facets = Mapping[Pointer, Value]
"""What a layer says, in the parts that can be shared: a name, a right, a preset."""

_SEVERAL = ("web_clips", "airprint", "calendar_subscriptions")
CHOSEN = ("wifi", "certificates", "profiles")
"""Sections in which a layer names entries of the catalogue."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The entries of a catalogue that grows, and the PEM text of each certificate in it."""

    names: Names
    hiding: Hiding
    entries: dict[str, dict[str, Any]]
    pems: dict[str, str]

    def take(self, said: Said) -> dict[Pointer, Value]:
        """Put into the catalogue what belongs there, and return what a layer says of it."""
        match said.kind:
            case "wifi":
                return {("wifi", self._network(said)): True}
            case "certificate":
                pem = str(said.spec["pem"])
                return {("certificates", self._certificate(said.title, pem)): True}
            case "restrictions":
                return {("restrictions", key): value for key, value in said.spec.items()}
            case _:
                return dict(_presets(said.spec))

    def rights(self, title: str, spec: Mapping[str, Value]) -> str:
        """Put a set of rights there, and return its name."""
        name = self.names.name("restrictions", title, canonical(spec))
        self._section("restrictions")[name] = dict(sorted(spec.items()))
        return name

    def profile(self, title: str, content: str) -> str:
        """Put a raw profile there, and return its name."""
        name = self.names.name("profiles", title, content)
        entry = {"file": f"profiles/{name}.mobileconfig", "description": title}
        self._section("profiles").setdefault(name, entry)
        return name

    def _network(self, said: Said) -> str:
        fields = {"ssid": said.spec["ssid"], **said.spec}
        shown = {key: value for key, value in fields.items() if key not in ("anchor", "anchors")}
        name = self.names.name("wifi", said.title, canonical(said.spec))
        self._section("wifi")[name] = self.hiding.named(shown, name)
        anchors = said.spec.get("anchors")
        if isinstance(anchors, Mapping):
            for certificate, pem in anchors.items():
                self._keep(certificate, str(pem))
        elif "anchor" in said.spec:
            self._keep(str(said.spec["certificate"]), str(said.spec["anchor"]))
        return name

    def _certificate(self, name: str, pem: str) -> str:
        self._keep(name, pem)
        return name

    def _keep(self, name: str, pem: str) -> None:
        self._section("certificates")[name] = {"file": f"certificates/{name}.pem"}
        self.pems[name] = pem

    def _section(self, section: str) -> dict[str, Any]:
        return self.entries.setdefault(section, {})


def shared_by_all(layers: Sequence[Facets]) -> Facets:
    """Return what all of at least two layers say alike."""
    if len(layers) < 2:  # of one alone nothing is shared
        return {}
    first, *others = layers
    return {
        at: value
        for at, value in first.items()
        if all(at in one and canonical(one[at]) == canonical(value) for one in others)
    }


def written_layer(facets: Facets, name: str, hiding: Hiding) -> dict[str, Any]:
    """Return facets as a layer says them; rights stand below ``restrictions`` without a role."""
    found: dict[str, Any] = {}
    for section in CHOSEN:
        if chosen := sorted(str(at[1]) for at in facets if at[0] == section):
            found[section] = chosen
    for at, value in facets.items():
        if at[0] not in CHOSEN:
            inner = found
            for key in at[:-1]:
                inner = inner.setdefault(str(key), {})
            inner[str(at[-1])] = hiding.named(value, "-".join((name, *map(_word, at[1:]))))
    return found


def _word(key: str | int) -> str:
    return str(key).replace("_", "-")


def _presets(spec: Mapping[str, Value]) -> Mapping[Pointer, Value]:
    found: dict[Pointer, Value] = {}
    for key, value in spec.items():
        if key in _SEVERAL and isinstance(value, Mapping):
            found |= {("presets", key, name): each for name, each in value.items()}
        else:
            found["presets", key] = value
    return found
