"""Against which table of Apple's schema profiles are held."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pedell.model.problem import Problem


@dataclass(frozen=True, slots=True)
class AppleFacts:
    """``text`` is the table that the inventory brings, empty where that of Pedell holds.

    ``releases`` maps a part of the table (profiles, declarations) to its release of iOS. ``doubts``
    are warnings about the table itself.
    """

    text: str = ""
    releases: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[Problem, ...] = ()

    @property
    def release(self) -> str:
        """The releases in one phrase, empty where nobody looked."""
        found = {release for release in self.releases.values() if release}
        if len(found) == 1:
            return f"iOS {found.pop()}"
        return ", ".join(f"{part} of iOS {release}" for part, release in self.releases.items())
