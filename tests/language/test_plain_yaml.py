"""What Pedell writes as YAML is read back as the same, by Pedell and by everybody else."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from pedell.language.documents import parse_document
from pedell.language.plain_yaml import write_yaml
from pedell.model import SecretName

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)
words = st.sampled_from(
    ["yes", "No", "null", "~", "012", "1.5", "a: b", "a #b", "- a", "22:22", "ä"]
)
plain = st.booleans() | st.integers(-(10**17), 10**17) | texts | words
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4)
        | st.dictionaries(texts | words, inner, min_size=1, max_size=4)
    ),
    max_leaves=20,
)
documents = st.dictionaries(texts | words, values, min_size=1, max_size=5)


@given(documents)
def test_what_is_written_is_read_back(value):
    text = write_yaml(value, "A note.")
    assert text.startswith("# A note.\n")
    assert parse_document("f.yml", "f.yml", text.encode()).value == value
    assert yaml.safe_load(text) == value


def test_a_secret_is_written_as_its_name_alone():
    text = write_yaml({"password": SecretName("schulnetz-password")})
    assert text == "password: !secret schulnetz-password\n"
    assert isinstance(parse_document("f", "f", text.encode()).value["password"], SecretName)


def test_it_looks_as_a_person_would_have_typed_it():
    value = {
        "group": "grundschulen",
        "name": "Grundschulen: Übung",
        "wifi": ["schulnetz", "gäste"],
        "presets": {"web_clips": {"a": {"title": "A" * 60, "url": "https://example.org"}}},
    }
    assert write_yaml(value).splitlines() == [
        "group: grundschulen",
        'name: "Grundschulen: Übung"',
        "wifi: [schulnetz, gäste]",
        "presets:",
        "  web_clips:",
        "    a:",
        f"      title: {'A' * 60}",
        '      url: "https://example.org"',
    ]
