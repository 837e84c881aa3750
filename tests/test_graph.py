"""What stands before what, and what runs in a ring."""

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.graph import find_cycle, find_path, in_order
from tests.laws.examples import examples

NODES = st.integers(0, 9)
NEEDS = st.dictionaries(NODES, st.frozensets(NODES, max_size=3), max_size=10)


def as_graph(needs):
    graph = networkx.DiGraph()
    graph.add_nodes_from(needs)
    graph.add_edges_from((needed, node) for node, wanted in needs.items() for needed in wanted)
    return graph


@examples(300)
@given(needs=NEEDS)
def test_needed_ones_come_first_and_equals_keep_their_order(needs):
    ring = find_cycle(needs)
    assert bool(ring) != networkx.is_directed_acyclic_graph(as_graph(needs))
    assert all(other in needs[one] for one, other in zip(ring, (*ring[1:], *ring[:1]), strict=True))
    if not ring:
        place = {node: number for number, node in enumerate(needs)}
        strangers = {node for wanted in needs.values() for node in wanted} - needs.keys()
        expected = networkx.lexicographical_topological_sort(
            as_graph(needs), key=lambda node: place.get(node, len(place))
        )
        order = in_order(needs)
        assert [n for n in order if n not in strangers] == [
            n for n in expected if n not in strangers
        ]


def test_a_ring_has_no_order():
    with pytest.raises(ValueError, match="cycle"):
        in_order({"a": ["b"], "b": ["a"]})


def test_a_way_is_the_shortest():
    needs = {"a": ["b", "c"], "b": ["c"], "c": []}
    assert find_path(needs, "a", "c") == ("a", "c")
    assert find_path(needs, "c", "a") == ()
