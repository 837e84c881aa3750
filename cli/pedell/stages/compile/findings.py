"""What is wrong with roles: each mistake told once, with the schools that it is wrong for."""

from collections.abc import Iterable, Iterator

from pedell.model import Problem, Source, Words, tell


class Findings:
    """Collects mistakes while the same roles are aimed at one school after the other."""

    def __init__(self) -> None:
        self._schools: dict[tuple[str, Words, Source], list[str]] = {}

    def note(self, code: str, detail: Words, source: Source, school: str = "") -> None:
        """Note a mistake; without a school it is wrong for whomever."""
        self._schools.setdefault((code, detail, source), []).append(school)

    def take(self, problems: Iterable[Problem], school: str) -> None:
        """Note mistakes that were found elsewhere, each of which has a place."""
        for one in problems:
            if one.source is not None:
                self.note(one.code, one.detail, one.source, school)

    def problems(self) -> Iterator[Problem]:
        """Yield the mistakes in the order in which they were noted."""
        for (code, detail, source), schools in self._schools.items():
            named = list(dict.fromkeys(filter(None, schools)))
            yield Problem(code, _with_schools(detail, named) if named else detail, source)


def _with_schools(detail: Words, schools: list[str]) -> Words:
    others = len(schools) - 1
    more = tell(" and {count:,} more", count=others) if others else ""
    return tell("{detail} ({school}{more})", detail=detail, school=schools[0], more=more)
