"""Writing to customers: the message and its dispatch in one transaction, relayed afterwards."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from balcao.channels.actions import sending as dispatches
from balcao.channels.models import Channel
from balcao.channels.queries import answering_channel, connection_of
from balcao.customers import actions as customers
from balcao.customers.models import Identity
from balcao.journal.actions import record
from balcao.journal.types import Actor, ActorKind, Subject, SubjectKind
from balcao.kit.placeholders import fill
from balcao.kit.redact import redact_cards
from balcao.ports import registry
from balcao.ports.channel import IdentityKind, Outbound, Party
from balcao.staff.models import Agent
from balcao.tickets import rules
from balcao.tickets.actions.files import adopt_uploads
from balcao.tickets.actions.holding import take_hold
from balcao.tickets.actions.opening import Opening, open_conversation, open_ticket
from balcao.tickets.actions.restating import restate
from balcao.tickets.actions.tallies import recounted
from balcao.tickets.models import Attachment, Conversation, Draft, Letter, Message, Ticket
from balcao.tickets.queries.threads import reply_token
from balcao.tickets.types import Direction, MessageKind, Refusal, Status, TicketRefused


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


@transaction.atomic
def send_message(
    *,
    conversation: Conversation,
    writing: Writing,
    agent: Agent | None,
    now: datetime,
    undo: timedelta = rules.UNDO_WINDOW,
) -> Message:
    """Answer in a conversation; it leaves when the undo window is over.

    Refuses (`TicketRefused`) an empty text, a merged ticket, what the channel cannot carry, and a text
    written while something newer came in that its writer had not seen.
    """
    ticket = conversation.ticket
    _check_writable(ticket)
    channel = answering_channel(conversation.channel)
    if channel is None:
        raise TicketRefused(Refusal.NO_ANSWER_CHANNEL)
    _check_nothing_newer(ticket, writing)
    to = writing.to or _partner(conversation)
    if not to:
        raise TicketRefused(Refusal.NO_RECIPIENT)
    message = _write(conversation, channel, replace(writing, to=to), agent, kind=MessageKind.SAID, now=now, undo=undo)
    _after_writing(ticket, message, writing, agent, now=now)
    return message


@transaction.atomic
def forward_message(*, ticket: Ticket, channel: Channel, writing: Writing, agent: Agent, now: datetime) -> Message:
    """Write to somebody outside about a ticket, in a conversation of their own inside it."""
    _check_writable(ticket)
    if not writing.to:
        raise TicketRefused(Refusal.NO_RECIPIENT)
    identity = _identity_of(writing.to[0], channel, now=now)
    conversation = open_conversation(
        ticket=ticket, channel=channel, identity=identity, subject=writing.subject or ticket.subject, at=now
    )
    message = _write(conversation, channel, writing, agent, kind=MessageKind.FORWARD, now=now, undo=rules.UNDO_WINDOW)
    Draft.objects.filter(ticket=ticket, agent=agent, mode="forward").delete()
    _touch(ticket, message)
    _announce("ticket.message.forwarded", message, agent, now=now)
    return message


@transaction.atomic
def start_ticket(*, channel: Channel, writing: Writing, agent: Agent, language: str, now: datetime) -> Message:
    """Write to a customer first: a ticket that begins with the shop's own message."""
    if not writing.to:
        raise TicketRefused(Refusal.NO_RECIPIENT)
    connection = connection_of(channel)
    if not registry.channel(channel.kind).limits(connection).starts:
        raise TicketRefused(Refusal.CANNOT_START)
    identity = _identity_of(writing.to[0], channel, now=now)
    ticket = open_ticket(
        Opening(
            channel=channel,
            identity=identity,
            subject=writing.subject,
            status=writing.then or Status.WAITING,
            language=language or identity.customer.language,
            at=now,
            assignee_id=agent.pk,
            more={"remind_at": writing.remind_at, "channel_kinds": [channel.kind]},
        )
    )
    conversation = open_conversation(
        ticket=ticket,
        channel=channel,
        identity=identity,
        subject=writing.subject,
        at=now,
        copied=[_identity_of(party, channel, now=now) for party in (*writing.to[1:], *writing.copied)],
    )
    message = _write(conversation, channel, writing, agent, kind=MessageKind.SAID, now=now, undo=rules.UNDO_WINDOW)
    _touch(ticket, message)
    _announce("ticket.started", message, agent, now=now)
    return message


