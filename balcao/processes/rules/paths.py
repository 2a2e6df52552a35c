"""The ways through a blueprint as a graph: what is reached, where loops are, and every walk that reworks allow."""

from collections import deque
from collections.abc import Collection, Iterator

from balcao.processes.types import Blueprint, Transition

Node = tuple[str, tuple[tuple[str, int], ...]]  # a stage, and how often each rework was gone

MOST_NODES = 5000  # a blueprint with more is too tangled to be weighed, and to be understood


class TooManyLoops(Exception):
    """The reworks of a blueprint allow more walks than can be weighed."""


def ways(blueprint: Blueprint, stage: str) -> list[Transition]:
    """Return the ways out of a stage whose targets exist; out of an end there is none but a reopening."""
    keys = {one.key for one in blueprint.stages}
    return [way for way in blueprint.ways_from(stage) if way.target in keys]


def reached(blueprint: Blueprint, start: str) -> set[str]:
    """Return the stages that can be come to from one, itself among them."""
    found, queue = {start}, deque([start])
    while queue:
        for way in ways(blueprint, queue.popleft()):
            if way.target not in found:
                found.add(way.target)
                queue.append(way.target)
    return found


def leading_to(blueprint: Blueprint, targets: Collection[str]) -> set[str]:
    """Return the stages from which one of some can be come to without going back, these among them."""
    before: dict[str, set[str]] = {}
    for stage in blueprint.stages:
        for way in ways(blueprint, stage.key):
            if not way.is_rework:  # how often it is gone is limited: nobody may depend on it
                before.setdefault(way.target, set()).add(stage.key)
    found, queue = set(targets), deque(targets)
    while queue:
        for key in before.get(queue.popleft(), set()) - found:
            found.add(key)
            queue.append(key)
    return found


def forward_order(blueprint: Blueprint) -> list[str]:
    """Return the stages so that every way that is no rework goes to a later one; those in loops are left out."""
    targets = {
        one.key: {way.target for way in ways(blueprint, one.key) if not way.is_rework} for one in blueprint.stages
    }
    waiting = {key: sum(key in others for others in targets.values()) for key in targets}
    queue = deque(key for key, number in waiting.items() if not number)
    order: list[str] = []
    while queue:
        key = queue.popleft()
        order.append(key)
        for target in sorted(targets[key]):
            waiting[target] -= 1
            if not waiting[target]:
                queue.append(target)
    return order


def steps_from(blueprint: Blueprint, node: Node) -> Iterator[Node]:
    """Give the nodes that follow one."""
    stage, gone = node
    times = dict(gone)
    for way in ways(blueprint, stage):
        if not way.is_rework:
            yield way.target, gone
        elif times.get(way.key, 0) < way.most:
            yield way.target, tuple(sorted({**times, way.key: times.get(way.key, 0) + 1}.items()))


def ordered_nodes(blueprint: Blueprint) -> list[Node]:
    """Return every node that can be come to, each behind all that lead to it; raises TooManyLoops.

    An end has no followers here. The blueprint has no loop without a rework.
    """
    ends = {stage.key for stage in blueprint.stages if stage.is_end}
    first: Node = (blueprint.start.key, ())
    found, queue = {first}, deque([first])
    while queue:
        node = queue.popleft()
        for target in () if node[0] in ends else steps_from(blueprint, node):
            if target not in found:
                found.add(target)
                queue.append(target)
        if len(found) > MOST_NODES:
            raise TooManyLoops
    place = {key: number for number, key in enumerate(forward_order(blueprint))}
    return sorted(found, key=lambda node: (sum(number for _, number in node[1]), place[node[0]]))
