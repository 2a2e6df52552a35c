"""Notes, drafts and what an agent has seen."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor, ActorKind, Subject, SubjectKind
from balcao.kit.redact import redact_cards
from balcao.ports.channel import File
from balcao.staff.models import Agent
from balcao.tickets import rules
from balcao.tickets.actions.files import adopt_uploads, unsaved_attachment
from balcao.tickets.actions.holding import take_hold
from balcao.tickets.actions.uploads import hold_uploads
from balcao.tickets.models import Draft, Note, Sight, Ticket
from balcao.tickets.types import Refusal, TicketRefused

MODES = ("reply", "note", "forward")


@transaction.atomic
def add_note(
    *,
    ticket: Ticket,
    text: str,
    agent: Agent,
    now: datetime,
    mentions: Sequence[Agent] = (),
    upload_ids: Sequence[int] = (),
) -> Note:
    """Write a remark the customer never sees; mentioned colleagues are told if they work for the shop."""
    text = redact_cards(text.strip())
    if not text and not upload_ids:
        raise TicketRefused(Refusal.EMPTY)
    take_hold(ticket)
    if ticket.merged_into_id:
        raise TicketRefused(Refusal.MERGED)
    again = Note.objects.filter(ticket=ticket, agent=agent, text=text, at__gt=now - rules.SAME_CLICK).first()
    if again:
        return again
    note = Note.objects.create(ticket=ticket, home=ticket, agent=agent, at=now, text=text)
    told = [a for a in mentions if a.is_active and a.sees_shop(ticket.shop_id)]
    note.mentions.set(told)
    adopt_uploads(ids=list(upload_ids), agent=agent, note=note)
    Draft.objects.filter(ticket=ticket, agent=agent, mode="note").delete()
    Ticket.objects.filter(pk=ticket.pk).update(changed_at=now)
    record(
        name="ticket.note.added",
        at=now,
        actor=Actor(ActorKind.AGENT, agent.pk),
        about=[Subject(SubjectKind.TICKET, ticket.pk), *(Subject(SubjectKind.AGENT, a.pk) for a in told)],
        shop_id=ticket.shop_id,
        facts={"ticket": ticket.pk, "number": ticket.number, "note": note.pk, "mentions": [a.pk for a in told]},
    )
    return note


@transaction.atomic
def note_by_itself(*, ticket: Ticket, text: str, now: datetime, files: Sequence[File] = ()) -> Note:
    """Leave a remark that no agent wrote: what the desk itself has found out, or a department answered by mail."""
    note = Note.objects.create(ticket=ticket, home=ticket, agent=None, at=now, text=text)
    for row in (unsaved_attachment(file, at=now) for file in files):
        row.note = note
        row.save()
    Ticket.objects.filter(pk=ticket.pk).update(changed_at=now)
    record(
        name="ticket.note.added",
        at=now,
        actor=SYSTEM,
        about=[Subject(SubjectKind.TICKET, ticket.pk)],
        shop_id=ticket.shop_id,
        facts={"ticket": ticket.pk, "number": ticket.number, "note": note.pk, "mentions": []},
    )
    return note


def save_draft(
    *, ticket: Ticket, agent: Agent, mode: str, text: str, addressing: dict[str, object], now: datetime
) -> Draft | None:
    """Keep what an agent is writing; an emptied draft is forgotten. No fact yet, so no journal entry."""
    if mode not in MODES:
        raise TicketRefused(Refusal.EMPTY)
    if not text.strip():
        if Draft.objects.filter(ticket=ticket, agent=agent, mode=mode).delete()[0]:
            hold_uploads(ticket=ticket, agent=agent, mode=mode, now=now)
        return None
    values = {"text": redact_cards(text), "addressing": addressing, "saved_at": now}
    return Draft.objects.update_or_create(ticket=ticket, agent=agent, mode=mode, defaults=values)[0]


def mark_seen(*, ticket: Ticket, agent: Agent, now: datetime) -> datetime | None:
    """Remember that an agent looked at a ticket; return when they had looked before."""
    before = Sight.objects.filter(ticket=ticket, agent=agent).values_list("seen_at", flat=True).first()
    Sight.objects.update_or_create(ticket=ticket, agent=agent, defaults={"seen_at": now})
    return before
