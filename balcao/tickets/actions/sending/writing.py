"""Writing: what is said, and the message, letter and dispatch that come of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from balcao.channels.actions import sending as dispatches
from balcao.channels.models import Channel
from balcao.channels.queries import connection_of
from balcao.customers import actions as customers
from balcao.customers.models import Identity
from balcao.journal.actions import record
from balcao.journal.types import Actor, ActorKind, Subject, SubjectKind
from balcao.kit.db import insert
from balcao.kit.placeholders import fill
from balcao.kit.prepared import Prepared
from balcao.kit.redact import redact_cards
from balcao.ports import registry
from balcao.ports.channel import Outbound, Party
from balcao.staff.models import Agent
from balcao.tickets import rules
from balcao.tickets.actions.files import adopt_uploads
from balcao.tickets.actions.holding import take_hold
from balcao.tickets.models import Attachment, Conversation, Letter, Message, Ticket
from balcao.tickets.queries.threads import reply_token
from balcao.tickets.types import Direction, MessageKind, Refusal, Status, TicketRefused

_MOST_ANSWERED = 10  # earlier messages that an answer names as those it belongs to


@dataclass(frozen=True, slots=True)
class Writing:
    """What somebody of the shop writes."""

    text: str
    to: tuple[Party, ...] = ()  # empty: to whoever the conversation is with
    copied: tuple[Party, ...] = ()
    subject: str = ""
    upload_ids: tuple[int, ...] = ()
    attachment_ids: tuple[int, ...] = ()  # of the ticket, to be sent along (forwarding)
    then: Status | None = None  # the ticket's status afterwards; None: the customer's turn
    remind_at: datetime | None = None
    seen_message_id: int | None = None  # the newest message the writer's page showed; None: not checked
    automatic: bool = False
    form_key: str = ""  # of the page's form: sent twice with the same words, it is one message


def check_writable(ticket: Ticket) -> None:
    """Lock the ticket as it stands now, and refuse to write on one that was merged away."""
    take_hold(ticket)
    if ticket.merged_into_id:
        raise TicketRefused(Refusal.MERGED)


def identity_of(party: Party, channel: Channel, *, now: datetime) -> Identity:
    """Return the identity of somebody the shop writes to or heard from."""
    return customers.identify(party=party, scope="", region=channel.shop.region, language="", proven=None, now=now)


def write(
    conversation: Conversation,
    channel: Channel,
    writing: Writing,
    agent: Agent | None,
    *,
    kind: MessageKind,
    now: datetime,
    undo: timedelta,
) -> Message:
    """Store a message, its letter and its dispatch; refuse what is empty or longer than the channel carries."""
    text = redact_cards(writing.text.strip())
    if not text and not (writing.upload_ids or writing.attachment_ids):
        raise TicketRefused(Refusal.EMPTY)
    adapter, connection = registry.channel(channel.kind), connection_of(channel)
    if len(text) > adapter.limits(connection).text_length:
        raise TicketRefused(Refusal.TOO_LONG)
    ticket = conversation.ticket
    message = Message(
        ticket=ticket,
        conversation=conversation,
        channel=channel,
        direction=Direction.OUT,
        kind=kind,
        agent=agent,
        at=now,
        text=text,
        language=ticket.language,
        external_id=adapter.new_id(connection),
    )
    signed = _with_signature(text, ticket, agent) if agent else text
    subject = _subject(conversation, writing)
    outbound = Outbound(
        external_id=message.external_id,
        to=writing.to,
        text=signed,
        subject=subject,
        copied=writing.copied,
        sender_name=ticket.shop.name,
        answers=_answers(conversation),
        reply_token=reply_token(conversation),
        automatic=writing.automatic,
        language=ticket.language,
    )
    dispatch = dispatches.queue_dispatch(
        channel=channel,
        outbound=outbound,
        files=[],
        order_key=f"conversation:{conversation.pk}",
        due_at=now + undo,
        now=now,
    )
    message.dispatch = dispatch
    insert(message)
    insert(Letter(message=message, subject=subject[:500], full_text=signed, addressing=_addressing(writing)))
    files = _take_files(message, writing, agent)
    if files:
        dispatch.files = files
        dispatch.save(update_fields=["files"])
    return message


def _with_signature(text: str, ticket: Ticket, agent: Agent) -> str:
    signatures: dict[str, str] = ticket.shop.signatures
    template = signatures.get(ticket.language) or signatures.get(ticket.shop.language, "")
    signature = fill(template, {"agent.name": agent.name, "shop.name": ticket.shop.name}).text.strip()
    return f"{text}\n\n-- \n{signature}" if signature else text


def _subject(conversation: Conversation, writing: Writing) -> str:
    """Return the subject of an answer: the thread's own, with the ticket's number once."""
    subject = writing.subject or conversation.subject or conversation.ticket.subject
    number = f"[#{conversation.ticket.number}]"
    tagged = subject if number in subject else f"{subject} {number}".strip()
    is_first = writing.subject or not _ANY(conversation.pk)
    return tagged if is_first or tagged.lower().startswith("re:") else f"Re: {tagged}"


_ANY = Prepared(lambda conversation: Message.objects.filter(conversation=conversation).values_list("pk", flat=True)[:1])
_SAID_LAST = Prepared(
    lambda conversation: (
        Message.objects.filter(conversation=conversation, is_recalled=False)
        .order_by("-at", "-id")
        .values_list("external_id", flat=True)[:_MOST_ANSWERED]
    )
)


def _answers(conversation: Conversation) -> tuple[str, ...]:
    return tuple(_SAID_LAST(conversation.pk))


def _plain(party: Party) -> list[str]:
    return [party.kind, party.value, party.name]


def _addressing(writing: Writing) -> dict[str, object]:
    return {"to": [_plain(p) for p in writing.to], "cc": [_plain(p) for p in writing.copied]}


def _take_files(message: Message, writing: Writing, agent: Agent | None) -> list[dict[str, Any]]:
    """Attach the writer's uploads, and copies of the ticket's own files that are sent along."""
    rows: list[Attachment] = []
    if agent and writing.upload_ids:
        rows += adopt_uploads(ids=list(writing.upload_ids), agent=agent, message=message)
    for row in _sent_along(message.ticket, writing):
        row.pk, row.message = None, message
        rows += Attachment.objects.bulk_create([row])
    return [
        {
            "storage": row.storage_key,
            "name": row.name,
            "media_type": row.media_type,
            "content_id": row.content_id,
            "inline": row.is_inline,
        }
        for row in rows
    ]


def _sent_along(ticket: Ticket, writing: Writing) -> Iterable[Attachment]:
    ids = writing.attachment_ids
    return Attachment.objects.filter(pk__in=ids, message__ticket=ticket) if ids else ()


def touch(ticket: Ticket, message: Message, *more: str) -> None:
    """Keep the list row true after something was written; `more` names further changed fields to save."""
    ticket.changed_at = max(ticket.changed_at, message.at)
    ticket.last_words, ticket.last_direction = rules.last_words(message.text), message.direction
    writer = message.agent.name if message.agent else (message.identity.name if message.identity else "")
    ticket.last_author = writer[:120]
    ticket.message_count += 1
    ticket.save(update_fields=["changed_at", "last_words", "last_direction", "last_author", "message_count", *more])


def announce(name: str, message: Message, agent: Agent | None, *, now: datetime, **more: str) -> None:
    """Write the fact about a message to the journal."""
    ticket = message.ticket
    record(
        name=name,
        at=now,
        actor=Actor(ActorKind.AGENT, agent.pk) if agent else Actor(ActorKind.SYSTEM),
        about=[Subject(SubjectKind.TICKET, ticket.pk)],
        shop_id=ticket.shop_id,
        facts={"ticket": ticket.pk, "number": ticket.number, "message": message.pk, "status": ticket.status, **more},
    )