@transaction.atomic
def log_contact(
    *,
    channel: Channel,
    party: Party,
    text: str,
    subject: str,
    agent: Agent,
    ticket: Ticket | None,
    language: str,
    now: datetime,
) -> Message:
    """Write down a contact that came by phone or in person, on a new ticket or an open one."""
    if not text.strip():
        raise TicketRefused(Refusal.EMPTY)
    identity = _identity_of(party, channel, now=now)
    if ticket is None:
        ticket = open_ticket(
            Opening(
                channel=channel,
                identity=identity,
                subject=subject,
                status=Status.OPEN,
                language=language,
                at=now,
                assignee_id=agent.pk,
                more={"channel_kinds": [MessageKind.LOGGED]},
            )
        )
    _check_writable(ticket)
    conversation = open_conversation(ticket=ticket, channel=channel, identity=identity, subject=subject, at=now)
    message = Message.objects.create(
        ticket=ticket,
        conversation=conversation,
        channel=channel,
        direction=Direction.IN,
        kind=MessageKind.LOGGED,
        identity=identity,
        agent=agent,
        at=now,
        text=redact_cards(text),
        language=language,
        external_id=registry.channel(channel.kind).new_id(connection_of(channel)),
    )
    Letter.objects.create(message=message, subject=subject[:500], full_text=message.text)
    _touch(ticket, message)
    _announce("ticket.contact.logged", message, agent, now=now)
    return message


@transaction.atomic
def recall_message(*, message: Message, agent: Agent, now: datetime) -> bool:
    """Take a message back before it leaves: its text returns to the draft; False when it is too late."""
    if message.dispatch is None or not dispatches.recall(dispatch=message.dispatch, now=now):
        return False
    ticket = message.ticket
    take_hold(ticket)
    Message.objects.filter(pk=message.pk).update(is_recalled=True)
    _put_back(ticket, message.dispatch.outbound.get("before", {}))
    restate([ticket])
    Draft.objects.update_or_create(
        ticket=ticket, agent=agent, mode="reply", defaults={"text": message.text, "saved_at": now}
    )
    Attachment.objects.filter(message=message).update(message=None, uploader=agent, upload_ticket=ticket)
    _announce("ticket.message.recalled", message, agent, now=now)
    return True


def _put_back(ticket: Ticket, before: dict[str, Any]) -> None:
    """Undo what the message did to the ticket, unless somebody has moved it since."""
    if not before or (ticket.status, ticket.assignee_id) != (before["status_after"], before["assignee_after"]):
        return
    with recounted(ticket):
        ticket.status, ticket.assignee_id = before["status"], before["assignee_id"]
        ticket.solved_at = ticket.solved_at if ticket.status == Status.SOLVED else None
    ticket.save(update_fields=["status", "queue", "assignee", "solved_at"])


@transaction.atomic
def retry_message(*, message: Message, agent: Agent, now: datetime) -> bool:
    """Send a failed or uncertain message once more, because the agent asked for it."""
    if message.dispatch is None or not dispatches.requeue(dispatch=message.dispatch, now=now):
        return False
    _mark_failures(message.ticket)
    _announce("ticket.message.retried", message, agent, now=now)
    return True


def settled(*, message: Message, name: str, now: datetime) -> None:
    """Put on the ticket and in the journal how a message's dispatch ended, in the caller's transaction."""
    take_hold(message.ticket)
    _mark_failures(message.ticket)
    _announce(name, message, None, now=now)


def _mark_failures(ticket: Ticket) -> None:
    failed = Message.objects.filter(
        ticket=ticket, dispatch__state__in=["failed", "uncertain"], is_recalled=False
    ).exists()
    Ticket.objects.filter(pk=ticket.pk).update(has_failed_send=failed)
    ticket.has_failed_send = failed


def _check_writable(ticket: Ticket) -> None:
    take_hold(ticket)
    if ticket.merged_into_id:
        raise TicketRefused(Refusal.MERGED)


def _check_nothing_newer(ticket: Ticket, writing: Writing) -> None:
    if writing.seen_message_id is None:
        return
    newer = Message.objects.filter(ticket=ticket, pk__gt=writing.seen_message_id, is_recalled=False)
    if newer.exists():
        raise TicketRefused(Refusal.SOMETHING_NEWER)


def _partner(conversation: Conversation) -> tuple[Party, ...]:
    """Return whom an answer goes to: where the last letter asked for answers, else its writer."""
    last = (
        Message.objects.filter(conversation=conversation, direction=Direction.IN, is_stranger=False)
        .exclude(kind__in=[MessageKind.AUTO, MessageKind.BOUNCE])
        .select_related("letter", "identity")
        .order_by("-at", "-id")
        .first()
    )
    reply_to = last.letter.addressing.get("reply_to") if last and hasattr(last, "letter") else None
    if reply_to:
        return (Party(IdentityKind(reply_to[0]), reply_to[1], reply_to[2]),)
    identity = conversation.identity
    if identity.kind == IdentityKind.WALK_IN:
        return ()
    return (Party(IdentityKind(identity.kind), identity.value, identity.name),)


