"""A table from anywhere is refused in words, or the validator can work with it."""

import copy
import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from pedell.payloads.apple.facts import (
    Devices,
    facts,
    read_table,
    shipped_table,
    validate_declaration,
    validate_profile,
)
from tests.payloads.apple.fact_examples import declaration, profile

PROFILES = ("com.apple.wifi.managed", "com.apple.homescreenlayout", "com.apple.security.scep")
DECLARED = ("com.apple.configuration.app.managed", "com.apple.configuration.safari.bookmarks")
SMALL = {
    **facts(),
    "licence": "",
    "types": {n: facts()["types"][n] for n in ("TopLevel", "CommonPayloadKeys", *PROFILES)},
    "declarations": {n: facts()["declarations"][n] for n in ("any", *DECLARED)},
}
MADE = [profile(shipped_table(), kind, most=True) for kind in PROFILES]
SAID = [declaration(shipped_table(), kind, most=True) for kind in DECLARED]
JUNK = st.recursive(
    st.sampled_from([None, True, 5, -1.5, "", "x", "18.3", "9" * 5000]),
    lambda each: (
        st.lists(each, max_size=3)
        | st.dictionaries(st.sampled_from("akteirnw^zf"), each, max_size=3)
    ),
    max_leaves=5,
)


def places(value, at=()):
    yield at
    if not isinstance(value, dict | list):
        return
    for step, child in value.items() if isinstance(value, dict) else enumerate(value):
        yield from places(child, (*at, step))


PLACES = [at for at in places(SMALL) if at]


@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3))
def test_no_table_breaks_the_validator(changes):
    table = copy.deepcopy(SMALL)
    for (*way, last), junk in changes:
        box = table
        with suppress(KeyError, IndexError, TypeError):  # an earlier change took the place away
            for step in way:
                box = box[step]
            box[last] = junk
    try:
        read = read_table(json.dumps(table))
    except ValueError:
        return  # refused, in words
    for part in ("profiles", "declarations"):
        read.ends_before(part, shipped_table())
    for one in MADE:
        list(validate_profile(one, Devices((18, 3), True, False), read))
    for one in SAID:
        list(validate_declaration(one, Devices((99, 0)), read))
