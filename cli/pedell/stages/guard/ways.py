"""No device loses its way back: by which other network each of them can still come. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from pedell.model import Action, Address, Change, Desired, tell, tell_count
from pedell.stages.guard.surroundings import Surroundings

_Home = tuple[str, str]
"""School and place."""


class Ways:
    """The networks of each cohort, while a plan is made."""

    def __init__(
        self, moving: Mapping[Address, Change], desired: Desired, around: Surroundings
    ) -> None:
        self._moving, self._desired, self._around = moving, desired, around

    def spare(self, change: Change) -> Change:
        """Leave a network that goes on the devices that have shown no other one of their cohort.

        Where the others still move, a gate shows who has them, and the apply looks then.
        """
        kept = self._keeping(change)
        if not kept or not change.before or (self._around.gate and self._coming(change.address)):
            return change
        note = tell_count(
            len(kept),
            "one device has shown no other network yet and keeps it",
            "{count:,} devices have shown no other network yet and keep it",
        )
        rest = change.devices - kept
        before = replace(change.before, note=note) if rest else change.before
        return replace(change, before=before, devices=rest)

    def reason(self, change: Change) -> str:
        """Return why a network must stay on every device that has it, or nothing."""
        if change.devices or not self._keeping(change):
            return ""
        if coming := self._coming(change.address):
            return tell(
                "{network}, by which the devices of {place} come back, still has to reach them."
                " Apply that, then plan again; a rollout with a gate does both in one run.",
                network=f"wifi {coming[0].name}",
                place=change.address.place,
            )
        return tell(
            "no device of {place} that has it has shown another network yet. pedell sync asks"
            " them; who never comes back is taken out of the device list.",
            place=change.address.place,
        )

    def _keeping(self, change: Change) -> frozenset[str]:
        """Return the devices that must keep a network which goes, until they have shown another.

        That of the last network of a device is a person's to confirm.
        """
        at = change.address
        if at.kind != "wifi" or change.action is not Action.DELETE or change.before is None:
            return frozenset()
        others = self._networks.get((at.school, at.place), ())
        to_have = frozenset[str]().union(*(self._desired[other].devices for other in others))
        return self.stranded(at, change.devices | change.before.devices) & to_have

    def _coming(self, network: Address) -> list[Address]:
        """Return the networks of the same cohort that a plan brings or changes."""
        near = self._networks.get((network.school, network.place), ())
        return [other for other in near if other in self._moving]

    def stranded(self, network: Address, holders: frozenset[str]) -> frozenset[str]:
        """Return those of its holders that belong to the cohort and have shown no other network.

        Another network counts where nothing of it moves in this plan. Who has left the cohort is
        another cohort's to look after.
        """
        home = (network.school, network.place)
        here = self._members.get(home, frozenset()) & holders
        for other in self._networks.get(home, ()):
            if here and other != network:
                here -= self._shown(other)
        return here

    def _shown(self, network: Address) -> frozenset[str]:
        """Return who has shown that it holds a network, which stays as it is."""
        seen, change = self._around.sight.observed.get(network), self._moving.get(network)
        if seen is None or (change and (change.fields or change.after is None)):
            return frozenset()
        return seen.devices - seen.pending

    @cached_property
    def _networks(self) -> Mapping[_Home, list[Address]]:
        found: dict[_Home, list[Address]] = {}
        for at in self._desired:
            if at.kind == "wifi":
                found.setdefault((at.school, at.place), []).append(at)
        return found

    @cached_property
    def _members(self) -> Mapping[_Home, frozenset[str]]:
        return dict(self._counted())

    def _counted(self) -> Iterator[tuple[_Home, frozenset[str]]]:
        found: dict[_Home, set[str]] = {}
        for at, resource in self._desired.items():
            if resource.devices:
                found.setdefault((at.school, at.place), set()).update(resource.devices)
        for home, serials in found.items():
            yield home, frozenset(serials)
