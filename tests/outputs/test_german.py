"""Problems speak German: every sentence is there, none is left over, and each says all it must."""

import ast
import re
import string

import pytest

from pedell.commands.help import help_page, help_pages
from pedell.commands.tongues import german, tongue_for
from pedell.model import SUMMARIES, Problem, Source, quote, tell, tell_count, tell_row
from pedell.outputs import FORMATS, Page
from pedell.outputs.tongue import ENGLISH, wanted_language
from tests.outputs import told

TEXTS = told.templates()
_QUOTED_FROM = {**told.descriptions(), **told.refusals()}
FORMS = {quote(text).template: place for text, place in _QUOTED_FROM.items()}
OWN, QUOTED = german().own, german().quoted
SPOKEN = [*OWN.values(), *QUOTED.values(), *german().summaries.values()]

# Words that are the same in both languages, or are typed as they stand.
_TYPED = re.compile(
    r"per: school|[a-z_]+:|\S*[./=]\S+|\S+[/=]|--?[a-z-]+|pedell [a-z]+( [a-z-]+)*|git [a-z]+|pip install \S+"
    r"|openssl .*|chmod|!secret|„[^“]*“|\{[^}]*\}|authority|schools|recovery|web_clips"
)
_ENGLISH = re.compile(
    r"\b(the|and|is|are|not|of|no|there|this|that|it|with|for|has|have|known|missing|expected|found"
    r"|file|school|device|secret|value|key|list|take|put|read|write|here|did|you|mean|or)\b"
)


def test_every_sentence_has_a_german_one() -> None:
    lacking = {text: at for text, at in TEXTS.items() if told.has_letters(text) and text not in OWN}
    assert lacking == {}


def test_what_a_schema_says_of_a_form_has_a_german_sentence() -> None:
    assert {text: at for text, at in FORMS.items() if text not in QUOTED} == {}


def test_no_german_sentence_is_left_over() -> None:
    assert OWN.keys() - TEXTS.keys() == set()
    assert OWN.keys() & QUOTED.keys() == set()


def test_a_german_sentence_has_the_same_parts_in_the_same_form() -> None:
    wrong = {en: de for en, de in {**OWN, **QUOTED}.items() if _parts(en) != _parts(de)}
    assert wrong == {}


def _parts(template: str) -> dict[str, str]:
    found = {name: spec for _, name, spec, _ in string.Formatter().parse(template) if name}
    return {name: spec or "" for name, spec in found.items()}


def test_no_english_word_is_left_in_a_german_sentence() -> None:
    left = {text: found for text in SPOKEN if (found := _ENGLISH.findall(_TYPED.sub(" ", text)))}
    assert left == {}


def test_an_english_word_would_be_noticed() -> None:
    assert _ENGLISH.findall(_TYPED.sub(" ", "{name} steht not im Katalog. Did „you“ mean x?"))


def test_nobody_is_addressed() -> None:
    address = re.compile(r"\b(Ihnen|Ihre?[mnrs]?|du|dein\w*)\b|\b[a-zäöü]+en Sie\b")
    assert [text for text in SPOKEN if address.search(text)] == []


def test_quotes_are_german_and_in_pairs() -> None:
    odd = [text for text in SPOKEN if text.count("„") != text.count("“") or '"' in text]
    assert odd == []


def test_every_number_has_a_german_summary_and_a_german_page() -> None:
    assert german().summaries.keys() == SUMMARIES.keys()
    for code in SUMMARIES:
        english, page = help_pages()[code], help_page(code, "de")
        assert page.means != english.means
        assert page.way_out != english.way_out
        described = english.wrong.startswith("(")
        assert (page.wrong == english.wrong, page.right == english.right) == (
            (False, False) if described else (True, True)
        )


def test_german_pages_have_no_number_too_many() -> None:
    from pedell.commands.help import read_pages

    assert read_pages("help.de.toml").keys() == SUMMARIES.keys()


@pytest.mark.parametrize("code", SUMMARIES)
def test_german_pages_name_the_same_commands(code: str) -> None:
    english, page = help_pages()[code], help_page(code, "de")
    for one, other in ((english.means, page.means), (english.way_out, page.way_out)):
        assert sorted(_commands(one)) == sorted(_commands(other))


