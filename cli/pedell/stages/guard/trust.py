"""Devices and their server must agree on an authority: what would part them is held back. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from pedell.certificates.trust import (
    ON_DEVICES,
    SERVER,
    blocks_in,
    changes_issuer,
    is_shown_to,
    trusted_by,
    trusts,
)
from pedell.model import (
    Action,
    Address,
    Change,
    Desired,
    Spec,
    Value,
    Words,
    tell,
    tell_count,
    tell_row,
)
from pedell.stages.guard.surroundings import Surroundings


class Trust:
    """Who trusts whom in each school, while a plan is made."""

    def __init__(self, changes: Iterable[Change], desired: Desired, around: Surroundings) -> None:
        self._moving = {change.address: change for change in changes}
        self._desired = desired
        self._memory = around.memory
        self._around = around

    def reason(self, change: Change, confirmed: frozenset[str]) -> str:
        """Return why a change would cut devices off from their server, or nothing."""
        if change.address.school not in self._servers:
            return ""
        if change.address.kind in ON_DEVICES:
            return next(self._losses(change), "")
        if change.address.kind == SERVER and change.before and change.after:
            return next(self._strangers(change, confirmed), "")
        return ""

    @cached_property
    def _servers(self) -> Mapping[str, list[Address]]:
        """The certificates of servers by school, also those that nobody declares any more."""
        known = (*self._desired, *self._memory)
        found: dict[str, list[Address]] = {}
        for at in dict.fromkeys(at for at in known if at.kind == SERVER):
            found.setdefault(at.school, []).append(at)
        return found

    @cached_property
    def _networks(self) -> Mapping[str, list[Address]]:
        found: dict[str, list[Address]] = {}
        for at in self._desired:
            if at.kind == "wifi" and at.school in self._servers:
                found.setdefault(at.school, []).append(at)
        return found

    def _losses(self, change: Change) -> Iterator[Words]:
        """Yield why an authority must stay that devices would not trust any more."""
        lost = _held(change) - (trusts(change.after.spec) if change.after else frozenset())
        thing = f"{change.address.kind} {change.address.name}"
        for at in self._servers[change.address.school]:
            own, moving = self._spec(at), self._moving.get(at)
            if change.after and not is_shown_to(change.after.spec, own):
                if _held(change) & self._shown(at) and _accepted(change, own):
                    yield _name_lost(change, own)
                continue
            if lost and moving and changes_issuer(moving):
                yield tell(
                    "the server of {school} changes its certificate in this very plan. {thing} must"
                    " trust both authorities until that is done: name both, apply, and take the old"
                    " one out afterwards.",
                    school=change.address.school,
                    thing=thing,
                )
            elif lost & self._shown(at):
                yield tell(
                    "the server of {school} shows devices a certificate of {authority}, which"
                    " {thing} would not trust any more. First give the server one of another"
                    " authority that they trust, apply, and take {authority} out afterwards.",
                    school=change.address.school,
                    authority=own.get("authority"),
                    thing=thing,
                )

    def _strangers(self, change: Change, confirmed: frozenset[str]) -> Iterator[Words]:
        """Yield why devices would refuse what the server is about to show them."""
        before = change.before.spec if change.before else {}
        after = change.after.spec if change.after else {}
        for at in self._networks.get(change.address.school, ()):
            wanted, moving = self._desired[at], self._moving.get(at)
            is_trusting = bool(wanted.devices and trusted_by(wanted.spec))
            if not is_trusting or (moving and moving.action is Action.CREATE):
                continue
            said = {"network": f"wifi {at.name}", "place": at.place}
            said |= {"authority": str(after.get("authority"))}
            if not is_shown_to(wanted.spec, after):
                if is_shown_to(wanted.spec, before):
                    yield _name_gone(said, before, after)
                continue
            if not changes_issuer(change):
                continue
            if not trusted_by(wanted.spec) & blocks_in(after.get("anchor")):
                yield tell(
                    "{network} of {place} does not trust {authority}: its devices would refuse the"
                    " server. First name both authorities there ({both}), apply, and let the server"
                    " change afterwards.",
                    both=_both(wanted.spec.get("certificate"), said["authority"]),
                    **said,
                )
            elif moving:
                yield from self._on_the_way(moving, said, confirmed)
            else:
                yield from self._not_shown_yet(at, said, confirmed)

    def _on_the_way(
        self, moving: Change, said: Mapping[str, str], confirmed: frozenset[str]
    ) -> Iterator[Words]:
        if not self._around.gate and not self.reason(moving, confirmed):
            yield tell(
                "{network}, by which the devices of {place} trust {authority}, still has to reach"
                " them. Apply that, then plan again; a rollout with a gate does both in one run.",
                **said,
            )

    def _not_shown_yet(
        self, at: Address, said: Mapping[str, str], confirmed: frozenset[str]
    ) -> Iterator[Words]:
        seen = self._around.sight.observed.get(at)
        if seen is None:
            yield tell(
                "what the devices of {place} trust in {network} was not looked at. Plan without"
                " --tags, when their target answers.",
                **said,
            )
        elif seen.pending and at.school not in confirmed:
            yield tell_count(
                len(seen.pending),
                "one device of {place} has not shown yet that it trusts {authority} in {network}."
                " pedell drift asks it. Without it: --confirm {school}",
                "{count:,} devices of {place} have not shown yet that they trust {authority} in"
                " {network}. pedell drift asks them. Without them: --confirm {school}",
                school=at.school,
                **said,
            )

    def _shown(self, at: Address) -> frozenset[str]:
        """Return the authority of what a server shows, as far as anybody knows."""
        is_seen = at in self._around.sight.observed and at not in self._moving
        left = self._memory.get(at)
        if left and not is_seen:
            return blocks_in(left.spec.get("anchor"))
        return blocks_in(self._known(at).get("anchor"))

    def _spec(self, at: Address) -> Spec:
        """Return a certificate of a server with the names that it shows now."""
        moving = self._moving.get(at)
        if moving and moving.before:
            return {**self._known(at), "names": moving.before.spec.get("names")}
        return self._known(at)

    def _known(self, at: Address) -> Spec:
        left, wanted = self._memory.get(at), self._desired.get(at)
        if left and (wanted is None or at not in self._around.sight.observed):
            return left.spec
        return wanted.spec if wanted else {}


def _accepted(change: Change, server: Spec) -> bool:
    left = [seen.spec for seen in (change.before, change.remembered) if seen]
    return change.address.kind == "wifi" and any(is_shown_to(spec, server) for spec in left)


def _name_lost(change: Change, server: Spec) -> Words:
    return tell(
        "{thing} would not accept {names} any more, which the server of {school} shows devices."
        " First give the server a name that they will accept too, apply, and change the network"
        " afterwards.",
        thing=f"wifi {change.address.name}",
        names=_listed(server.get("names")),
        school=change.address.school,
    )


def _name_gone(said: Mapping[str, str], before: Spec, after: Spec) -> Words:
    return tell(
        "{network} of {place} accepts {old} and not {new}: its devices would refuse the server."
        " First name both in server_names of the network, apply, and let the server change"
        " afterwards.",
        network=said["network"],
        place=said["place"],
        old=_listed(before.get("names")),
        new=_listed(after.get("names")),
    )


def _listed(names: Value) -> Words:
    found = map(str, names) if isinstance(names, list | tuple) else ()
    return tell_row("{first}, {last}", sorted(found))


def _held(change: Change) -> frozenset[str]:
    """Return what devices trust by the thing as it was seen, and as we left it."""
    specs = [change.before.spec] if change.before else []
    specs += [change.remembered.spec] if change.remembered else []
    return frozenset().union(*map(trusts, specs))


def _both(named: Value, new: str) -> Words:
    names = [*map(str, named)] if isinstance(named, list | tuple) else [str(named)]
    return tell("certificate: [{names}]", names=tell_row("{first}, {last}", [*names, new]))
