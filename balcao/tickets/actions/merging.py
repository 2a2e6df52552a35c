"""Putting one ticket into another, and taking it out again.

Where a conversation or note is now follows from two things alone: the ticket it began in (its home) and which tickets
are merged into which. So merges can be chained, and undone in any order.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from balcao.customers import actions as customers
from balcao.journal.actions import record
from balcao.journal.types import Actor, ActorKind, Subject, SubjectKind
from balcao.staff.models import Agent
from balcao.tickets import rules
from balcao.tickets.actions.holding import move_alone
from balcao.tickets.actions.indexing import follow_moves
from balcao.tickets.actions.restating import restate
from balcao.tickets.actions.tallies import counted, shift
from balcao.tickets.models import Conversation, Message, Note, Ticket, TicketMerge
from balcao.tickets.types import Direction, MessageKind, Refusal, TicketRefused


@transaction.atomic
def merge_tickets(*, source: Ticket, target: Ticket, agent: Agent, now: datetime) -> TicketMerge:
    """Put `source` into `target`: its conversations and notes are shown there until the merge is undone.

    The target keeps its own subject, owner and marks; an open question of the source opens it.
    """
    move_alone()
    source, target = fresh(source.pk), fresh(target.pk)
    _check(source, target)
    before = standing_of(target)
    after = rules.absorb(before, standing_of(source))
    merge = TicketMerge.objects.create(
        source=source,
        target=target,
        agent=agent,
        at=now,
        before={"before": before.plain(), "after": after.plain(), "last_message": last_message_id()},
    )
    hide(source, in_ticket=target)
    stand(target, after)
    settle([source.pk], in_ticket=target)
    restate([target])
    announce("ticket.merged", source, target, agent, now=now, facts={"merge": merge.pk})
    return merge


def _check(source: Ticket, target: Ticket) -> None:
    if source.pk == target.pk:
        raise TicketRefused(Refusal.SAME_TICKET)
    if source.shop_id != target.shop_id:
        raise TicketRefused(Refusal.OTHER_SHOP)
    if source.merged_into_id or target.merged_into_id:
        raise TicketRefused(Refusal.MERGED)
    if source.is_held_open:  # its process stays where the customer sees it: merge the other one into it
        raise TicketRefused(Refusal.HELD_OPEN)


@transaction.atomic
def undo_ticket_merge(*, merge: TicketMerge, agent: Agent, now: datetime) -> TicketMerge:
    """Take a ticket out of the one it was merged into, with all that came in on its conversations since.

    It stands where it stood, unless somebody wrote on them meanwhile; the other ticket goes back to where it stood
    unless somebody moved it since.
    """
    move_alone()
    merge = TicketMerge.objects.select_related("source", "target").get(pk=merge.pk)
    if merge.undone_at:
        raise TicketRefused(Refusal.ALREADY_UNDONE)
    merge.undone_at, merge.undone_by = now, agent
    merge.save(update_fields=["undone_at", "undone_by"])
    source, root = merge.source, standing_ticket(merge.target)
    source.merged_into = None
    settle([source.pk], in_ticket=source)
    show(source, rules.on_its_own_again(standing_of(source), last_direction=_last_direction(source, merge)))
    _take_back(merge)
    root.refresh_from_db()
    restate([source, root])
    announce("ticket.merge.undone", source, merge.target, agent, now=now, facts={"merge": merge.pk})
    return merge


def _last_direction(source: Ticket, merge: TicketMerge) -> str:
    """Return which way the last message went that came on the source's threads since the merge, or ''."""
    since = Message.objects.filter(ticket=source, pk__gt=merge.before["last_message"], is_recalled=False)
    people = since.exclude(kind__in=[MessageKind.AUTO, MessageKind.BOUNCE, MessageKind.FORWARD])
    people = people.exclude(direction=Direction.OUT, agent__isnull=True)
    return people.order_by("-at", "-id").values_list("direction", flat=True).first() or ""


