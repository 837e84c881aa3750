"""New entries in YAML that people wrote: nothing else changes, and it is proved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.language.documents import parse_document
from pedell.language.inserting import Unfit, insert_entries
from pedell.language.plain_yaml import write_yaml

SCHOOL = """\
# head
school: gs-nord
cohorts:
  # what pupils have
  pupil: {ownership: loan}   # since summer
  teacher:
    # chosen by the staff
    apps:
      # the best one
      - anton   # yes
    wifi: [schulnetz]
"""
NEW = ["clips", "geogebra"]
names = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)


def document(text):
    return parse_document("x.yml", "x.yml", text.encode())


def inserted(text, at, value):
    return insert_entries(document(text), at, value)


@pytest.mark.parametrize(
    ("at", "line"),
    [
        (
            ("cohorts", "pupil", "apps"),
            "  pupil: {apps: [clips, geogebra], ownership: loan}   # since summer",
        ),
        (("cohorts", "teacher", "apps"), "      - geogebra"),
        (("cohorts", "teacher", "wifi"), "    wifi: [clips, geogebra, schulnetz]"),
        (("cohorts", "teacher", "certificates"), "    certificates: [clips, geogebra]"),
        (("certificates",), "certificates: [clips, geogebra]"),
    ],
)
def test_names_are_put_where_they_belong_and_comments_stay(at, line):
    text = inserted(SCHOOL, at, NEW)
    assert line in text.splitlines()
    for comment in ("# head", "# what pupils have", "# since summer", "# the best one", "# yes"):
        assert comment in text


def test_an_entry_of_the_catalogue_stands_in_front_of_the_others():
    text = inserted("apps:\n  # old\n  a: {title: A}\n", ("apps",), {"b": {"title": "Über: B"}})
    assert text == 'apps:\n  # old\n  b: {title: "Über: B"}\n  a: {title: A}\n'


def test_lines_end_as_the_others_do():
    text = inserted("a: 1\r\ncohorts:\r\n  p:\r\n    wifi: [x]\r\n", ("cohorts", "p", "apps"), NEW)
    assert "    apps: [clips, geogebra]\r\n" in text


@pytest.mark.parametrize(
    ("text", "at", "value"),
    [
        ("cohorts:\n  pupil:\n", ("cohorts", "pupil", "apps"), NEW),
        ("apps:\n  a: {title: A}\n", ("apps",), {"a": {"title": "B"}}),
        ("apps: {add: [a]}\n", ("apps",), NEW),
        ("apps: text\n", ("apps",), NEW),
        ("[a]\n", ("apps",), NEW),
    ],
)
def test_what_cannot_be_put_in_safely_is_said(text, at, value):
    with pytest.raises(Unfit):
        inserted(text, at, value)


@given(
    st.dictionaries(names, st.dictionaries(names, st.lists(names, min_size=1), min_size=1)),
    names,
    names,
    st.lists(names, min_size=1),
)
def test_whatever_stands_there_is_there_afterwards(value, first, second, new):
    whole = {"school": "gs-nord", **value}
    before = document(write_yaml(whole))
    try:
        after = document(insert_entries(before, (first, second), new)).value
    except Unfit:
        assert first == "school"
        return
    assert after[first][second] == [*new, *value.get(first, {}).get(second, [])]
    others = {key: child for key, child in after.items() if key != first}
    assert others == {key: child for key, child in whole.items() if key != first}
