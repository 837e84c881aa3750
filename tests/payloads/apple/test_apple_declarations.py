"""Apps become declarations and come back, as far as a declaration tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.payloads.apple import decode_activation, decode_app, encode_activation, encode_app

apps = st.fixed_dictionaries({"app_store": st.integers(1, 10**12)}) | st.fixed_dictionaries(
    {"bundle": st.text(min_size=1)}
)
specs = st.builds(
    lambda app, optional: {**app, **optional},
    apps,
    st.fixed_dictionaries(
        {},
        optional={
            "optional": st.booleans(),
            "updates": st.sampled_from(["always", "never", "store"]),
        },
    ),
)


@given(specs)
def test_what_is_encoded_is_decoded_again(spec):
    # the title is for people and has no place in a declaration; left out, an app is not optional
    assert decode_app(encode_app("x", {**spec, "title": "T"})) == {"optional": False, **spec}


def test_the_app_store_number_is_a_string_and_the_licence_the_devices():
    declaration = encode_app("x", {"title": "ANTON", "app_store": 1180554775})
    assert declaration["Payload"] == {
        "AppStoreID": "1180554775",
        "InstallBehavior": {"Install": "Required", "License": {"Assignment": "Device"}},
    }


def test_updates_are_said_in_apples_words():
    declaration = encode_app("x", {"bundle": "org.example.app", "updates": "never"})
    assert declaration["Payload"]["UpdateBehavior"] == {"AutomaticAppUpdates": "AlwaysOff"}


@given(st.sets(st.text()))
def test_an_activation_names_each_app_once(names):
    assert decode_activation(encode_activation("x", names)) == names


@pytest.mark.parametrize("wrong", [{}, {"Type": "x", "Payload": {}}, {"Payload": []}])
def test_another_declaration_is_none_of_ours(wrong):
    for decode in (decode_app, decode_activation):
        with pytest.raises(ValueError, match=r"not an?\b"):
            decode(wrong)