def _commands(text: str) -> list[str]:
    return re.findall(r"pedell [a-z]+", text)


def test_every_detail_is_told() -> None:
    """A plain text would never be found in another language; mypy refuses it too."""
    plain = []
    for place, call, name in told.calls():
        if name in ("Problem", "Violation", "Finding"):
            detail = call.args[1] if len(call.args) > 1 else call.keywords[0].value
            if isinstance(detail, (ast.Constant, ast.JoinedStr, ast.BinOp)):
                plain.append(place)
    assert plain == []


def test_every_template_stands_in_the_code_as_it_is() -> None:
    told_else = [place for place, at in told.arguments() if not isinstance(at, ast.Constant)]
    assert told_else == []


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "den_XX"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_AT.UTF-8"}, "de"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "de_CH"}, "de"),
        ({"LANG": "de_DE.UTF-8", "PEDELL_LANG": "en"}, "en"),
        ({"LC_ALL": "C", "PEDELL_LANG": "de"}, "de"),
        ({"LC_ALL": "C", "PEDELL_LANG": "DE-de"}, "de"),
        ({"LANG": "de_DE.UTF-8", "PEDELL_LANG": ""}, "de"),
        ({"PEDELL_LANG": "fr", "LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_one_of_the_environment(
    environment: dict[str, str], language: str
) -> None:
    assert wanted_language(environment) == language
    assert tongue_for(environment).language == language


def test_words_inside_words_are_said_in_german_too() -> None:
    meant = tell('Did you mean "{name}"?', name="geogebra")
    words = tell('"{name}" is not in the catalogue. {meant}', name="geogbra", meant=meant)
    assert words == '"geogbra" is not in the catalogue. Did you mean "geogebra"?'
    german_words = german().say(words)
    assert german_words == "„geogbra“ steht nicht im Katalog. Gemeint ist vielleicht „geogebra“."
    assert ENGLISH.say(words) == words


def test_numbers_are_written_as_the_language_writes_them() -> None:
    text = "It has {size:,} bytes; {most:,} are read."
    words = tell(text, size=27800, most=1_000_000)
    assert words == "It has 27,800 bytes; 1,000,000 are read."
    assert german().say(words) == "Die Datei hat 27.800 Bytes; 1.000.000 werden gelesen."


def test_a_name_with_commas_or_braces_stays_what_it_is() -> None:
    words = tell('"{name}" is not in the catalogue. {meant}', name="a,b.{c}", meant="")
    assert german().say(words).startswith("„a,b.{c}“")
    assert german().say(quote("found {this}, 1,000.5")) == "found {this}, 1,000.5"


def test_one_and_several_are_told_apart() -> None:
    said = [tell_count(n, "{count:,} error", "{count:,} errors") for n in (0, 1, 2, 1200)]
    assert said == ["0 errors", "1 error", "2 errors", "1,200 errors"]
    said = [tell_count(n, "{count:,} warning", "{count:,} warnings") for n in (1, 1200)]
    assert [german().say(each) for each in said] == ["1 Warnung", "1.200 Warnungen"]


def test_a_row_is_joined_in_each_language() -> None:
    row = tell_row("{first} or {last}", [tell("a list"), tell(""), "x", tell("nothing")])
    assert row == "a list or x or nothing"
    assert german().say(row) == "eine Liste oder x oder nichts"
    assert tell_row("{first} or {last}", []) == ""


def test_machines_are_told_in_english_whatever_people_speak() -> None:
    detail = tell('"{name}" is not in the catalogue. {meant}', name="x", meant="")
    problem = Problem("E0231", detail, Source("schools/gs-nord.yml", 3, 5))
    page = Page(tongue=german())
    for form in ("json", "jsonl"):
        english = FORMATS[form].problems([problem], {})
        assert FORMATS[form].fitted(page).problems([problem], {}) == english
    text = FORMATS["text"].fitted(page).problems([problem], {})
    assert "Unbekannte App" in text
    assert "1 Fehler in 1 Datei. Nichts wurde geändert. Mehr dazu: pedell help E0231" in text
