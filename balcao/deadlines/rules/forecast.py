"""Whether the total promise will hold if what is left of the path takes all the time it may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from balcao.deadlines.rules.calendars import after
from balcao.deadlines.types import Calendar, Reading


@dataclass(frozen=True, slots=True)
class Limit:
    """What a stage that is still to come may take, by the key of its calendar."""

    seconds: int
    calendar: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """When all will be done if what is left takes its whole limit, and what that means for the promise."""

    done_at: datetime | None  # None: a stage left never opens
    total_due_at: datetime | None  # None: paused, ended or never due
    is_at_risk: bool


def forecast(
    *,
    total: Reading,
    stage: Reading | None,
    left: Sequence[Limit],
    calendars: Mapping[str, Calendar],
    now: datetime,
) -> Forecast:
    """Foresee the end of a path: what is left of this stage, then the limits of those after it, one after another.

    A stage beyond its limit is taken to end now: it cannot be known better. At risk is a promise that is not late yet.
    """
    steps = [Limit(max(0, stage.remaining), stage.calendar)] if stage and stage.ended_at is None else []
    done: datetime | None = now
    for step in (*steps, *left):
        done = after(calendars[step.calendar], done, step.seconds) if done else None
    due = total.due_at if total.ended_at is None else None
    return Forecast(done, due, bool(due and now <= due and (done is None or done > due)))
