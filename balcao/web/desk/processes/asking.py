"""Which fields a way asks for: everything that leaving, the way itself and entering need, and what its guards read."""

from collections.abc import Iterator

from balcao.processes.types import Blueprint, Field, Guard, Transition


def asked_fields(blueprint: Blueprint, stage: str, way: Transition) -> list[Field]:
    """Return the fields of a way's form, in the order in which they matter."""
    known = {field.key: field for field in blueprint.fields}
    return [known[key] for key in dict.fromkeys(_keys(blueprint, stage, way)) if key in known]


def _keys(blueprint: Blueprint, stage: str, way: Transition) -> Iterator[str]:
    if not way.drops_work:
        yield from blueprint.stage(stage).exit_fields
    yield from way.fields
    target = blueprint.stage(way.target)
    yield from target.entry_fields
    for guard in way.guards:
        yield from fields_of(guard)
    if way.approval and way.approval.field:
        yield way.approval.field


def fields_of(guard: Guard) -> list[str]:
    """Return the fields that a guard looks at."""
    several = guard.arguments.get("fields")
    listed = [str(key) for key in several] if isinstance(several, list) else []
    return [str(guard.arguments["field"]), *listed] if "field" in guard.arguments else listed


def reads_field(guard: Guard) -> bool:
    """Tell whether a guard looks at fields, which a form can fill."""
    return bool(fields_of(guard))