def _identity_of(party: Party, channel: Channel, *, now: datetime) -> Identity:
    return customers.identify(party=party, scope="", region=channel.shop.region, language="", proven=None, now=now)


def _write(
    conversation: Conversation,
    channel: Channel,
    writing: Writing,
    agent: Agent | None,
    *,
    kind: MessageKind,
    now: datetime,
    undo: timedelta,
) -> Message:
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
        order_key=f"ticket:{conversation.home_id}",
        due_at=now + undo,
        now=now,
    )
    message.dispatch = dispatch
    message.save()
    Letter.objects.create(message=message, subject=subject[:500], full_text=signed, addressing=_addressing(writing))
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
    is_first = writing.subject or not conversation.messages.exists()
    return tagged if is_first or tagged.lower().startswith("re:") else f"Re: {tagged}"


def _answers(conversation: Conversation) -> tuple[str, ...]:
    rows = Message.objects.filter(conversation=conversation, is_recalled=False).order_by("-at", "-id")
    return tuple(rows.values_list("external_id", flat=True)[:10])


def _plain(party: Party) -> list[str]:
    return [party.kind, party.value, party.name]


def _addressing(writing: Writing) -> dict[str, object]:
    return {"to": [_plain(p) for p in writing.to], "cc": [_plain(p) for p in writing.copied]}


def _take_files(message: Message, writing: Writing, agent: Agent | None) -> list[dict[str, Any]]:
    """Attach the writer's uploads, and copies of the ticket's own files that are sent along."""
    rows: list[Attachment] = []
    if agent and writing.upload_ids:
        rows += adopt_uploads(ids=list(writing.upload_ids), agent=agent, message=message)
    for row in Attachment.objects.filter(pk__in=writing.attachment_ids, message__ticket=message.ticket):
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


def _after_writing(ticket: Ticket, message: Message, writing: Writing, agent: Agent | None, *, now: datetime) -> None:
    """Move the ticket on: an answer takes an unassigned ticket and makes it the customer's turn."""
    if writing.automatic:
        _announce("ticket.message.written", message, agent, now=now)
        return
    before = {"status": ticket.status, "assignee_id": ticket.assignee_id}
    with recounted(ticket):
        ticket.status = writing.then or Status.WAITING
        ticket.snoozed_until = None
        ticket.remind_at = writing.remind_at if ticket.status == Status.WAITING else None
        ticket.solved_at = now if ticket.status == Status.SOLVED else None
        ticket.closed_at = None
        if agent and ticket.assignee_id is None:
            ticket.assignee = agent
    _touch(ticket, message, "status", "queue", "snoozed_until", "remind_at", "solved_at", "closed_at", "assignee")
    _remember(message, {**before, "status_after": ticket.status, "assignee_after": ticket.assignee_id})
    if agent:
        Draft.objects.filter(ticket=ticket, agent=agent, mode="reply").delete()
    _announce("ticket.message.written", message, agent, now=now)


def _remember(message: Message, before: dict[str, Any]) -> None:
    """Keep beside the dispatch what a recall has to put back."""
    if message.dispatch:
        message.dispatch.outbound["before"] = before
        message.dispatch.save(update_fields=["outbound"])


def _touch(ticket: Ticket, message: Message, *more: str) -> None:
    ticket.changed_at = max(ticket.changed_at, message.at)
    ticket.last_words, ticket.last_direction = rules.last_words(message.text), message.direction
    writer = message.agent.name if message.agent else (message.identity.name if message.identity else "")
    ticket.last_author = writer[:120]
    ticket.message_count += 1
    ticket.save(update_fields=["changed_at", "last_words", "last_direction", "last_author", "message_count", *more])


def _announce(name: str, message: Message, agent: Agent | None, *, now: datetime) -> None:
    ticket = message.ticket
    record(
        name=name,
        at=now,
        actor=Actor(ActorKind.AGENT, agent.pk) if agent else Actor(ActorKind.SYSTEM),
        about=[Subject(SubjectKind.TICKET, ticket.pk)],
        shop_id=ticket.shop_id,
        facts={"ticket": ticket.pk, "number": ticket.number, "message": message.pk, "status": ticket.status},
    )
