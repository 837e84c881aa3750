"""The page of errors, read off the codes and the texts of ``pedell help``."""

from docs.pages.markdown import page, table
from pedell.commands.help import help_pages
from pedell.model import SUMMARIES


def errors_page() -> str:
    """Return every code with what it means, an example, and what to do."""
    rows = ((f"[{code}](#{code.lower()})", summary) for code, summary in SUMMARIES.items())
    return page(
        "Errors",
        "Pedell tells all problems at once, each with file, line and column. Errors begin with `E` "
        "and stop a run before it touches a target; a warning begins with `W`. "
        "The same text: `pedell help E0107`.",
        table(("code", "what is wrong"), rows),
        *map(_section, SUMMARIES),
    )


def _section(code: str) -> str:
    told = help_pages()[code]
    return "\n\n".join(
        [
            f"## {code}",
            f"**{SUMMARIES[code]}.** {told.means}",
            f"Wrong:\n\n{_shown(told.wrong)}",
            f"Right:\n\n{_shown(told.right)}",
            told.way_out,
        ]
    )


def _shown(text: str) -> str:
    is_described = text.startswith("(")
    return text.strip("()") if is_described else f"```\n{text.strip()}\n```"
