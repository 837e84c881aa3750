"""What is wrong, in words for the person who has to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pedell.model.source import Source
from pedell.model.words import Words


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
    detail: Words
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
    "E0203": "Somebody else's cohort",
    "E0204": "Platform not said",
    "E0210": "Unknown school",
    "E0211": "Unknown group",
    "E0212": "Unknown school type",
    "E0213": "Unknown municipality",
    "E0220": "Unknown reference",
    "E0221": "Unknown placeholder",
    "E0230": "App not approved",
    "E0231": "Unknown app",
    "E0232": "Unknown Wi-Fi",
    "E0233": "Unknown set of restrictions",
    "E0234": "Unknown certificate",
    "E0235": "Unknown role",
    "E0236": "Unknown profile",
    "E0237": "Profile not valid",
    "E0238": "List of licences not readable",
    "E0239": "Table of Apple's facts not readable",
    "E0240": "Device list not readable",
    "E0241": "Device in two places",
    "E0242": "Invalid serial number or MAC address",
    "E0243": "A person's data in a device list",
    "E0244": "List of deliveries not readable",
    "E0245": "Unknown delivery",
    "E0246": "More devices than the delivery has",
    "E0247": "List of contracts not readable",
    "E0248": "Contract for a device that is not listed",
    "E0249": "List of adopted things not readable",
    "E0250": "Template error",
    "E0260": "Circular dependency",
    "E0261": "Unknown target",
    "E0262": "App not for this platform",
    "E0263": "App without what it needs",
    "E0264": "Certificate that cannot be issued",
    "E0265": "Nothing for these devices",
    "E0266": "App that cannot be told that",
    "E0268": "Certificate that cannot sign profiles",
    "E0270": "Nothing matches",
    "E0280": "Plan file not readable",
    "E0290": "Secret in the wrong place",
    "E0291": "Secret not readable",
    "E0292": "Secret of somebody else",
    "W0301": "Enterprise Wi-Fi without a trust anchor",
    "W0302": "Lock has expired",
    "W0303": "Devices of a delivery that has not come",
    "W0304": "Date in the future",
    "W0305": "Profile has what Apple does not list",
    "W0306": "Too few licences",
    "W0307": "App for other grades",
    "W0308": "App that reaches nobody",
    "W0309": "Stricter value of another layer holds",
    "W0310": "Network name that looks like another",
    "W0311": "Network that does not trust its server",
    "W0312": "Network that lets broken TLS in",
    "W0313": "Signing certificate that does not hold yet",
    "W0314": "Table of Apple's facts older than Pedell's",
    "W0315": "App that updates as its App Store is set",
    "W0316": "Profile has what these devices ignore",
}
