"""A school's RADIUS goes on knowing the accounts that its devices still join with. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from pedell.certificates.trust import SERVER
from pedell.model import (
    Action,
    Address,
    Change,
    Desired,
    Sealed,
    Spec,
    Value,
    Words,
    is_same,
    sealed_in,
    tell_count,
)
from pedell.stages.guard.surroundings import Surroundings
from pedell.stages.guard.ways import Ways

PROOF = "verify_eap"
_SHOWN = ("ssid", "eap", "username")
_SEALED = ("user_password", "identity", "identity_password")
_TRIGGERS = ("restart_on", "reload_on")

_Found = tuple[Address, Spec, frozenset[str]]
"""A network, how devices join it, and which devices may do so still."""


class Logins:
    """Who joins how in each school, while a plan is made.

    A proof in the files says that the server is to know a login. What was proven last time, or
    stands in a network that we left on devices, and is proven no more, is being withdrawn.
    """

    def __init__(
        self,
        moving: Mapping[Address, Change],
        desired: Desired,
        around: Surroundings,
        ways: Ways,
    ) -> None:
        self._moving, self._desired, self._around, self._ways = moving, desired, around, ways
        self._reasons: dict[str, str] = {}

    def reason(self, change: Change) -> str:
        """Return why a change of a server would lock its school's devices out, or nothing."""
        at = change.address
        if change.action is Action.CREATE or at not in self._settings:
            return ""
        if at.school not in self._reasons:
            self._reasons[at.school] = next(self._withdrawals(at.school), "")
        return self._reasons[at.school]

    @cached_property
    def _settings(self) -> frozenset[Address]:
        """What the services restart for that proofs wait for: who may join stands in there."""
        found: set[Address] = set()
        services = {
            need.address
            for proofs in self._proofs.values()
            for at in proofs
            for need in self._desired[at].needs
            if need.address.kind == "service" and need.address in self._desired
        }
        for service in services:
            spec = self._desired[service].spec
            for name in (one for key in _TRIGGERS for one in _listed(spec.get(key))):
                kind, _, rest = str(name).partition("/")
                if kind != SERVER:
                    found.add(Address(service.school, service.place, kind, rest))
        return frozenset(found)

    @cached_property
    def _proofs(self) -> Mapping[str, list[Address]]:
        return _by_school(at for at in self._desired if at.kind == PROOF)

    @cached_property
    def _left(self) -> Mapping[str, list[Address]]:
        memory = self._around.memory
        return _by_school(at for at in memory if at.kind in (PROOF, "wifi"))

    def _withdrawals(self, school: str) -> Iterator[Words]:
        known = [_login(self._desired[at].spec) for at in self._proofs.get(school, ())]
        found: dict[str, tuple[Address, Spec, frozenset[str]]] = {}
        for network, login, holders in self._held(school):
            if any(_is_same_login(login, one) for one in known) or self._is_gone(
                login, known, school
            ):
                continue
            if stranded := self._ways.stranded(network, holders):
                name = f"{network.name} {_account(login)}"
                earlier = found[name][2] if name in found else frozenset()
                found[name] = (network, login, stranded | earlier)
        yield from (_told(*one) for one in found.values())

    def _is_gone(self, login: Spec, known: Sequence[Spec], school: str) -> bool:
        """Tell whether an earlier apply took the login away: its password is there no more.

        A proof of it may be remembered for long, because nobody prunes. Where the server's files
        hold no password of any login, nobody can tell.
        """
        memory = self._around.memory
        left = [memory[at].spec for at in self._settings if at.school == school and at in memory]
        there = {one.name for spec in left for one in sealed_in(spec)}
        return bool(
            there & set(map(_password, known))
            and _password(login)
            and _password(login) not in there
        )

    def _held(self, school: str) -> Iterator[_Found]:
        """Yield how devices may join their networks now, whatever the files say."""
        left = self._left.get(school, ())
        proofs = [at for at in left if at.kind == PROOF]
        proven = {_network_of(at) for at in (*proofs, *self._proofs.get(school, ()))}
        for at in left:
            spec = self._around.memory[at].spec
            if at.kind == "wifi" and at.name in proven and "enterprise" in str(spec["security"]):
                yield at, _login(spec), self._around.memory[at].devices
        networks = [at for at in self._desired if at.school == school and at.kind == "wifi"]
        for at in proofs:
            for network in networks:
                if network.name == _network_of(at):
                    yield network, _login(self._around.memory[at].spec), self._late(network)

    def _late(self, network: Address) -> frozenset[str]:
        """Return the devices that hold a network as it was before, as far as anybody knows."""
        left = self._around.memory.get(network)
        if left is None:
            return frozenset()
        seen, change = self._around.sight.observed.get(network), self._moving.get(network)
        if seen is None:
            return left.devices
        return seen.pending | (change.devices & left.devices if change else frozenset())


def _by_school(found: Iterable[Address]) -> Mapping[str, list[Address]]:
    schools: dict[str, list[Address]] = {}
    for at in found:
        schools.setdefault(at.school, []).append(at)
    return schools


def _network_of(proof: Address) -> str:
    return proof.name.partition(".")[0]


def _login(spec: Spec) -> Spec:
    """Return how a network, or the proof of it, says that devices join."""
    secrets = spec.get("secrets")
    sealed = secrets if isinstance(secrets, Mapping) else spec
    shown = {key: spec[key] for key in _SHOWN if key in spec}
    return {**shown, **{key: sealed[key] for key in _SEALED if key in sealed}}


def _password(login: Spec) -> str:
    """Return the name of the secret that the login is opened with, empty for none."""
    sealed = login.get("user_password")
    return sealed.name if isinstance(sealed, Sealed) else ""


def _is_same_login(one: Spec, other: Spec) -> bool:
    """Compare logins; of the methods those that devices may choose count in no order."""
    methods = is_same(one.get("eap"), other.get("eap"), as_set=True)
    return methods and is_same({**one, "eap": None}, {**other, "eap": None})


def _account(login: Spec) -> str:
    return f"{login.get('ssid')}, {login.get('username', 'tls')}"


def _told(network: Address, login: Spec, devices: frozenset[str]) -> Words:
    return tell_count(
        len(devices),
        "one device of {school} may still join {network} as before ({account}), which the server"
        " would not let in any more. Say under former of the network how it did, apply, and take"
        " that out when pedell status shows nobody behind. Without it: --confirm {school}",
        "{count:,} devices of {school} may still join {network} as before ({account}), which the"
        " server would not let in any more. Say under former of the network how they did, apply,"
        " and take that out when pedell status shows nobody behind. Without them: --confirm"
        " {school}",
        network=f"wifi {network.name}",
        account=_account(login),
        school=network.school,
    )


def _listed(value: Value) -> Sequence[Value]:
    return value if isinstance(value, list | tuple) else ()
