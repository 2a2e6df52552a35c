"""What a batch of entries needs: its tickets, their clocks, the messages spoken of, and what the shops promise."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from balcao.deadlines.actions.choosing import round_the_clock
from balcao.deadlines.actions.hand import Hand, take
from balcao.deadlines.models import Clock
from balcao.deadlines.queries.hours import key_of, version_at
from balcao.deadlines.queries.targets import Promised, promised
from balcao.deadlines.queries.terms import legal_terms
from balcao.deadlines.rules import histories
from balcao.deadlines.rules.calendars import to_seconds
from balcao.deadlines.types import ClockEvent, ClockKind, ClockState, EventType
from balcao.journal.models import Entry
from balcao.kit.db import locked
from balcao.staff.models import Department
from balcao.tickets.actions.holding import keep_in_place
from balcao.tickets.models import Message, Ticket

PROMISES = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION)
OPEN = (ClockState.RUNNING, ClockState.PAUSED)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_SAME_MOMENT, _JUST_AFTER = timedelta(milliseconds=1), timedelta(microseconds=1)
_OF_SOURCES = {"consumidor_gov": "BR-GOVBR"}  # who passed it on -> the rule that then holds, too
_TICKET = "ticket"  # whose clocks they are, in the words of `Clock.subject_kind`
_OWNER = "cs"  # the department that owns what is promised to the customer, by its role in blueprints


@dataclass(frozen=True, slots=True)
class By:
    """By what a target is chosen, as it was at the instant of an entry."""

    kind: str = ""
    priority: str = "normal"
    channel: str = ""

    def plain(self) -> dict[str, str]:
        """Return it as it is kept in a clock's history."""
        return {"kind": self.kind, "priority": self.priority, "channel": self.channel}


@dataclass(slots=True)
class Batch:
    """Everything in hand, locked; changed by entries one after another and written once."""

    tickets: dict[int, Ticket]
    hand: Hand
    messages: dict[int, Message]
    promised: Promised
    owner: Department | None
    answered: dict[int, tuple[datetime, int]] = field(default_factory=dict)  # ticket -> when an agent acted last, who
    always_key: str = ""
    stale: set[int] = field(default_factory=set)  # tickets whose facts may be others, although no clock here changed

    def clocks(self, ticket: int, *kinds: ClockKind) -> list[Clock]:
        """Return a ticket's own clocks of these kinds, the oldest first."""
        return [clock for clock in self.hand.of(ticket, *kinds) if clock.subject_kind == _TICKET]

    def last(self, ticket: int, kind: ClockKind) -> Clock | None:
        """Return a ticket's newest clock of a kind."""
        return max(self.clocks(ticket, kind), key=lambda clock: clock.number, default=None)

    def open(self, ticket: int, *kinds: ClockKind) -> list[Clock]:
        """Return a ticket's own clocks of these kinds that run or are paused."""
        return [clock for clock in self.clocks(ticket, *kinds) if clock.state in OPEN]

    def by(self, ticket: int) -> By:
        """Return by what this ticket's targets were chosen last."""
        rows = [row for clock in self.clocks(ticket, *PROMISES) for row in clock.events]
        said = histories.last_said(sorted(rows, key=lambda row: str(row["at"])), "by")
        return By(**said) if said else By()

    def start(self, ticket: int, kind: ClockKind, at: datetime, *, key: str, by: By, number: int = 1) -> Clock | None:
        """Start a ticket's clock of a kind if the shop promises anything; None if not, or if it is there already."""
        row = self.tickets.get(ticket)
        if row is None or any(clock.number == number for clock in self.clocks(ticket, kind)):
            return None
        target = self.promised.target(shop=row.shop_id, clock=kind, owner=self.owner, at=at, **by.plain())
        if target is None:
            return None
        clock = Clock(
            shop_id=row.shop_id,
            kind=kind,
            subject_kind=_TICKET,
            subject_id=ticket,
            ticket_id=ticket,
            owner=self.owner,
            number=number,
        )
        event = ClockEvent(at, EventType.START, target_seconds=target.seconds, calendar=target.calendar)
        bot = {"bot": True} if target.counts_bot else {}
        return self.hand.begin(clock, event, key=key, by=by.plain(), **bot)

    def start_legal(self, ticket: int, at: datetime, *, key: str, source: str = "") -> None:
        """Start what the law of the shop's country asks for when somebody writes to it; such a term never pauses.

        Some who pass complaints on have a term of their own.
        """
        row = self.tickets.get(ticket)
        for term in legal_terms(row.shop, at=at, also=_OF_SOURCES.get(source, "")) if row else ():
            if not any(clock.rule == term.rule for clock in self.clocks(ticket, ClockKind.LEGAL)):
                self.start_term(ticket, term.rule, (_TICKET, ticket), at, term.due_at, key=key)

    def start_term(
        self, ticket: int, rule: str, subject: tuple[str, int], at: datetime, due_at: datetime, *, key: str, **more: Any
    ) -> Clock | None:
        """Start a term of the law, which runs round the clock; `more` is kept in its first event."""
        row = self.tickets.get(ticket)
        if row is None:
            return None
        clock = Clock(
            shop_id=row.shop_id,
            kind=ClockKind.LEGAL,
            subject_kind=subject[0],
            subject_id=subject[1],
            ticket_id=ticket,
            owner=self.owner,
            rule=rule,
        )
        seconds = max(to_seconds(due_at) - to_seconds(at), 0)
        event = ClockEvent(at, EventType.START, target_seconds=seconds, calendar=self.always())
        return self.hand.begin(clock, event, key=key, **more)

    def always(self) -> str:
        """Return the key of the hours that never close, read once."""
        if not self.always_key:
            self.always_key = key_of(version_at(round_the_clock(), at=_LONG_AGO))
        return self.always_key

    def happen(self, clock: Clock | None, kind: EventType, at: datetime, *, key: str, **more: Any) -> bool:
        """Let something happen to a clock if there is one."""
        if clock is None or at < datetime.fromisoformat(clock.events[0]["at"]):
            return False  # it was not running yet: a message may be stored after what was done meanwhile
        return self.hand.add(clock, ClockEvent(_after_all(clock, at), kind, **more), key=key)

    def mark(self, clock: Clock | None, at: datetime, *, key: str, **said: Any) -> None:
        """Let a clock remember something."""
        if clock is not None:
            self.hand.put(clock, histories.mark_row(key=key, at=at, **said))


