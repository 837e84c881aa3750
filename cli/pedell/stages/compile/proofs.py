"""Proofs, completed: the certificates that they go by, and a word for all that each rests on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pedell.language.nearest import did_you_mean
from pedell.model import Address, Problem, Resource, Spec, Value, fingerprint, sealed_in, tell

KINDS = ("verify_eap", "verify_dhcp", "verify_dns", "verify_http", "verify_tcp")
"""What stays proven until anything changes that it rests on."""
ANEW = "verify_certificate"
"""What is looked at anew at each plan."""
_DAYS = 30


@dataclass(frozen=True, slots=True)
class Completed:
    """The resources of a server with their proofs completed, and what is wrong with them."""

    resources: tuple[Resource, ...]
    problems: tuple[Problem, ...]


def complete_proofs(resources: Iterable[Resource], authorities: Mapping[str, str]) -> Completed:
    """Fill in what follows from the catalogue (name → PEM) and from what else the server holds."""
    filled = [_filled(one, authorities) for one in resources]
    problems = [
        problem for one in filled if _asks_trust(one) for problem in _problems(one, authorities)
    ]
    below = _Below(filled)
    return Completed(tuple(map(below.with_word, filled)), tuple(problems))


def _asks_trust(one: Resource) -> bool:
    return one.address.kind in ("verify_http", ANEW)


def _filled(one: Resource, authorities: Mapping[str, str]) -> Resource:
    spec, filled = one.spec, dict[str, Value]()
    trusted = spec.get("certificate")
    if one.address.kind == ANEW and "days" not in spec:
        filled["days"] = _DAYS
    if _asks_trust(one) and isinstance(trusted, str) and trusted in authorities:
        filled["anchor"] = authorities[trusted]
    return replace(one, spec={**spec, **filled}) if filled else one


def _problems(one: Resource, authorities: Mapping[str, str]) -> Iterator[Problem]:
    trusted = one.spec.get("certificate")
    if isinstance(trusted, str) and trusted not in authorities:
        meant = did_you_mean(trusted, authorities)
        detail = tell('"{name}" is not in the catalogue. {meant}', name=trusted, meant=meant)
        yield Problem("E0234", detail, one.source)


class _Below:
    """What the things of one server rest on, each named by its content once."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._by_address = {one.address: one for one in resources}
        self._names: dict[Address, str] = {}

    def with_word(self, one: Resource) -> Resource:
        """Return a proof with its word, and all else as it is.

        The word is an imprint of what is asked and of all that must be there for the answer. Where
        somebody else must open the vault for that, there is none: then any proof counts.
        """
        if one.address.kind not in KINDS:
            return one
        below = sorted(self._all(one), key=str)
        named = {str(at): self._name(at, self._by_address[at].spec) for at in below}
        if not all(named.values()):
            return one
        return replace(one, spec={**one.spec, "proves": fingerprint(named)})

    def _all(self, one: Resource) -> set[Address]:
        found = {one.address}
        ends = [one]
        while ends:
            for need in ends.pop().needs:
                if need.address in self._by_address and need.address not in found:
                    found.add(need.address)
                    ends.append(self._by_address[need.address])
        return found

    def _name(self, at: Address, spec: Spec) -> str:
        if at not in self._names:
            is_open = all(one.fingerprint for one in sealed_in(spec))
            self._names[at] = fingerprint(spec) if is_open else ""
        return self._names[at]
