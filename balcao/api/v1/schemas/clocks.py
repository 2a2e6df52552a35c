"""The promises of a ticket as programs see them."""

from datetime import datetime

from ninja import Field, Schema

from balcao.deadlines.models import Clock
from balcao.deadlines.rules.words import Line, in_english
from balcao.deadlines.types import ClockKind, ClockState, PauseReason, Reading


class LineOut(Schema):
    """One step of how a clock came to stand as it does."""

    what: str = Field(description="A code: `started`, `counted`, `paused` ...", examples=["counted"])
    at: datetime | None
    until: datetime | None
    seconds: int = Field(description="Of open time; what it is of depends on the step.")
    words: str = Field(description="The step in English, with times in UTC.")


class ClockOut(Schema):
    """One promise: what it is about, how it stands, how it came to that."""

    id: int
    kind: ClockKind
    number: int = Field(description="The how manieth of its kind: question, or visit to a stage.")
    rule: str = Field(description="The row of the law table that a legal clock follows, or empty.")
    subject_kind: str = Field(description="Whose clock it is: `ticket`, `process`, `visit`, `task`.")
    subject_id: int
    department_id: int | None = Field(description="The department that owes it.")
    state: ClockState
    target_seconds: int = Field(description="Of open time.")
    used_seconds: int
    calendar: str = Field(description="The name of the calendar by which it counts.")
    started_at: datetime
    due_at: datetime | None = Field(description="Null while it is paused. It may lie in the past.")
    paused_for: PauseReason | None
    paused_left: int | None = Field(description="Seconds left when it goes on; less than nothing when it is late.")
    ended_at: datetime | None
    breached_at: datetime | None = Field(description="The due instant that passed.")
    is_voided: bool = Field(description="A supervisor forgave a breach.")
    forecast_at: datetime | None
    is_at_risk: bool
    lines: list[LineOut]


class ClockList(Schema):
    """All clocks of a ticket: open ones first, by their due time."""

    rows: list[ClockOut]


def clock_out(clock: Clock, reading: Reading, lines: tuple[Line, ...]) -> ClockOut:
    """Return a clock with its reading and explanation."""
    return ClockOut(
        id=clock.pk,
        kind=ClockKind(clock.kind),
        number=clock.number,
        rule=clock.rule,
        subject_kind=clock.subject_kind,
        subject_id=clock.subject_id,
        department_id=clock.owner_id,
        state=ClockState(clock.state),
        target_seconds=clock.target_seconds,
        used_seconds=reading.used,
        calendar=clock.calendar_version.calendar.name,
        started_at=clock.started_at,
        due_at=clock.due_at,
        paused_for=PauseReason(clock.paused_for) if clock.paused_for else None,
        paused_left=clock.paused_left,
        ended_at=clock.ended_at,
        breached_at=clock.breached_at,
        is_voided=clock.is_voided,
        forecast_at=clock.forecast_at,
        is_at_risk=clock.is_at_risk,
        lines=[_line_out(line) for line in lines],
    )


def _line_out(line: Line) -> LineOut:
    return LineOut(what=line.told.value, at=line.at, until=line.until, seconds=line.seconds, words=in_english(line))
