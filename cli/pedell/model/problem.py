"""What is wrong, in words for the person who has to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pedell.model.source import Source


class Severity(StrEnum):
    """An error stops the run before it touches a target; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.

    ``code`` names the class of mistake (``E0231``); its summary stands in :data:`SUMMARIES` and
    never holds a user's own words, so the same mistake always reads the same. ``detail`` names
    the thing, the reason and the way out.
    """

    code: str
    detail: str
    source: Source | None = None
    severity: Severity = Severity.ERROR

    @property
    def summary(self) -> str:
        """The class of mistake in two or three words."""
        return SUMMARIES[self.code]

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        return f"{where}{self.code} {self.summary}: {self.detail}"


class Rejected(Exception):  # noqa: N818  # the input's fault, not ours
    """A stage refuses its input. Carries every problem it found, once each, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(map(str, self.problems)))


SUMMARIES = {
    "E0101": "Unreadable file",
    "E0102": "Not valid YAML",
    "E0103": "Duplicate key",
    "E0104": "YAML feature that Pedell does not read",
    "E0105": "File too large or too deep",
    "E0106": "Path outside the inventory",
    "E0107": "Locked value changed",
    "E0108": "Missing file",
    "E0110": "Unknown key",
    "E0111": "Missing key",
    "E0112": "Wrong type",
    "E0113": "Value not allowed",
    "E0114": "Secret in clear text",
    "E0115": "Name of the file and id inside differ",
    "E0201": "Two places define the same thing",
    "E0202": "Groups of one layer disagree",
    "E0210": "Unknown school",
    "E0211": "Unknown group",
    "E0212": "Unknown school type",
    "E0220": "Unknown reference",
    "E0221": "Unknown placeholder",
    "E0230": "App not approved",
    "E0231": "Unknown app",
    "E0232": "Unknown Wi-Fi",
    "E0233": "Unknown set of restrictions",
    "E0234": "Unknown certificate",
    "E0235": "Unknown role",
    "E0240": "Device list not readable",
    "E0241": "Device in two places",
    "E0242": "Invalid serial number or MAC address",
    "E0243": "A person's data in a device list",
    "E0250": "Template error",
    "E0260": "Circular dependency",
    "E0261": "Unknown target",
    "E0270": "Nothing matches",
    "E0280": "Plan file not readable",
    "E0290": "Secret in the wrong place",
    "E0291": "Secret not readable",
    "W0301": "Enterprise Wi-Fi without a trust anchor",
    "W0302": "Lock has expired",
}
