"""Whose time a ticket's age was, put together from its stays, its clocks and who had it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from balcao.deadlines.models import Clock
from balcao.deadlines.rules.histories import events_of
from balcao.deadlines.types import ClockEvent, ClockKind, EventType, PauseReason
from balcao.journal.models import Entry
from balcao.journal.types import SubjectKind
from balcao.processes import models
from balcao.processes.rules import accounting
from balcao.processes.types import Blame, Bounce, History, Holding, Pause, Span, Stay
from balcao.staff.models import Department
from balcao.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Account:
    """A ticket's age without a gap: by whose time it was, to whom a broken promise is charged, and what came back."""

    history: History
    spans: list[Span]
    seconds: dict[str, float]  # by bucket; their sum is the age
    blame: Blame | None
    bounces: list[Bounce]
    reworks: int

    @property
    def age(self) -> float:
        """Return how old the ticket is, in seconds."""
        return sum(self.seconds.values())


def account_of(ticket: Ticket, *, now: datetime) -> Account:
    """Account for a ticket's age up to now, or up to its end."""
    clock = _total_of(ticket)
    history = history_of(ticket, total=clock, now=now)
    spans = accounting.spans(history)
    due = clock.breached_at if clock else None
    return Account(
        history=history,
        spans=spans,
        seconds=accounting.by_bucket(spans),
        blame=accounting.charge(history, due_at=due) if due else None,
        bounces=accounting.bounces(history.stays),
        reworks=accounting.reworks(history.stays),
    )


def history_of(ticket: Ticket, *, total: Clock | None, now: datetime) -> History:
    """Return everything that the accounts of a ticket are made from."""
    events = events_of(total.events) if total else []
    solved = _solved(events) if total else ([(ticket.solved_at, None)] if ticket.solved_at else [])
    return History(
        opened_at=ticket.opened_at,
        ends_at=max(ticket.closed_at or now, ticket.opened_at),
        stays=tuple(_stays(ticket)),
        pauses=tuple(pauses_in(events)),
        holdings=tuple(_holdings(ticket)),
        solved=tuple(solved),
    )


def _total_of(ticket: Ticket) -> Clock | None:
    rows = Clock.objects.filter(ticket_id=ticket.pk, kind=ClockKind.RESOLUTION)
    return rows.order_by("-number", "-pk").first()


def _stays(ticket: Ticket) -> Iterable[Stay]:
    """Give the stays of all processes of a ticket; an end lasts no time and is none."""
    rows = models.Visit.objects.filter(process__ticket=ticket).exclude(left_by="", left_at__isnull=False)
    ordered = rows.select_related("department", "clock").order_by("entered_at", "pk")
    for number, visit in enumerate(ordered, 1):
        yield Stay(
            number=number,
            stage=visit.stage,
            owner=visit.outside or owner_key(visit.department),
            since=visit.entered_at,
            until=visit.left_at,
            due_at=visit.breached_at or visit.due_at,
            pauses=tuple(pauses_in(events_of(visit.clock.events))) if visit.clock else (),
            is_rework=visit.is_rework,
        )


def owner_key(department: Department | None) -> str:
    """Return what accounts call a department: its role in blueprints, else its id."""
    if department is None:
        return ""
    return department.key or str(department.pk)


def pauses_in(events: Iterable[ClockEvent]) -> Iterable[Pause]:
    """Give the pauses among the events of a clock, the last one open if it still lasts."""
    open_one: Pause | None = None
    for event in events:
        if event.type is EventType.PAUSE and open_one is None:
            open_one = Pause(PauseReason(event.reason), event.at)
        elif open_one and event.type in (EventType.RESUME, EventType.FULFIL, EventType.CANCEL):
            yield Pause(open_one.reason, open_one.since, event.at)
            open_one = None
    if open_one:
        yield open_one


def _solved(events: Iterable[ClockEvent]) -> list[tuple[datetime, datetime | None]]:
    found: list[tuple[datetime, datetime | None]] = []
    for event in events:
        is_open = bool(found) and found[-1][1] is None
        if event.type is EventType.FULFIL and not is_open:
            found.append((event.at, None))
        elif event.type is EventType.REOPEN and is_open:
            found[-1] = (found[-1][0], event.at)
    return found


def _holdings(ticket: Ticket) -> list[Holding]:
    """Return which departments had the ticket outside of stages, by whom it was given to."""
    entries = Entry.objects.filter(
        name="ticket.assigned", subjects__kind=SubjectKind.TICKET, subjects__subject_id=ticket.pk
    )
    given = [(entry.at, (entry.facts.get("after") or {}).get("assignee")) for entry in entries.order_by("id")]
    homes = _homes({agent for _, agent in given if agent})
    found: list[Holding] = []
    for at, agent in given:
        if found and found[-1].until is None:
            found[-1] = Holding(found[-1].department, found[-1].since, at)
        if agent in homes:
            found.append(Holding(homes[agent], at))
    return found


def _homes(agents: set[int]) -> dict[int, str]:
    """Return by agent the department that their work is counted for: the first one by name."""
    rows = Department.members.through.objects.filter(agent__in=agents).select_related("department")
    found: dict[int, str] = {}
    for row in rows.order_by("department__name"):
        found.setdefault(row.agent_id, owner_key(row.department))
    return found
