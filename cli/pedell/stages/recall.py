"""Stage (pure): memory stands in for what is seen, or for what is wanted."""

from collections.abc import Mapping
from dataclasses import replace

from pedell.model import Desired, Kind, Memory, Observed, Resource, Sight, Source, is_same


def see_memory(memory: Memory, desired: Desired) -> Sight:
    """Return what targets would show if nobody had touched them since our last apply."""
    seen = {}
    for address, left in memory.items():
        wanted = desired.get(address)
        is_unmoved = wanted is not None and is_same(wanted.spec, left.spec)
        held = left.devices if is_unmoved else frozenset()
        seen[address] = Observed(address, left.spec, left.handle, held)
    return Sight(seen, {})


def want_memory(memory: Memory) -> Desired:
    """Return what our last apply left as if the files still said it: the ground of drift."""
    return {
        address: Resource(
            address=address,
            target=left.target,
            spec=left.spec,
            devices=left.devices,
            needs=(),
            tags=(),
            source=Source("", 0, 0),
        )
        for address, left in memory.items()
    }


def without_leavers(memory: Memory, kinds: Mapping[str, Kind]) -> Memory:
    """Return the memory in which a device that has left its place has left all it gave it."""
    members = {
        (address.school, address.place): left.devices
        for address, left in memory.items()
        if kinds[address.kind].has_members
    }
    return {
        at: replace(left, devices=left.devices & members.get((at.school, at.place), left.devices))
        for at, left in memory.items()
    }
