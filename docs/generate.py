"""Writes what the reference reads off the program itself: ``make docs``.

Some pages are written whole; in others only the blocks between ``<!-- generated: NAME -->`` and
``<!-- end -->``.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from docs.pages.commands import commands_page
from docs.pages.errors import errors_page
from docs.pages.ipads import ipad_pages
from docs.pages.keys import keys_page
from docs.pages.kinds import kinds_page
from docs.pages.patterns import patterns_table
from docs.pages.sandbox import quirks_table
from docs.pages.services import services_page

REFERENCE = Path(__file__).parent / "reference"

PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "errors.md": errors_page,
    "keys.md": keys_page,
    "kinds.md": kinds_page,
    "services.md": services_page,
}
BLOCKS: Mapping[str, Callable[[], str]] = {
    "patterns": patterns_table,
    "quirks": quirks_table,
}
_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def rendered() -> Iterator[tuple[Path, str]]:
    """Yield every generated page as it should be now. Raises KeyError for an unknown block."""
    for name, page in PAGES.items():
        yield REFERENCE / name, page()
    for name, text in ipad_pages().items():
        yield REFERENCE / "ipad" / name, text
    for path in sorted(REFERENCE.glob("*.md")):
        if path.name not in PAGES:
            yield path, _BLOCK.sub(_filled, path.read_text(encoding="utf-8"))


def main() -> None:
    """Write every page that differs, and say which."""
    for path, text in rendered():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(REFERENCE.parent.parent)}\n")


def _filled(block: re.Match[str]) -> str:
    return f"{block[1]}\n{BLOCKS[block[2]]()}\n\n{block[3]}"


if __name__ == "__main__":
    main()
