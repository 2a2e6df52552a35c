"""The ladder of a promise: which steps are due, who is told at each, and who above them when nobody answers."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import IntEnum

from balcao.deadlines.types import Fire, Reading, Step

ANSWER_WITHIN = 30 * 60  # seconds of open time; then it goes one rung up
UP = "up"  # the step that nobody's answer makes


class Rung(IntEnum):
    """Who is told."""

    ASSIGNEE = 0
    LEAD = 1  # of the department that owes it
    SUPERVISORS = 2
    ADMINS = 3  # nobody is above them


# Half the time is no reason to disturb anybody.
_TOLD = {
    Step.WARN_75: Rung.ASSIGNEE,
    Step.WARN_90: Rung.LEAD,
    Step.BREACH: Rung.LEAD,
    Step.OVERRUN: Rung.SUPERVISORS,
    Step.AT_ONCE: Rung.LEAD,
    Step.LONG_PAUSE: Rung.LEAD,
}
_HEIGHT = (Step.WARN_50, Step.WARN_75, Step.WARN_90, Step.LONG_PAUSE, Step.BREACH, Step.OVERRUN, Step.AT_ONCE)
_SHARES = {Step.WARN_50: 50, Step.WARN_75: 75, Step.WARN_90: 90}


def name_of(fire: Fire, reading: Reading) -> str:
    """Name a step so that it is fired once: of this cycle and target, a long pause once a pause, what cannot wait once
    for each time that somebody said so.
    """
    if fire.step == Step.LONG_PAUSE and reading.paused_at:
        return f"{reading.cycle}.{fire.step}.{int(reading.paused_at.timestamp())}"
    if fire.step == Step.AT_ONCE:
        return f"0.{fire.step}.{int(fire.at.timestamp())}"  # whatever cycle it is in meanwhile
    return f"{reading.cycle}.{reading.target}.{fire.step}"


def pending(fires: Iterable[Fire], reading: Reading, *, fired: Collection[str], is_voided: bool) -> list[Fire]:
    """Return the steps that have not been fired yet, the next one first, without what was forgiven."""
    forgiven = (Step.BREACH, Step.OVERRUN) if is_voided and reading.breached_at is None else ()
    return [fire for fire in fires if fire.step not in forgiven and name_of(fire, reading) not in fired]


def warned(reading: Reading, *, fired: Collection[str]) -> int:
    """Return the highest share of the time, in per cent, of which people were warned: 0, 50, 75 or 90."""
    names = {f"{reading.cycle}.{reading.target}.{step}": share for step, share in _SHARES.items()}
    return max((share for name, share in names.items() if name in fired), default=0)


def highest(steps: Sequence[Step]) -> Step:
    """Return the one of several steps due at once that people are told of."""
    return max(steps, key=_HEIGHT.index)


def rung_of(step: Step) -> Rung | None:
    """Return who is told of a step; None: nobody."""
    return _TOLD.get(step)


def above(rung: Rung) -> Rung | None:
    """Return who is told when nobody on a rung answers; None at the top."""
    return Rung(rung + 1) if rung < Rung.ADMINS else None


def next_moment(fires: Sequence[Fire], *, answer_by: datetime | None) -> tuple[datetime, str] | None:
    """Return when to look at a clock again, and for what."""
    moments = [(fire.at, fire.step.value) for fire in fires[:1]]
    if answer_by:
        moments.append((answer_by, UP))
    return min(moments, default=None)
