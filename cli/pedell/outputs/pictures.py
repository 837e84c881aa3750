"""Who waits for whom: as text, as Mermaid and as DOT."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pedell.model import Address, Until
from pedell.outputs.layout import clean, wrapped
from pedell.outputs.views import Arrow, Page, Picture
from pedell.outputs.wording import count, schools_in_words


def picture_lines(picture: Picture, page: Page) -> list[str]:
    """Tell for each thing what it waits for, schools with the same arrows together."""
    schools_by_arrow: dict[tuple[str, str, str], set[str]] = {}
    for arrow in picture.arrows:
        key = (_part(arrow.waiting, arrow), _part(arrow.needed, arrow), _reason(arrow))
        schools_by_arrow.setdefault(key, set()).add(arrow.waiting.school)
    lines: list[str] = []
    last = ""
    for (waiting, needed, reason), schools in sorted(schools_by_arrow.items()):
        lines += [] if waiting == last else [waiting]
        where = schools_in_words(sorted(schools))
        text = f"waits for {needed}: {reason}  ({where})"
        lines += wrapped(text, page.width, "    ", " " * 8)
        last = waiting
    things = f"{count(len(picture.nodes), 'thing')}, {count(len(picture.arrows), 'arrow')}."
    return [*lines, *([""] if lines else []), things]


def way_lines(way: Sequence[Arrow], page: Page) -> list[str]:
    """Tell step by step why the first waits for the last."""
    if not way:
        return ["Neither waits for the other."]
    lines = [str(way[0].waiting)]
    for arrow in way:
        lines += wrapped(f"waits for {arrow.needed}", page.width, "    ", " " * 8)
        lines += wrapped(f"because {_reason(arrow)}", page.width, " " * 8, " " * 12)
    return lines


def mermaid(picture: Picture) -> str:
    """Draw for Markdown: https://mermaid.js.org/syntax/flowchart.html."""
    ids = _ids(picture)
    lines = ["flowchart LR"]
    for school, nodes in _by_school(picture):
        lines.append(f'  subgraph {_school_id(school)}["{_mermaid_text(school)}"]')
        lines += [f'    {ids[node]}["{_mermaid_text(_local(node))}"]' for node in nodes]
        lines.append("  end")
    for arrow in picture.arrows:
        label = _mermaid_text(_reason(arrow))
        lines.append(f'  {ids[arrow.needed]} -->|"{label}"| {ids[arrow.waiting]}')
    return "\n".join(lines)


def dot(picture: Picture) -> str:
    """Draw for Graphviz: https://graphviz.org/doc/info/lang.html."""
    ids = _ids(picture)
    lines = ["digraph pedell {", "  rankdir=LR", "  node [shape=box]"]
    for school, nodes in _by_school(picture):
        lines.append(f"  subgraph cluster_{_school_id(school)} {{")
        lines.append(f"    label={_dot_text(school)}")
        lines += [f"    {ids[node]} [label={_dot_text(_local(node))}]" for node in nodes]
        lines.append("  }")
    for arrow in picture.arrows:
        label = _dot_text(_reason(arrow))
        lines.append(f"  {ids[arrow.needed]} -> {ids[arrow.waiting]} [label={label}]")
    return "\n".join([*lines, "}"])


PICTURES: Mapping[str, Callable[[Picture], str]] = {"mermaid": mermaid, "dot": dot}
"""Notations for other programs; text is the format's own."""


def _part(address: Address, arrow: Arrow) -> str:
    is_local = arrow.waiting.school == arrow.needed.school
    return clean(_local(address) if is_local else str(address))


def _local(address: Address) -> str:
    return f"{address.place}/{address.kind}/{address.name}"


def _reason(arrow: Arrow) -> str:
    verified = " (verified on the devices)" if arrow.until is Until.VERIFIED else ""
    return clean(arrow.reason) + verified


def _ids(picture: Picture) -> Mapping[Address, str]:
    ends = (end for arrow in picture.arrows for end in (arrow.waiting, arrow.needed))
    nodes = sorted({*picture.nodes, *ends})
    return {node: f"n{number}" for number, node in enumerate(nodes, 1)}


def _by_school(picture: Picture) -> Iterator[tuple[str, list[Address]]]:
    found: dict[str, list[Address]] = {}
    for node in _ids(picture):
        found.setdefault(node.school, []).append(node)
    yield from found.items()


def _school_id(school: str) -> str:
    return "s_" + "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}_" for c in school)


def _mermaid_text(text: str) -> str:
    return clean(text).replace("#", "#35;").replace('"', "#quot;")


def _dot_text(text: str) -> str:
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
