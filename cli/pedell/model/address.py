"""The name by which everything else speaks of a resource."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """One resource of one school: ``gs-nord/pupil/wifi/schulnetz``.

    ``place`` is the cohort whose devices get it, or the server that holds it. The name comes last
    because it may contain slashes (``gs-nord/server/file//etc/motd``).
    """

    school: str
    place: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.school}/{self.place}/{self.kind}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read what ``str`` wrote, or raise ValueError."""
        parts = text.split("/", 3)
        if len(parts) != 4 or not all(parts):
            raise ValueError(f"not an address: {text!r}, expected SCHOOL/PLACE/KIND/NAME")
        return cls(*parts)
