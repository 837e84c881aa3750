"""Plain data: one way to write it, and back again."""

import copy
import json

from hypothesis import given
from hypothesis import strategies as st

from pedell.model import (
    Address,
    Sealed,
    SecretName,
    canonical,
    fingerprint,
    from_json,
    imprint,
    is_same,
    leaves,
    look_up,
    to_json,
)
from tests.laws.examples import examples

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.builds(Sealed, st.text(), st.none() | st.text("0123456789abcdef", min_size=32, max_size=32)),
)
KEYS = st.text() | st.sampled_from(["!sealed", "fingerprint", "!", "!!sealed"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@examples(150)
@given(VALUES)
def test_what_is_written_is_read_again(value):
    assert from_json(json.loads(json.dumps(to_json(value)))) == value


def test_a_block_that_looks_like_a_secret_is_none():
    value = {"!sealed": {"title": "x"}, "fingerprint": {"title": "y"}}
    assert from_json(to_json(value)) == value


@examples(150)
@given(st.dictionaries(KEYS, VALUES, min_size=2, max_size=4))
def test_equal_blocks_are_written_alike_whatever_their_order(value):
    turned = dict(reversed(value.items()))
    assert canonical(value) == canonical(turned)
    assert fingerprint(value) == fingerprint(turned)


@examples(150)
@given(VALUES, VALUES)
def test_what_is_written_alike_is_the_same(one, other):
    if canonical(one) == canonical(other):
        assert is_same(one, other)


@examples(150)
@given(VALUES)
def test_everything_is_the_same_as_itself(value):
    assert is_same(value, value)


@examples(150)
@given(st.dictionaries(st.text(), VALUES, max_size=3))
def test_every_leaf_is_found_where_it_is_said_to_be(spec):
    assert all(look_up(spec, at) == value for at, value in leaves(spec) if at)


def test_a_way_that_ends_early_leads_to_nothing():
    assert look_up({"a": 1}, ("a", "b")) is None
    assert look_up({"a": {"b": 1}}, ("a", "c")) is None


@examples(150)
@given(
    st.tuples(*[st.text(st.characters(exclude_characters="/"), min_size=1)] * 3),
    st.text(min_size=1),
)
def test_an_address_is_read_as_it_was_written(parts, name):
    assert Address.parse(str(Address(*parts, name))) == Address(*parts, name)


@examples(150)
@given(one=VALUES, other=VALUES)
def test_whoever_has_the_same_imprint_is_the_same(one, other):
    assert hash(imprint(one)) == hash(imprint(copy.deepcopy(one)))
    assert is_same(one, other) or imprint(one) != imprint(other)


def test_what_python_takes_for_equal_has_imprints_of_its_own():
    alike = (1, True, 1.0, "1", "x", SecretName("x"), [1], [True], {"x": 1}, {"x": True}, {}, [])
    assert len({imprint(value) for value in alike}) == len(alike)
