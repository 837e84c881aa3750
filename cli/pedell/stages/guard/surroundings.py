"""What guards know beside the changes."""

from dataclasses import dataclass, field

from pedell.model import Memory, Sight


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that guards may look at.

    ``sight`` is what was seen, ``memory`` all that is remembered, also of what a run is not about;
    ``gate`` is the share of devices (0 to 1) that each gate of the rollout
    asks for before the next wave; 0 where it asks for none.
    """

    sight: Sight = field(default_factory=lambda: Sight({}, {}))
    memory: Memory = field(default_factory=dict)
    gate: float = 0.0
