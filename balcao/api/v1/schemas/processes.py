"""Processes as programs see them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ninja import Field, Schema

from balcao.api.v1.words import Input, StrictId, Text, Word
from balcao.processes.models import Forward, Task, Visit
from balcao.processes.queries.tracks import Track
from balcao.processes.types import EffectState, ForwardState, Opening, Outcome, ProcessState, Refusal, RefusalCode


class RefusalOut(Schema):
    """One reason against a way."""

    code: RefusalCode
    detail: str = Field(
        description="What it is about: a guard, field, task or role.", examples=["amount_within_balance"]
    )


class WayOut(Schema):
    """A way out of the present stage."""

    key: str = Field(examples=["inspect"])
    target: str = Field(description="The stage that it leads to.", examples=["inspected"])
    is_open: bool
    refusals: list[RefusalOut]


class StageOut(Schema):
    """One stay in a stage."""

    id: int
    stage: str = Field(examples=["received"])
    number: int
    department: str = Field(description="Its role key; empty while somebody outside has it.", examples=["qc"])
    outside: str = Field(examples=["customer"])
    assignee_id: int | None
    entered_at: datetime
    due_at: datetime | None
    paused_for: str
    breached_at: datetime | None
    left_at: datetime | None
    left_by: str = Field(description="The way it was left by.")
    remark: str
    is_rework: bool
    used_seconds: int | None = Field(description="Open time that it took, once it was left.")


class TaskOut(Schema):
    """A piece of work of a department beside a stage."""

    id: int
    key: str
    title: str
    department: str = Field(examples=["wh"])
    due_at: datetime | None
    is_obligatory: bool
    done_at: datetime | None
    result: str


class ForwardOut(Schema):
    """A way that was gone, or waits for a second pair of eyes."""

    id: int
    transition: str
    target: str
    state: ForwardState
    at: datetime


class ProcessOut(Schema):
    """A process on a ticket, with its whole way."""

    id: int
    ticket: int = Field(description="The ticket's number.")
    blueprint: str = Field(examples=["return"])
    version: int
    state: ProcessState
    stage: str
    outcome: Outcome | None
    order_id: int | None
    fields: dict[str, Any]
    started_at: datetime
    ended_at: datetime | None
    stages: list[StageOut]
    tasks: list[TaskOut]
    asked: list[ForwardOut] = Field(description="Ways that wait for a second pair of eyes.")
    failed_steps: list[str] = Field(description="Automatic steps at which somebody has to look.")
    ways: list[WayOut] = Field(description="Out of the present stage, as this caller sees them.")


class ProcessInput(Input):
    """What a process begins with."""

    blueprint: Word = Field(examples=["return"])
    order_id: StrictId | None = Field(None, description="One of the ticket's orders.")
    fields: dict[str, Any] = Field({}, max_length=100)


class ForwardInput(Input):
    """A way out of a stage, with what it asks for."""

    transition: Word = Field(examples=["inspect"])
    fields: dict[str, Any] = Field(
        {},
        max_length=100,
        description="By key. An address is an object of its parts, as those of an order; street, city and postcode "
        "are needed. A sum that follows from a return is left out.",
        examples=[{"grade": "a", "serial_matches": True}],
    )
    reason: Word = Field("", description="Key of a reason, where the way has a list of them.")
    remark: Text = ""


class DoneInput(Input):
    """What came of a task."""

    result: Text = ""


_OF_A_STAY = (
    "stage",
    "number",
    "outside",
    "assignee_id",
    "entered_at",
    "due_at",
    "paused_for",
    "breached_at",
    "left_at",
    "left_by",
    "remark",
    "is_rework",
    "used_seconds",
)


def told_process(track: Track, openings: Iterable[Opening]) -> ProcessOut:
    """Return a process with its whole way."""
    process = track.process
    return ProcessOut(
        id=process.pk,
        ticket=process.ticket.number,
        blueprint=process.blueprint.key,
        version=process.version.number,
        state=ProcessState(process.state),
        stage=process.stage,
        outcome=Outcome(process.outcome) if process.outcome else None,
        order_id=process.order_id,
        fields=process.fields,
        started_at=process.started_at,
        ended_at=process.ended_at,
        stages=[_stage_out(visit) for visit in track.visits],
        tasks=[task_out(task) for task in track.tasks],
        asked=[forward_out(forward) for forward in track.asked],
        failed_steps=[effect.step for effect in track.failed if effect.state == EffectState.FAILED],
        ways=[_way_out(opening) for opening in openings],
    )


def _stage_out(visit: Visit) -> StageOut:
    department = (visit.department.key or "") if visit.department else ""
    return StageOut(id=visit.pk, department=department, **{name: getattr(visit, name) for name in _OF_A_STAY})


def task_out(task: Task) -> TaskOut:
    """Return a task whose department is loaded."""
    copied = ("key", "title", "due_at", "is_obligatory", "done_at", "result")
    department = (task.department.key or "") if task.department else ""
    return TaskOut(id=task.pk, department=department, **{name: getattr(task, name) for name in copied})


def forward_out(row: Forward) -> ForwardOut:
    """Return a way that was gone or asked for."""
    state = ForwardState(row.state)
    return ForwardOut(id=row.pk, transition=row.transition, target=row.target, state=state, at=row.at)


def _way_out(opening: Opening) -> WayOut:
    refusals = [refusal_out(refusal) for refusal in opening.refusals]
    way = opening.transition
    return WayOut(key=way.key, target=way.target, is_open=opening.is_open, refusals=refusals)


def refusal_out(refusal: Refusal) -> RefusalOut:
    """Return one reason against a way."""
    return RefusalOut(code=refusal.code, detail=refusal.detail)
