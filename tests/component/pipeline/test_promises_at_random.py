"""Days at the desk at random: whatever happens, clocks say what happened, and say the same when told again."""

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from balcao.channels.models import Channel
from balcao.deadlines.actions import clocks
from balcao.deadlines.models import Clock, Escalation, Timer
from balcao.journal.actions import seal
from balcao.journal.models import Entry, Reader
from balcao.pipeline import followers, timers
from balcao.pipeline.promises.facts import facts_of
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.actions import changing, classifying, merging, splitting
from balcao.tickets.actions.sending import Writing, recall_message, send_message
from balcao.tickets.models import Message, Ticket, TicketMerge
from balcao.tickets.types import Direction, Kind, Priority, Status, TicketRefused

DEEDS = 26
KEPT = ("ticket_id", "kind", "rule", "number", "state", "due_at", "target_seconds", "breached_at", "ended_at")
_STATUSES = [Status.OPEN, Status.WAITING, Status.SOLVED, Status.CLOSED, Status.SPAM]


@dataclass
class Desk:
    """What happens at a desk, and what time it is there."""

    chance: random.Random
    channel: Channel
    agent: Agent
    now: datetime = datetime(2026, 8, 3, 12, 0, tzinfo=UTC)
    written: list[str] = field(default_factory=list)

    def live(self) -> None:
        """Let something happen, some time later, and everybody read on."""
        self.now += timedelta(minutes=self.chance.choice([1, 5, 40, 200, 1500, 9000]))
        deed = self.chance.choice(
            [self.ask, self.ask, self.reply, self.reply, self.answer, self.answer, self.move, self.mark, self.join]
        )
        with suppress(TicketRefused):
            deed()
        if self.chance.random() < 0.7:
            self.catch_up()

    def catch_up(self) -> None:
        while seal() + followers.run_due(now=self.now) or timers.run_due(now=self.now):
            pass

    def ticket(self) -> Ticket | None:
        rows = list(Ticket.objects.filter(merged_into=None).order_by("pk"))
        return self.chance.choice(rows) if rows else None

    def _letter(self, **more: Any) -> None:
        name = f"m{len(self.written)}"
        self.written.append(name)
        nature = self.chance.choice(["message", "message", "message", "auto"])
        receive(self.channel, now=self.now, id=name, text=f"{name}?", nature=nature, **more)

    def ask(self) -> None:
        self._letter(**{"from": f"c{self.chance.randrange(4)}@example.com"})

    def reply(self) -> None:
        if self.written:
            about = self.chance.choice(self.written)
            sender = Message.objects.get(external_id=about).identity
            self._letter(answers=[about], **{"from": sender.value if sender else "x@example.com"})

    def answer(self) -> None:
        ticket = self.ticket()
        talk = ticket.conversations.order_by("pk").first() if ticket else None
        if talk is None:
            return
        then = self.chance.choice([None, Status.OPEN, Status.SOLVED])
        message = send_message(
            conversation=talk, writing=Writing(text=f"At {self.now}", then=then), agent=self.agent, now=self.now
        )
        if self.chance.random() < 0.2:
            recall_message(message=message, agent=self.agent, now=self.now + timedelta(seconds=4))

    def move(self) -> None:
        ticket = self.ticket()
        if ticket:
            status = self.chance.choice(_STATUSES)
            changing.set_status(ticket=ticket, status=status, agent=self.agent, now=self.now)

    def mark(self) -> None:
        ticket = self.ticket()
        if ticket:
            changing.set_priority(
                ticket=ticket, priority=self.chance.choice(list(Priority)), agent=self.agent, now=self.now
            )
            classifying.set_kind(ticket=ticket, kind=self.chance.choice(list(Kind)), agent=self.agent, now=self.now)

    def join(self) -> None:
        one, other = self.ticket(), self.ticket()
        undoable = TicketMerge.objects.filter(undone_at=None).order_by("pk").first()
        if undoable and self.chance.random() < 0.4:
            merging.undo_ticket_merge(merge=undoable, agent=self.agent, now=self.now)
        elif one and other and self.chance.random() < 0.6:
            merging.merge_tickets(source=one, target=other, agent=self.agent, now=self.now)
        elif one:
            said = Message.objects.filter(ticket=one, direction=Direction.IN).order_by("pk").last()
            splitting.split_messages(messages=[said] if said else [], agent=self.agent, now=self.now)


def stored() -> list[dict[str, Any]]:
    return list(Clock.objects.order_by("ticket_id", "kind", "rule", "number").values(*KEPT))


@pytest.mark.parametrize("seed", range(10))
def test_clocks_say_what_happened_and_the_same_when_told_again(channel: Channel, bia: Agent, seed: int) -> None:
    desk = Desk(random.Random(seed), channel, bia)
    for _ in range(DEEDS):
        desk.live()
    desk.catch_up()

    assert not [clock.pk for clock in Clock.objects.all() if clocks.differs(clock)]
    for ticket in Ticket.objects.all():
        said = facts_of(list(Clock.objects.filter(ticket_id=ticket.pk).order_by("pk")))
        assert (said.due_at, said.due_kind, said.paused_for, said.paused_left, said.breached_at, said.warned) == (
            ticket.due_at,
            ticket.due_kind,
            ticket.paused_for,
            ticket.paused_left,
            ticket.breached_at,
            ticket.warned,
        )
    assert not Timer.objects.filter(fire_at__lte=desk.now).exists()
    told = list(Entry.objects.filter(name="clock.breached").values_list("facts__clock", "at"))
    assert len(told) == len(set(told))

    before = stored()
    assert len(before) > 5
    Escalation.objects.all().delete()
    Clock.objects.all().delete()
    Reader.objects.filter(name="promises").update(position=0)
    desk.catch_up()
    assert stored() == before, f"seed {seed}"
