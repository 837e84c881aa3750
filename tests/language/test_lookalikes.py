"""Names of networks that a person reads wrongly."""

from pathlib import Path

import pytest

from pedell.language.lookalikes import foreign_letter_in, invisible_in
from tests.inventory_builder import build, problem, read, school


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Schulnetz", ""),
        ("Grüne Schule 2", ""),
        ("Schul\u200bnetz", "U+200B"),
        ("Schul\u00a0netz", "U+00A0"),
        ("\u202eztenluhcS", "U+202E"),
        ("Schulnetz ", "U+0020"),
        ("Schul\tnetz", "U+0009"),
    ],
)
def test_what_nobody_sees_is_named(name: str, found: str):
    assert invisible_in(name) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Schulnetz-Größe 5GHz", ""),
        ("S\u0441hulnetz", "CYRILLIC SMALL LETTER ES"),
        ("\u0391nton", "GREEK CAPITAL LETTER ALPHA"),
    ],
)
def test_a_letter_of_another_alphabet_is_named(name: str, found: str):
    assert foreign_letter_in(name) == found


def test_an_invisible_character_in_an_ssid_is_an_error(tmp_path: Path):
    own = 'wifi: {gast: {security: open, ssid: "Schul\u200bnetz"}}\n'
    code, place, detail = problem(build(tmp_path, {"schools/gs-nord.yml": school(own)}))
    assert (code, place) == ("E0113", "schools/gs-nord.yml:5:37")
    assert "U+200B" in detail


def test_a_foreign_letter_in_an_ssid_is_a_warning(tmp_path: Path):
    own = 'wifi: {gast: {security: open, ssid: "S\u0441hulnetz"}}\n'
    build(tmp_path, {"schools/gs-nord.yml": school(own)})
    (doubt,) = read(tmp_path).warnings
    assert doubt.code == "W0310"
    assert "CYRILLIC SMALL LETTER ES" in doubt.detail
