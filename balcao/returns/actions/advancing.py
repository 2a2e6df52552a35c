"""Letting the process of a return go on with what became known, as far as its path allows."""

from collections.abc import Mapping
from datetime import datetime

from balcao.processes.actions import moving
from balcao.processes.actions.moving import BY_ITSELF, Mover, ProcessRefused
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.courses import last_visit
from balcao.returns.models import Return
from balcao.returns.rules.fields import known_to


def fill(row: Return, values: Mapping[str, object], *, now: datetime) -> None:
    """Fill in what the path of a return has fields for."""
    known = known_to(blueprint_by_id(row.process.version_id), values)
    if known:
        row.process = moving.fill(process=row.process, fields=known, mover=BY_ITSELF, now=now)


def advance(
    row: Return,
    target: str,
    *,
    mover: Mover,
    key: str,
    now: datetime,
    fields: Mapping[str, object] | None = None,
    reason: str = "",
    remark: str = "",
) -> bool:
    """Take the way to a stage if there is one from where the process stands and it is open; tell whether it was."""
    read = blueprint_by_id(row.process.version_id)
    visit = last_visit(row.process)
    way = next((one for one in read.ways_from(visit.stage) if one.target == target), None)
    if way is None:
        return False
    given = known_to(read, fields or {})
    try:
        moving.forward(
            visit=visit,
            transition=way.key,
            mover=mover,
            key=key[:80],
            now=now,
            fields=given,
            reason=reason,
            remark=remark,
        )
    except ProcessRefused:  # what stands against it is for people: the facts are written down in any case
        return False
    row.process.refresh_from_db()
    return True
