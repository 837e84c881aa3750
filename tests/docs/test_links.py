"""Links lead somewhere: to a file that is there, and to a heading that is in it."""

from pathlib import Path

import pytest

from tests.docs.pages import HOME, PAGES, anchors_in, links_in

LINKS = [
    pytest.param(page, link, id=f"{page.relative_to(HOME)} {link}")
    for page in PAGES
    for link in links_in(page)
    if not link.startswith(("http:", "https:", "mailto:"))
]


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_a_link_leads_to_a_file_and_a_heading(page: Path, link: str) -> None:
    file, _, anchor = link.partition("#")
    target = (page.parent / file).resolve() if file else page
    assert target.exists(), f"{link} is not there"
    assert not anchor or anchor in anchors_in(target), f"{file} has no heading #{anchor}"


@pytest.mark.parametrize(
    "page", [p for p in PAGES if p.parent != HOME], ids=lambda p: str(p.relative_to(HOME))
)
def test_every_page_can_be_reached_from_the_readme(page: Path) -> None:
    reached, open_pages = set(), [HOME / "README.md"]
    while open_pages:
        here = open_pages.pop()
        reached.add(here)
        linked = {(here.parent / link.partition("#")[0]).resolve() for link in links_in(here)}
        open_pages += [each for each in linked & set(PAGES) if each not in reached]
    assert page in reached