def _after_all(clock: Clock, at: datetime) -> datetime:
    """Return an instant, or the one right after what happened to a clock at this very moment.

    Of what happens at one instant a pause would come before a start, whatever the order of the entries.
    """
    last = max(datetime.fromisoformat(row["at"]) for row in clock.events)
    return last + _JUST_AFTER if at <= last < at + _SAME_MOMENT else at


def gather(entries: Sequence[Entry], ticket_ids: Collection[int], *, skip_locked: bool = False) -> Batch:
    """Read and lock what these entries need, in as many queries as for one of them.

    Tickets before clocks, as everybody does; and no merge or split meanwhile. `skip_locked`: without the tickets that
    somebody else has in hand.
    """
    keep_in_place()
    rows = Ticket.objects.filter(pk__in=set(ticket_ids)).select_related("shop").order_by("pk")
    tickets = {row.pk: row for row in locked(rows, skip_locked=skip_locked)} if ticket_ids else {}
    return Batch(
        tickets=tickets,
        hand=take(tickets) if tickets else Hand(),
        messages=_messages(entries),
        promised=promised(shop_ids={row.shop_id for row in tickets.values()}),
        owner=Department.objects.filter(key=_OWNER, is_active=True).first(),
    )


def _messages(entries: Sequence[Entry]) -> dict[int, Message]:
    ids = {pk for entry in entries for pk in _message_ids(entry)}
    rows = Message.objects.filter(pk__in=ids).select_related("channel") if ids else Message.objects.none()
    return {row.pk: row for row in rows.only("id", "kind", "direction", "agent_id", "at", "ticket_id", "channel__kind")}


def _message_ids(entry: Entry) -> list[int]:
    if entry.name == "ticket.split":
        return list(entry.facts["messages"])
    return [entry.facts["message"]] if "message" in entry.facts else []
