"""Opening tickets and conversations."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from balcao.channels.models import Channel
from balcao.customers import actions as customers
from balcao.customers.models import Identity
from balcao.kit.db import insert, insert_all
from balcao.tickets import rules
from balcao.tickets.actions.tallies import counted, shift
from balcao.tickets.models import Conversation, NumberSeries, Participant, Ticket
from balcao.tickets.types import LinkReason, ParticipantRole, Status


def next_number() -> int:
    """Return the next ticket number; the series stays locked until the transaction ends, so ask late."""
    table = NumberSeries._meta.db_table  # noqa: SLF001 - Django's public-by-custom options
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET last = last + 1 WHERE id = 1 RETURNING last")  # noqa: S608 - our own name
        row = cursor.fetchone()
        if row is None:
            return NumberSeries.objects.create(id=1, last=1001).last
        return int(row[0])


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new ticket starts with."""

    channel: Channel
    identity: Identity
    subject: str
    status: Status
    language: str
    at: datetime
    linked_to: Ticket | None = None
    link_reason: LinkReason | None = None
    assignee_id: int | None = None
    team_id: int | None = None
    more: dict[str, Any] = field(default_factory=dict)


def open_ticket(opening: Opening) -> Ticket:
    """Create a ticket within the caller's transaction and count it."""
    ticket = insert(
        Ticket(
            number=next_number(),
            shop_id=opening.channel.shop_id,
            identity=opening.identity,
            subject=opening.subject[:300],
            status=opening.status,
            queue=rules.queue_of(opening.status, snoozed=False),
            language=opening.language,
            assignee_id=opening.assignee_id,
            team_id=opening.team_id,
            opened_at=opening.at,
            changed_at=opening.at,
            closed_at=opening.at if opening.status == Status.CLOSED else None,
            linked_to=opening.linked_to,
            link_reason=opening.link_reason or "",
            **opening.more,
        )
    )
    shift(None, counted(ticket))
    customers.count_ticket(identity=opening.identity, at=opening.at)
    return ticket


def open_conversation(
    *,
    ticket: Ticket,
    channel: Channel,
    identity: Identity,
    subject: str,
    at: datetime,
    copied: Iterable[Identity] = (),
    source: str = "",
) -> Conversation:
    """Create a conversation in a ticket with those who take part in it."""
    conversation = insert(
        Conversation(
            ticket=ticket,
            home=ticket,
            channel=channel,
            identity=identity,
            subject=subject[:300],
            created_at=at,
            source=source,
        )
    )
    people = {identity.pk: ParticipantRole.WRITER}
    for other in copied:
        people.setdefault(other.pk, ParticipantRole.COPIED)
    insert_all([Participant(conversation=conversation, identity_id=pk, role=role) for pk, role in people.items()])
    return conversation
