"""Which comes before which. The only room that knows networkx."""

from collections.abc import Hashable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from itertools import chain
from typing import Any, TypeVar

Node = TypeVar("Node", bound=Hashable)


def find_cycle(needs: Mapping[Node, Iterable[Node]]) -> tuple[Node, ...]:
    """Return one ring in which each waits for the next, or nothing."""
    if not _is_knotted(needs):
        return ()
    import networkx as nx

    try:
        return tuple(waiting for needed, waiting, *_ in reversed(nx.find_cycle(_graph(needs))))
    except nx.NetworkXNoCycle:
        return ()


def in_order(needs: Mapping[Node, Iterable[Node]]) -> tuple[Node, ...]:
    """Return all nodes, needed ones first; among equals the order of ``needs`` stays."""
    strangers = chain.from_iterable(needs.values())  # needed, and not named themselves
    place = {node: number for number, node in enumerate(dict.fromkeys((*needs, *strangers)))}
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    found: list[Node] = []
    ready: list[tuple[int, Node]] = []
    while sorter.is_active():
        for node in sorter.get_ready():
            heappush(ready, (place[node], node))
        _, first = heappop(ready)
        found.append(first)
        sorter.done(first)
    return tuple(found)


def find_path(needs: Mapping[Node, Iterable[Node]], start: Node, end: Node) -> tuple[Node, ...]:
    """Return the shortest way on which ``start`` waits for ``end``, or nothing."""
    import networkx as nx

    graph = _graph(needs)
    if start not in graph or end not in graph or not nx.has_path(graph, end, start):
        return ()
    return tuple(reversed(nx.shortest_path(graph, end, start)))


def _is_knotted(needs: Mapping[Node, Iterable[Node]]) -> bool:
    """Tell whether there is any ring: a sound inventory need not load the library to know it."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError:
        return True
    return False


def _graph(needs: Mapping[Node, Iterable[Node]]) -> Any:
    import networkx as nx

    graph: Any = nx.DiGraph()
    graph.add_nodes_from(needs)
    graph.add_edges_from((needed, node) for node, wanted in needs.items() for needed in wanted)
    return graph
