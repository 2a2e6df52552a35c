"""Who is one person: components of identities over links."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from balcao.customers.types import Edge


def components(identities: Iterable[int], edges: Sequence[Edge]) -> list[frozenset[int]]:
    """Return the connected components of these identities over these links, each once."""
    neighbours = _neighbours(edges)
    left = set(identities)
    found = []
    while left:
        reached = _reachable(min(left), neighbours) & left
        found.append(frozenset(reached))
        left -= reached
    return found


def representative(component: Iterable[int], edges: Sequence[Edge]) -> int:
    """Return the identity whose home customer stands for a component.

    It is the lowest one that no link absorbed (the customer that was kept), or the lowest of all where links run
    in a ring. As it depends on the present links alone, undoing in any order gives back what was.
    """
    members = set(component)
    absorbed = {edge.absorbed for edge in edges}
    return min(members - absorbed or members)


def owners(homes: Mapping[int, int], edges: Sequence[Edge]) -> dict[int, int]:
    """Return the customer of each identity, given the customer that each was born with."""
    result = {}
    for component in components(homes, edges):
        owner = homes[representative(component, edges)]
        result.update(dict.fromkeys(component, owner))
    return result


def way_between(start: int, end: int, edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """Return the shortest chain of links between two identities, empty when there is none."""
    touching: defaultdict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        touching[edge.kept].append(edge)
        touching[edge.absorbed].append(edge)
    ways: dict[int, tuple[Edge, ...]] = {start: ()}
    queue = deque([start])
    while queue and end not in ways:
        here = queue.popleft()
        for edge in touching[here]:
            there = edge.absorbed if edge.kept == here else edge.kept
            if there not in ways:
                ways[there] = (*ways[here], edge)
                queue.append(there)
    return ways.get(end, ())


def _neighbours(edges: Sequence[Edge]) -> dict[int, set[int]]:
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for edge in edges:
        neighbours[edge.kept].add(edge.absorbed)
        neighbours[edge.absorbed].add(edge.kept)
    return neighbours


def _reachable(start: int, neighbours: Mapping[int, set[int]]) -> set[int]:
    reached, fresh = {start}, {start}
    while fresh:
        fresh = {there for here in fresh for there in neighbours.get(here, ())} - reached
        reached |= fresh
    return reached