def _take_back(undone: TicketMerge) -> None:
    """Put the target where it would stand had this merge never been, as far as nobody else moved it since.

    Later merges into the same target are told anew; the first sign of another hand ends that.
    """
    found, expected = rules.standing_from(undone.before["before"]), undone.before["after"]
    later = TicketMerge.objects.filter(target=undone.target_id, pk__gt=undone.pk, undone_at__isnull=True)
    for merge in later.select_related("source").order_by("pk"):
        if merge.before["before"] != expected:
            return
        expected = merge.before["after"]
        after = rules.absorb(found, standing_of(merge.source))
        merge.before |= {"before": found.plain(), "after": after.plain()}
        merge.save(update_fields=["before"])
        found = after
    target = fresh(undone.target_id)
    if standing_of(target).plain() == expected:
        stand(target, found)


# --- What splitting needs too ----------------------------------------------------------------------------------------


def fresh(ticket_id: int) -> Ticket:
    """Return a ticket as its row stands now."""
    return Ticket.objects.select_related("identity").get(pk=ticket_id)


def standing_ticket(ticket: Ticket) -> Ticket:
    """Return the ticket that holds another now: itself, or the last of those it was merged into."""
    while ticket.merged_into_id:
        ticket = fresh(ticket.merged_into_id)
    return ticket


def standing_of(ticket: Ticket) -> rules.Standing:
    """Return where a ticket stands by its row."""
    return rules.Standing(
        status=ticket.status,
        status_before=ticket.status_before,
        remind_at=ticket.remind_at,
        snoozed_until=ticket.snoozed_until,
        solved_at=ticket.solved_at,
        closed_at=ticket.closed_at,
    )


def stand(ticket: Ticket, found: rules.Standing) -> None:
    """Write where a ticket stands and keep the counts of the views true."""
    before = counted(ticket)
    _write(ticket, found)
    shift(before, counted(ticket))


def _write(ticket: Ticket, found: rules.Standing) -> None:
    names = ("status", "status_before", "remind_at", "snoozed_until", "solved_at", "closed_at", "queue")
    for name in names:
        setattr(ticket, name, getattr(found, name))
    ticket.save(update_fields=[*names, "merged_into"])


def hide(ticket: Ticket, *, in_ticket: Ticket) -> None:
    """Take a ticket off the views; its row stays as it is."""
    before = counted(ticket)
    ticket.merged_into = in_ticket
    ticket.save(update_fields=["merged_into"])
    shift(before, counted(ticket))
    customers.count_ticket(identity=ticket.identity, change=-1)


def show(ticket: Ticket, found: rules.Standing) -> None:
    """Put a ticket that is its own again back on the views."""
    _write(ticket, found)
    shift(None, counted(ticket))
    customers.count_ticket(identity=ticket.identity, change=1)


def settle(ticket_ids: Iterable[int], *, in_ticket: Ticket) -> None:
    """Move what began in these tickets, or in those merged into them, to where it is shown now."""
    homes = _with_merged(ticket_ids)
    moving = Conversation.objects.filter(home__in=homes).exclude(ticket=in_ticket)
    notes = Note.objects.filter(home__in=homes).exclude(ticket=in_ticket)
    left = {*moving.values_list("ticket_id", flat=True), *notes.values_list("ticket_id", flat=True)}
    ids = list(moving.values_list("pk", flat=True))
    Message.objects.filter(conversation__in=ids).update(ticket=in_ticket)
    Conversation.objects.filter(pk__in=ids).update(ticket=in_ticket)
    notes.update(ticket=in_ticket)
    follow_moves(tickets=left)


def _with_merged(ticket_ids: Iterable[int]) -> set[int]:
    found = fresh_ones = set(ticket_ids)
    while fresh_ones:
        merged = Ticket.objects.filter(merged_into__in=fresh_ones).exclude(pk__in=found)
        fresh_ones = set(merged.values_list("pk", flat=True))
        found = found | fresh_ones
    return found


def last_message_id() -> int:
    """Return the newest message's id, to tell what came later."""
    return Message.objects.aggregate(last=Max("pk"))["last"] or 0


def announce(name: str, source: Ticket, target: Ticket, agent: Agent, *, now: datetime, facts: dict[str, Any]) -> None:
    """Record what became of two tickets."""
    record(
        name=name,
        at=now,
        actor=Actor(ActorKind.AGENT, agent.pk),
        about=[Subject(SubjectKind.TICKET, source.pk), Subject(SubjectKind.TICKET, target.pk)],
        shop_id=target.shop_id,
        facts={
            "source": source.pk,
            "source_number": source.number,
            "target": target.pk,
            "target_number": target.number,
            **facts,
        },
    )
