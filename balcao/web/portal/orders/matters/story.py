"""The customer's page of a matter: where it stands in plain words, what is ahead, and until when."""

from dataclasses import dataclass
from datetime import datetime

from balcao.deadlines.models import Clock
from balcao.deadlines.types import ClockKind, ClockState
from balcao.pipeline.stages.news import language_of, said
from balcao.processes.models import Process
from balcao.processes.queries.tracks import Leg, Track


@dataclass(frozen=True, slots=True)
class Step:
    """One stage as the customer sees it."""

    name: str
    text: str
    state: str  # "done", "running", or "" for what is ahead
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Matter:
    """A process as it is drawn for its customer."""

    process: Process
    steps: list[Step]
    promised_at: datetime | None
    is_waiting_for_them: bool
    is_late: bool

    @property
    def here(self) -> Step | None:
        """Return the stage where it stands."""
        return next((step for step in reversed(self.steps) if step.state), None)

    @property
    def is_over(self) -> bool:
        """Tell whether it has come to its end."""
        return self.process.ended_at is not None


def matter_of(process: Process, *, now: datetime) -> Matter:
    """Return what the customer of a process sees."""
    track, language = Track(process), language_of(process)
    total = Clock.objects.filter(ticket_id=process.ticket_id, kind=ClockKind.RESOLUTION).order_by("-number").first()
    is_running = total is not None and total.state == ClockState.RUNNING
    due_at = total.due_at if total and is_running else None
    return Matter(
        process=process,
        steps=_joined([step for leg in track.legs if (step := _step(leg, process, language))]),
        promised_at=due_at,
        is_waiting_for_them=track.visit.outside == "customer" or track.visit.paused_for == "waiting_customer",
        is_late=bool(due_at and due_at < now),
    )


def _step(leg: Leg, process: Process, language: str) -> Step | None:
    name = said(leg.stage.customer_names, language)
    if not name:
        return None
    is_end_reached = leg.stage.is_end and leg.visit is not None
    state = "done" if leg.is_done or is_end_reached else "running" if leg.is_running else ""
    at = leg.visit.entered_at if leg.visit else None
    return Step(name, said(leg.stage.customer_texts, language), state, at)


def _joined(steps: list[Step]) -> list[Step]:
    """Return the steps without those that say the same as the one before: the newer one stands."""
    kept: list[Step] = []
    for step in steps:
        if kept and kept[-1].name == step.name:
            kept.pop()
        kept.append(step)
    return kept
