"""What is wrong with a profile or a declaration, how grave that is, and for which devices."""

from dataclasses import dataclass
from enum import StrEnum

from pedell.model import Pointer, Words

Version = tuple[int, ...]


class Grade(StrEnum):
    """Devices refuse an error, ignore or misread what a warning names; an info is good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Reason(StrEnum):
    """The class of a finding, for programs."""

    MISSING = "missing"
    TYPE = "type"
    VALUE = "value"
    RANGE = "range"
    FORM = "form"
    COUNT = "count"
    UNKNOWN_KEY = "unknown-key"
    UNKNOWN_TYPE = "unknown-type"
    ELSEWHERE = "other-systems"
    TOO_NEW = "too-new"
    BEYOND_TABLE = "newer-than-table"
    DEPRECATED = "deprecated"
    REMOVED = "removed"
    SUPERVISION = "needs-supervision"
    SHARED = "shared-ipad"
    TOGETHER = "together"
    REFERENCE = "reference"
    TWICE = "twice"
    ENCRYPTED = "encrypted"
    TRUST = "no-trust"
    WEAK = "weak"
    UNREADABLE = "unreadable"
    SECRET = "secret"  # noqa: S105  # the name of a class of findings


@dataclass(frozen=True, slots=True)
class Finding:
    """One place and what is to be said of it."""

    at: Pointer
    detail: Words
    reason: Reason
    grade: Grade = Grade.ERROR

    @property
    def is_doubt(self) -> bool:
        """It may be right all the same: Apple does not list it, or it depends on the devices."""
        return self.grade is not Grade.ERROR


@dataclass(frozen=True, slots=True)
class Devices:
    """Which iPads something is for; None where nobody said."""

    os: Version | None = None
    supervised: bool | None = None
    shared: bool | None = None

    def knows(self, version: str) -> bool:
        """Tell whether they have this version of iOS or a later one; True where nobody said."""
        return self.os is None or padded(self.os) >= padded(read_version(version))


def read_version(text: str) -> Version:
    """Read ``18.3`` as numbers, since text would sort 9 above 18. ValueError where it is none."""
    numbers = tuple(int(part) for part in text.split(".") if part.isascii() and part.isdigit())
    if not numbers or len(numbers) != text.count(".") + 1:
        raise ValueError(text)
    return numbers


def padded(version: Version) -> Version:
    """Fill up to three numbers, so that 18 and 18.0 are equal."""
    return (*version, 0, 0, 0)[: max(3, len(version))]
