"""Proofs of networks: what a server must prove before its school's devices get one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pedell.language.nearest import did_you_mean
from pedell.model import (
    Address,
    Effective,
    Inventory,
    Need,
    Problem,
    Resource,
    Sealed,
    Spec,
    Value,
    tell,
)

KIND = "verify_eap"
EVERY = "*"
"""The name of a wish for all enterprise networks of the school."""
_SHOWN = ("ssid", "security", "eap", "username", "server_names", "certificate", "anchor", "anchors")
_SEALED = ("user_password", "identity", "identity_password")
_CLIENT = "client_secret"
_REASON = "the school's server proves that devices can join it"


@dataclass(frozen=True, slots=True)
class Proven:
    """A server with a proof for each network, its school's devices that wait for it, mistakes."""

    server: tuple[Resource, ...]
    devices: tuple[Resource, ...]
    problems: tuple[Problem, ...]


def prove_networks(
    server: Sequence[Resource],
    devices: Sequence[Resource],
    inventory: Inventory,
    values: Mapping[tuple[str, str], Effective],
    seal: Callable[[str], str | None],
) -> Proven:
    """Turn each wish for proofs into one for each network and manner in which devices join it.

    ``server`` and ``devices`` are what one school's server and its cohorts shall hold. What devices
    get is what is proven, with the VLAN that the files name for it, if the wish names none.
    """
    wishes = {one.address.name: one for one in server if one.address.kind == KIND}
    others = [one for one in server if one.address.kind != KIND]
    problems = tuple(_problems(wishes.values(), devices, inventory))
    if not wishes or problems:
        return Proven(tuple(others), tuple(devices), problems)
    proofs = _Proofs(wishes, values, seal)
    for wifi in sorted(devices, key=lambda one: one.address.place):
        if wifi.address.kind == "wifi" and str(wifi.spec.get("security")).endswith("-enterprise"):
            proofs.ask_for(wifi)
    return Proven(
        tuple(map(proofs.known_to, (*others, *proofs.found.values()))),
        tuple(map(proofs.known_to, devices)),
        (),
    )


class _Proofs:
    """The proofs of one server, made of wishes as networks ask for them."""

    def __init__(
        self,
        wishes: Mapping[str, Resource],
        values: Mapping[tuple[str, str], Effective],
        seal: Callable[[str], str | None],
    ) -> None:
        self._wishes, self._values, self._seal = wishes, values, seal
        self._made: dict[Address, list[Address]] = {one.address: [] for one in wishes.values()}
        self._gates: dict[Address, tuple[Address, ...]] = {}
        self.found: dict[Address, Resource] = {}

    def ask_for(self, wifi: Resource) -> None:
        """Make the proof that a network wants, unless there is one of exactly this already."""
        wish = self._wishes.get(wifi.address.name) or self._wishes.get(EVERY)
        if wish is None:
            return
        now = self._spec(wish, wifi)
        gates = [self._proof(wish, wifi.address, "", now)]
        for number, former in enumerate(self._former(wifi.address), start=1):
            gates.append(
                self._proof(wish, wifi.address, f".former-{number}", _as_before(now, former))
            )
        self._gates[wifi.address] = tuple(gates)

    def _proof(self, wish: Resource, network: Address, suffix: str, spec: Spec) -> Address:
        """Return the proof of one way to join, made where there is none of exactly this."""
        plain = replace(wish.address, name=f"{network.name}{suffix}")
        # those of cohorts that join in another manner go by their names
        other = replace(plain, name=f"{network.name}.{network.place}{suffix}")
        known = [at for at in self._made[wish.address] if self.found[at].spec == spec]
        at = known[0] if known else other if plain in self.found else plain
        if not known:
            self.found[at] = replace(wish, address=at, spec=spec)
            self._made[wish.address].append(at)
        return at

    def _former(self, network: Address) -> Iterator[Spec]:
        settings = self._values[network.school, network.place].settings
        said = settings.get(("wifi", network.name, "former"))
        for former in said.value if said and isinstance(said.value, list) else ():
            if isinstance(former, Mapping):
                yield {k: self._sealed(v) if k in _SEALED else v for k, v in former.items()}

    def _sealed(self, name: Value) -> Sealed:
        return name if isinstance(name, Sealed) else Sealed(str(name), self._seal(str(name)))

    def known_to(self, one: Resource) -> Resource:
        """Return a resource with its proof as a need, and proofs where it named the wish for them.

        The latter keeps what a role says of ``verify_eap/*`` true of all that this became.
        """
        gates = self._gates.get(one.address, ())
        if not gates and not any(need.address in self._made for need in one.needs):
            return one
        needs = {
            at: replace(need, address=at)
            for need in one.needs
            for at in self._made.get(need.address, [need.address])
        }
        needs |= {gate: Need(gate, _REASON) for gate in gates}
        return replace(one, needs=tuple(needs.values()))

    def _spec(self, wish: Resource, wifi: Resource) -> Spec:
        settings = self._values[wifi.address.school, wifi.address.place].settings
        vlan = settings.get(("wifi", wifi.address.name, "vlan"))
        spec: dict[str, Value] = {key: wifi.spec[key] for key in _SHOWN if key in wifi.spec}
        if vlan is not None:
            spec["vlan"] = vlan.value
        spec |= {key: value for key, value in wish.spec.items() if key != _CLIENT}
        opened: dict[str, Value] = {key: wifi.spec[key] for key in _SEALED if key in wifi.spec}
        return {**spec, "secrets": {**opened, "client": self._sealed(wish.spec[_CLIENT])}}


def _as_before(now: Spec, former: Spec) -> Spec:
    """Return how a network was joined before: as now, but for what ``former`` says."""
    shown = {key: value for key, value in former.items() if key not in _SEALED}
    secrets = {key: value for key, value in former.items() if key in _SEALED}
    known = now["secrets"]
    return {**now, **shown, "secrets": {**(known if isinstance(known, Mapping) else {}), **secrets}}


def _problems(
    wishes: Iterable[Resource], devices: Sequence[Resource], inventory: Inventory
) -> Iterator[Problem]:
    offered = {str(at[1]) for at in inventory.catalogue.settings if at[0] == "wifi"}
    known = offered | {one.address.name for one in devices if one.address.kind == "wifi"}
    for wish in wishes:
        name = wish.address.name
        if name not in (EVERY, *known):
            meant = did_you_mean(name, known)
            detail = tell('"{name}" is not in the catalogue. {meant}', name=name, meant=meant)
            yield Problem("E0232", detail, wish.source)
        if wish.spec.get(_CLIENT) is None:
            thing = f"{KIND} {name}"
            detail = tell('{thing}: "{key}" is missing.', thing=thing, key=_CLIENT)
            yield Problem("E0111", detail, wish.source)
