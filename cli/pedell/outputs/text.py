"""For a person: the most important first, in schools and tablets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pedell.model import Plan, Problem
from pedell.outputs.configuration_text import configuration_lines
from pedell.outputs.difference_text import difference_lines
from pedell.outputs.drift_text import drift_lines
from pedell.outputs.explain_text import explain_lines
from pedell.outputs.pictures import picture_lines, way_lines
from pedell.outputs.plan_text import plan_lines
from pedell.outputs.problems import problem_lines
from pedell.outputs.report_text import report_lines
from pedell.outputs.status_text import status_lines
from pedell.outputs.table_text import table_lines
from pedell.outputs.views import (
    Arrow,
    Configuration,
    Detail,
    Difference,
    Explanation,
    Format,
    Overview,
    Page,
    Picture,
    Report,
    Table,
)


@dataclass(frozen=True, slots=True)
class Text:
    """Lines on a page; no line ends in a blank."""

    page: Page = field(default_factory=Page)

    def fitted(self, page: Page) -> Format:
        """Return the same for another width, or with colour."""
        return replace(self, page=page)

    def plan(self, plan: Plan, detail: Detail) -> str:
        """Tell what would change."""
        return _set(plan_lines(plan, detail, self.page))

    def outcomes(self, report: Report) -> str:
        """Tell what became of a plan."""
        return _set(report_lines(report, self.page))

    def drift(self, plan: Plan) -> str:
        """Tell what somebody else moved."""
        return _set(drift_lines(plan, self.page))

    def status(self, overview: Overview) -> str:
        """Tell how far devices have come, and who is behind."""
        return _set(status_lines(overview, self.page))

    def difference(self, difference: Difference, detail: Detail) -> str:
        """Tell what other files would change."""
        return _set(difference_lines(difference, detail, self.page))

    def configuration(self, configuration: Configuration) -> str:
        """Tell what one school has in the end."""
        return _set(configuration_lines(configuration, self.page))

    def explain(self, explanations: Sequence[Explanation]) -> str:
        """Tell where values come from."""
        return _set(explain_lines(explanations, self.page))

    def listing(self, table: Table) -> str:
        """Tell what there is."""
        return _set(table_lines(table, self.page))

    def problems(self, problems: Sequence[Problem], texts: Mapping[str, str]) -> str:
        """Tell what is wrong."""
        return _set(problem_lines(problems, texts, self.page))

    def graph(self, picture: Picture) -> str:
        """Tell who waits for whom."""
        return _set(picture_lines(picture, self.page))

    def why(self, way: Sequence[Arrow]) -> str:
        """Tell by which steps one thing waits for another."""
        return _set(way_lines(way, self.page))


def _set(lines: Sequence[str]) -> str:
    return "\n".join(line.rstrip() for line in lines)
