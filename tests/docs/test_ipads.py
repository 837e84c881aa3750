"""Each thing that an authority can say to iPads has a before and after in the reference."""

import re

import pytest

from docs.pages.ipad_examples import EXAMPLES
from docs.pages.ipads import ipad_pages
from pedell.payloads.apple import COMMANDED, DECLARATIONS, PROFILES
from pedell.wiring import load_schemas


def test_every_kind_of_ipads_has_its_page():
    assert EXAMPLES.keys() == {*PROFILES, *DECLARATIONS, *COMMANDED}


@pytest.fixture(scope="module")
def pages():
    return ipad_pages()


def test_every_preset_has_its_section(pages):
    shown = pages["presets.md"] + pages["exam.md"]
    said = set(re.findall(r"^  ([a-z_]+):", shown, re.MULTILINE))
    assert said >= load_schemas().kinds["presets"].schema["properties"].keys()


def test_every_section_shows_what_the_device_receives(pages):
    for kind, examples in EXAMPLES.items():
        received = pages[f"{kind}.md"].split("The iPad receives:")[1:]
        assert len(received) == len(examples)
        assert all("```xml" in each or "```json" in each for each in received), kind
