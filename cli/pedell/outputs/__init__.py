"""Every way to tell what Pedell knows. A new one adds a file here and one line below."""

from collections.abc import Mapping

from pedell.outputs.layout import paint, wants_colour
from pedell.outputs.machine import Machine, document, lines, outcome_line
from pedell.outputs.pictures import PICTURES
from pedell.outputs.sarif import sarif
from pedell.outputs.text import Text
from pedell.outputs.views import (
    Arrow,
    Detail,
    Explanation,
    Format,
    Level,
    Page,
    Picture,
    Report,
    Table,
    WaveReport,
)

MACHINES: Mapping[str, Machine] = {"json": Machine(document), "jsonl": Machine(lines)}
FORMATS: Mapping[str, Format] = {"text": Text(), **MACHINES}

__all__ = [
    "FORMATS",
    "MACHINES",
    "PICTURES",
    "Arrow",
    "Detail",
    "Explanation",
    "Format",
    "Level",
    "Page",
    "Picture",
    "Report",
    "Table",
    "WaveReport",
    "outcome_line",
    "paint",
    "sarif",
    "wants_colour",
]
