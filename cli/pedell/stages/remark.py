"""Stage (pure): what was seen beside the fields of things that stay as they are."""

from collections.abc import Iterator

from pedell.model import Address, Desired, Notice, Plan, Sight

_NAMED = 3


def remark_things(desired: Desired, sight: Sight, plan: Plan) -> Iterator[Notice]:
    """Yield each remark once, with the things that it is about; a change tells its own."""
    moving = {step.change.address for step in plan.steps}
    moving |= {change.address for change in plan.blocked}
    found: dict[str, list[Address]] = {}
    for address in sorted(desired.keys() & sight.observed.keys()):
        note = sight.observed[address].note
        if note and address not in moving:
            found.setdefault(note, []).append(address)
    for note, about in found.items():
        named = ", ".join(map(str, about[:_NAMED]))
        more = f" and {len(about) - _NAMED:,} more" if len(about) > _NAMED else ""
        yield Notice(f"{named}{more}: {note}")
