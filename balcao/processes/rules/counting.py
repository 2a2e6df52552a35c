"""Under which names open stages and tasks are counted, so that no page ever counts them."""

import hashlib

_LONGEST = 60  # of the name of a kept count


def stage_key(blueprint: int, stage: str) -> str:
    """Name the count of what stands in a stage of a blueprint."""
    key = f"{stages_prefix(blueprint)}{stage}"
    if len(key) <= _LONGEST:
        return key
    digest = hashlib.blake2b(stage.encode(), digest_size=8).hexdigest()
    return f"{stages_prefix(blueprint)}{digest}"


def stages_prefix(blueprint: int) -> str:
    """Return how the counts of a blueprint's stages begin."""
    return f"stage:{blueprint}:"


def owed_key(department: int) -> str:
    """Name the count of the stages and tasks that a department owes."""
    return f"owed:{department}"


def free_key(department: int) -> str:
    """Name the count of those that nobody of the department has taken."""
    return f"free:{department}"


def visit_keys(*, blueprint: int, stage: str, department: int | None, assignee: int | None) -> frozenset[str]:
    """Name the counts that an open stay in a stage is part of."""
    return frozenset({stage_key(blueprint, stage)}) | owed_keys(department=department, assignee=assignee)


def owed_keys(*, department: int | None, assignee: int | None) -> frozenset[str]:
    """Name the counts that a piece of work is part of by who owes it."""
    if department is None:
        return frozenset()
    return frozenset({owed_key(department), *(() if assignee else (free_key(department),))})
