"""Taking messages out of a ticket into one of their own, and putting them back."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from balcao.staff.models import Agent
from balcao.tickets import rules
from balcao.tickets.actions.holding import move_alone
from balcao.tickets.actions.indexing import follow_moves, index_tickets
from balcao.tickets.actions.merging import (
    announce,
    fresh,
    hide,
    last_message_id,
    settle,
    stand,
    standing_of,
    standing_ticket,
)
from balcao.tickets.actions.opening import Opening, open_ticket
from balcao.tickets.actions.ordering import link_order
from balcao.tickets.actions.restating import restate
from balcao.tickets.models import Conversation, Message, Participant, Ticket, TicketSplit
from balcao.tickets.types import Direction, LinkReason, MessageKind, OrderRule, Refusal, Status, TicketRefused

_SORTED = ("priority", "kind", "is_kind_chosen", "topic_id")  # as the ticket is that they are taken from


@transaction.atomic
def split_messages(*, messages: Sequence[Message], agent: Agent, now: datetime, subject: str = "") -> TicketSplit:
    """Take messages of one ticket into a new one, open and sorted like the old one; answers to them go there too."""
    move_alone()
    rows = _chosen(messages)
    source = fresh(rows[0].ticket_id)
    _check(source, rows)
    target = _open(source, rows, subject=subject)
    _carry_over(source, target, agent, now)
    conversations = _part(rows, target)
    split = TicketSplit.objects.create(
        source=source,
        target=target,
        agent=agent,
        at=now,
        before={
            "messages": {str(row.pk): row.conversation_id for row in rows},
            "conversations": {str(new): old for old, new in conversations.items()},
            "last_message": last_message_id(),
        },
    )
    follow_moves(tickets=[source.pk])
    restate([source, target])
    index_tickets([target.pk])
    facts = {"split": split.pk, "messages": [row.pk for row in rows]}
    announce("ticket.split", source, target, agent, now=now, facts=facts)
    return split


def _chosen(messages: Sequence[Message]) -> list[Message]:
    """Return the chosen messages as their rows stand now."""
    ids = [message.pk for message in messages]
    found = Message.objects.filter(pk__in=ids, is_recalled=False).select_related("conversation__channel__shop")
    rows = list(found.select_related("conversation__identity").order_by("at", "id"))
    if not rows:
        raise TicketRefused(Refusal.EMPTY)
    return rows


def _check(source: Ticket, rows: list[Message]) -> None:
    if source.merged_into_id:
        raise TicketRefused(Refusal.MERGED)
    if any(row.ticket_id != source.pk for row in rows):
        raise TicketRefused(Refusal.CHANGED_SINCE)
    if Message.objects.filter(ticket=source, is_recalled=False).count() <= len(rows):
        raise TicketRefused(Refusal.NOTHING_LEFT)


def _open(source: Ticket, rows: list[Message], *, subject: str) -> Ticket:
    first = rows[0].conversation
    return open_ticket(
        Opening(
            channel=first.channel,
            identity=first.identity,
            subject=" ".join(subject.split()) or first.subject or source.subject,
            status=Status.OPEN,
            language=source.language,
            at=rows[0].at,
            linked_to=source,
            link_reason=LinkReason.SPLIT,
            assignee_id=source.assignee_id,
            team_id=source.team_id,
            more={name: getattr(source, name) for name in _SORTED},
        )
    )


def _carry_over(source: Ticket, target: Ticket, agent: Agent, now: datetime) -> None:
    """Give the new ticket the tags of the old one, and the orders that it is about."""
    target.tags.set(source.tags.all())
    links = source.order_links.filter(removed_at__isnull=True).select_related("order")
    for link in links.order_by("pk"):
        link_order(ticket=target, order=link.order, rule=OrderRule(link.rule), agent=agent, now=now)


def _part(rows: list[Message], target: Ticket) -> dict[int, int]:
    """Give each conversation that is cut a second half in the new ticket; return the halves' ids, old to new."""
    by_conversation: defaultdict[int, list[Message]] = defaultdict(list)
    for row in rows:
        by_conversation[row.conversation_id].append(row)
    halves = {}
    for old_id, group in sorted(by_conversation.items()):
        half = _half(group[0].conversation, target, at=group[0].at)
        Message.objects.filter(pk__in=[row.pk for row in group]).update(conversation=half, ticket=target)
        halves[old_id] = half.pk
    return halves


def _half(old: Conversation, target: Ticket, *, at: datetime) -> Conversation:
    half = Conversation.objects.create(
        ticket=target,
        home=target,
        channel_id=old.channel_id,
        identity_id=old.identity_id,
        subject=old.subject,
        level=old.level,
        created_at=at,
    )
    _share_participants(old.pk, half.pk)
    return half


def _share_participants(one: int, other: int) -> None:
    """Let everybody who takes part in one conversation take part in another, as the same."""
    rows = Participant.objects.filter(conversation=one).exclude(
        identity__in=Participant.objects.filter(conversation=other).values("identity")
    )
    Participant.objects.bulk_create(
        Participant(conversation_id=other, identity_id=row.identity_id, role=row.role) for row in rows
    )


@transaction.atomic
def undo_split(*, split: TicketSplit, agent: Agent, now: datetime) -> TicketSplit:
    """Put messages back into the conversations they were taken from, with what came in on them since.

    The ticket made by the split goes into the one it came from, with its notes. Refused (`merged_on`) while either of
    the two is merged in a way that has to be undone first.
    """
    move_alone()
    split = TicketSplit.objects.select_related("source", "target__identity").get(pk=split.pk)
    target, root = split.target, standing_ticket(split.source)
    if split.undone_at:
        raise TicketRefused(Refusal.ALREADY_UNDONE)
    if target.merged_into_id or root.pk == target.pk:
        raise TicketRefused(Refusal.MERGED_ON)
    split.undone_at, split.undone_by = now, agent
    split.save(update_fields=["undone_at", "undone_by"])
    written_since = _customer_wrote_since(split)
    touched = _rejoin(split)
    hide(target, in_ticket=split.source)
    settle([target.pk], in_ticket=root)
    follow_moves(tickets=[target.pk])
    if written_since:
        stand(root, rules.on_its_own_again(standing_of(root), last_direction=Direction.IN))
    restate([root, *(fresh(pk) for pk in touched - {root.pk})])
    announce("ticket.split.undone", split.source, target, agent, now=now, facts={"split": split.pk})
    return split


def _customer_wrote_since(split: TicketSplit) -> bool:
    since = Message.objects.filter(ticket=split.target_id, pk__gt=split.before["last_message"])
    return since.filter(direction=Direction.IN, kind=MessageKind.SAID).exists()


def _rejoin(split: TicketSplit) -> set[int]:
    """Move the messages of each half back; return the tickets they are shown in now."""
    touched = set()
    for half, old_id in split.before["conversations"].items():
        old = _whole(old_id)
        Message.objects.filter(conversation=int(half)).update(conversation=old, ticket=old.ticket_id)
        _share_participants(int(half), old.pk)
        touched.add(old.ticket_id)
    return touched


def _whole(conversation_id: int) -> Conversation:
    """Return a conversation, or the one it was put back into when its own split was undone."""
    conversation = Conversation.objects.get(pk=conversation_id)
    undone = TicketSplit.objects.filter(target=conversation.home_id, undone_at__isnull=False).first()
    if undone and str(conversation_id) in undone.before["conversations"]:
        return _whole(undone.before["conversations"][str(conversation_id)])
    return conversation
