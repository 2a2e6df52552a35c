"""The usual path: where a process goes if nothing unusual happens."""

from balcao.processes.rules.paths import leading_to
from balcao.processes.types import Blueprint, Outcome


def usual_path(blueprint: Blueprint, stage: str) -> tuple[str, ...]:
    """Return a stage and those that usually follow it, ends left out.

    From each stage it is the first way written that goes forward, drops no work and can still end well; one for which
    a reason is needed only where there is no other.
    """
    good = leading_to(blueprint, {one.key for one in blueprint.stages if one.outcome is Outcome.DONE})
    path: list[str] = []
    while not blueprint.stage(stage).is_end:
        path.append(stage)
        ways = (way for way in blueprint.ways_from(stage) if not (way.is_rework or way.drops_work))
        ahead = [way for way in ways if way.target in good and way.target not in path]
        if not ahead:
            break
        stage = min(ahead, key=lambda way: way.needs_reason).target  # the first of those that are alike
    return tuple(path)


def place_of(blueprint: Blueprint, stage: str) -> tuple[int, int]:
    """Return the how manieth of how many stages of the usual path this is; beside the path, the one it replaces."""
    whole = usual_path(blueprint, blueprint.start.key)
    if stage in whole:
        return whole.index(stage) + 1, len(whole)
    ahead = next((whole.index(one) for one in usual_path(blueprint, stage)[1:] if one in whole), len(whole))
    return max(ahead, 1), len(whole)


def usual_paths(blueprint: Blueprint) -> dict[str, tuple[str, ...]]:
    """Return of every stage the path that usually begins with it."""
    return {stage.key: usual_path(blueprint, stage.key) for stage in blueprint.stages}


def places(blueprint: Blueprint) -> dict[str, tuple[int, int]]:
    """Return of every stage its place on the usual path."""
    return {stage.key: place_of(blueprint, stage.key) for stage in blueprint.stages}
