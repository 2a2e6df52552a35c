"""The definitions of the numbers.

- *Kept limits*: of the stays that a department left within the span, the share that was left by the stage's due time.
  A breach that a supervisor voided counts as kept.
- *Time of a stage*: what its stays took as time passed, nights and holidays too, because that is what the customer
  waits; while somebody outside was waited for, the time is theirs and not the department's.
- *Where it sticks*: stages by the time they took beyond their limits, all stays together.
- *Came back*: stays in a stage by a way that goes back, among all its stays.
- *Promises of a kind*: of the first answers, further answers and solutions of the span, the share that came by its due
  time; a breach that a supervisor voided counts as kept. A ticket counts as what it is said to be now.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from balcao.insights.types import DepartmentFigures, Span, StageFigures

DAYS = {Span.WEEK: 7, Span.MONTH: 30, Span.QUARTER: 90}
MOST_STICKING = 6


def since(span: Span, *, now: datetime) -> datetime:
    """Return when a span began."""
    return now - timedelta(days=DAYS[span])


def beyond(figures: StageFigures) -> int:
    """Return the open seconds that a stage took beyond its limits; 0 where it kept them on the whole."""
    return max(figures.used - figures.limits, 0)


def sticking(stages: Iterable[StageFigures]) -> list[StageFigures]:
    """Return the stages where tickets stick, the worst first: beyond their limits, then by how many were late."""
    late = [one for one in stages if one.late]
    return sorted(late, key=lambda one: (beyond(one), one.late), reverse=True)[:MOST_STICKING]


def by_department(
    stages: Iterable[StageFigures], *, open_now: Mapping[int, int], late_now: Mapping[int, int]
) -> list[DepartmentFigures]:
    """Return the figures of every department that had or has stages, the one that kept least first."""
    sums: dict[int, list[int]] = {key: [0, 0, 0] for key in {*open_now, *late_now}}
    for one in stages:
        if one.department is not None:
            row = sums.setdefault(one.department, [0, 0, 0])
            row[0] += one.stays
            row[1] += one.late
            row[2] += one.own
    found = [
        DepartmentFigures(key, row[0], row[1], row[2], open_now.get(key, 0), late_now.get(key, 0))
        for key, row in sums.items()
    ]
    return sorted(found, key=lambda one: (1 if one.kept is None else one.kept, -one.late_now))


def shares(stages: Iterable[StageFigures]) -> dict[str, int]:
    """Return whose time it was, in seconds: `department:<id>` and the parties outside."""
    found: dict[str, int] = {}
    for one in stages:
        owner = one.outside or f"department:{one.department or 0}"
        found[owner] = found.get(owner, 0) + one.own
        if one.waited:
            found["waiting"] = found.get("waiting", 0) + one.waited
    return dict(sorted(found.items(), key=lambda pair: pair[1], reverse=True))
