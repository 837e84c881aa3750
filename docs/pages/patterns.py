"""Patterns of schools, each with how many schools of the example it chooses."""

from pathlib import Path

from docs.pages.markdown import code, table
from pedell.language.patterns import select_schools
from pedell.wiring import Setting, read_offline

_DORTMUND = Path(__file__).parents[2] / "inventories" / "dortmund"

EXAMPLES = {
    "all": "every school; the same as no pattern",
    "gs-kleeblatt": "one school, by its id",
    "gs-kleeblatt,gs-regenbogen": "both; a comma and a colon join",
    "gs-*": "ids that begin like this; `?` stands for one character",
    "grundschule": "a school type",
    "kreidezeit-pilot": "a group",
    "grundschule:gymnasium": "one or the other",
    "grundschule:&hafenviertel": "those of both",
    "grundschule:!gs-kleeblatt": "without one",
    "!grundschule": "everything but; it begins with all",
    "g*:&hafenviertel:!gymnasium": "first joined, then `&`, then `!`, in whatever order they stand",
}


def patterns_table() -> str:
    """Return the examples with their numbers."""
    schools = read_offline(Setting((_DORTMUND,))).inventory.schools
    rows = (
        (code(pattern), means, f"{len(select_schools(pattern, schools)):,}")
        for pattern, means in EXAMPLES.items()
    )
    return table(("pattern", "chooses", "schools of the example"), rows)
