"""Stage (pure): memory stands in for what is seen, or for what is wanted."""

from pedell.model import Desired, Memory, Observed, Resource, Sight, Source


def see_memory(memory: Memory, desired: Desired) -> Sight:
    """Return what targets would show if nobody had touched them since our last apply."""
    seen = {}
    for address, left in memory.items():
        wanted = desired.get(address)
        is_same = wanted is not None and wanted.spec == left.spec
        held = left.devices if is_same else frozenset()
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
