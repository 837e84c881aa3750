"""All pages of the documentation, and what can be pointed at in them."""

import re
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).parents[2]
PAGES = sorted(
    [
        *(HOME / name for name in ("README.md", "ARCHITECTURE.md", "CHANGELOG.md")),
        *(HOME / "docs").rglob("*.md"),
    ]
)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def text_of(page: Path) -> str:
    """Return a page without its fenced blocks, in which nothing is a link or a heading."""
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def links_in(page: Path) -> Iterator[str]:
    """Yield where the links of a page lead."""
    yield from _LINK.findall(_CODE.sub("", text_of(page)))


def anchors_in(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as Git forges make them."""
    seen: dict[str, int] = {}
    anchors = set()
    for heading in _HEADING.findall(text_of(page)):
        plain = re.sub(r"[^\w\- ]", "", heading.lower().replace("`", ""))
        name = plain.strip().replace(" ", "-")
        anchors.add(f"{name}-{seen[name]}" if name in seen else name)
        seen[name] = seen.get(name, 0) + 1
    return anchors
