"""Conversations, messages and notes: reading what was said, and saying something."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path as Named
from ninja import Query, Router, Status

from balcao.api.v1.access import Bearer, Caller, caller_of, channel_for, conversation_for, message_for, ticket_for
from balcao.api.v1.paging import Paged, after_key, next_cursor
from balcao.api.v1.problems import Problem, invalid
from balcao.api.v1.schemas.messages import (
    ContactInput,
    ConversationList,
    ConversationOut,
    FirstMessageInput,
    LetterOut,
    MessageInput,
    MessageOut,
    MessagePage,
    NoteInput,
    NoteOut,
    NotePage,
    conversation_out,
    letter_out,
    message_out,
    note_out,
)
from balcao.api.v1.views import tickets
from balcao.api.v1.words import Id, Number
from balcao.channels.models import Channel
from balcao.staff.models import Agent
from balcao.staff.queries import colleagues
from balcao.staff.types import Permission, Scope
from balcao.tickets.actions import noting, sending
from balcao.tickets.actions.sending import Writing
from balcao.tickets.models import Attachment, Ticket
from balcao.tickets.queries.reading import messages_after, notes_after
from balcao.tickets.queries.timeline import conversations_of
from balcao.tickets.queries.walking import Key
from balcao.tickets.types import Status as TicketStatus

router = Router(tags=["Messages"])
READ = Bearer(Scope.TICKETS_READ, Permission.TICKET_READ)
REPLY = Bearer(Scope.TICKETS_WRITE, Permission.TICKET_REPLY)
NOTE = Bearer(Scope.TICKETS_WRITE, Permission.TICKET_NOTE)


@tickets.router.post(
    "/tickets", auth=REPLY, response={201: MessageOut}, operation_id="startTicket", summary="Write to a customer first"
)
def start_ticket(request: HttpRequest, body: FirstMessageInput) -> Status[MessageOut]:
    """Open a ticket with the shop's own message, which leaves when its ten seconds of undo are over."""
    caller = caller_of(request)
    writing = Writing(
        text=body.text,
        to=tuple(each.party() for each in body.to),
        copied=tuple(each.party() for each in body.cc),
        subject=body.subject,
        then=TicketStatus(body.then),
        remind_at=body.remind_at,
    )
    message = sending.start_ticket(
        channel=_channel(caller, body.channel_id),
        writing=writing,
        agent=caller.person(),
        language=body.language,
        now=_now(),
    )
    return Status(201, message_out(message_for(caller, message.pk)))


@router.post(
    "/contacts", auth=REPLY, response={201: MessageOut}, operation_id="logContact", summary="Write a contact down"
)
def log_contact(request: HttpRequest, body: ContactInput) -> Status[MessageOut]:
    """Write down what came outside of our channels, on a new ticket or an existing one. Nothing is sent."""
    caller = caller_of(request)
    channel = _channel(caller, body.channel_id)
    message = sending.log_contact(
        channel=channel,
        party=body.party.party(),
        text=body.text,
        subject=body.subject,
        agent=caller.person(),
        ticket=_existing(caller, body.ticket, channel) if body.ticket else None,
        language=body.language,
        now=_now(),
        source=body.source,
    )
    return Status(201, message_out(message_for(caller, message.pk)))


def _channel(caller: Caller, pk: int) -> Channel:
    try:
        return channel_for(caller, pk)
    except Problem as problem:
        raise invalid("#/channel_id", problem.detail) from problem


def _existing(caller: Caller, number: int, channel: Channel) -> Ticket:
    try:
        ticket = ticket_for(caller, number)
    except Problem as problem:
        raise invalid("#/ticket", problem.detail) from problem
    if ticket.shop_id != channel.shop_id:
        raise invalid("#/channel_id", "The ticket and the channel belong to different shops.")
    return ticket


# --- Conversations and messages ---------------------------------------------------------------------------------------


@router.get(
    "/tickets/{number}/conversations",
    auth=READ,
    response=ConversationList,
    operation_id="listConversations",
    summary="List a ticket's conversations",
)
def list_conversations(request: HttpRequest, number: Named[Number]) -> ConversationList:
    """Return the threads of a ticket, one for each channel thread, the newest first."""
    ticket = ticket_for(caller_of(request), number)
    rows = conversations_of(ticket)
    for row in rows:
        row.ticket = ticket
    return ConversationList(rows=[conversation_out(row) for row in rows])


@router.get(
    "/conversations/{id}",
    auth=READ,
    response=ConversationOut,
    operation_id="getConversation",
    summary="Get a conversation",
)
def get_conversation(request: HttpRequest, id: Named[Id]) -> ConversationOut:  # noqa: A002 - the name in the address
    """Return one thread with those who take part in it."""
    return conversation_out(conversation_for(caller_of(request), id))


@router.get(
    "/tickets/{number}/messages",
    auth=READ,
    response=MessagePage,
    operation_id="listMessages",
    summary="List a ticket's messages",
)
def list_messages(request: HttpRequest, number: Named[Number], query: Query[Paged]) -> MessagePage:
    """Return what was said in all conversations of a ticket, oldest first."""
    ticket = ticket_for(caller_of(request), number)
    after = after_key(query.cursor, order="messages")
    rows, key = messages_after(ticket=ticket, after=after, limit=query.limit)
    return MessagePage(rows=[message_out(row) for row in rows], next_cursor=_cursor(key, "messages"))


@router.get(
    "/conversations/{id}/messages",
    auth=READ,
    response=MessagePage,
    operation_id="listConversationMessages",
    summary="List a conversation's messages",
)
def list_conversation_messages(
    request: HttpRequest,
    id: Named[Id],  # noqa: A002 - the name in the address
    query: Query[Paged],
) -> MessagePage:
    """Return what was said in one conversation, oldest first."""
    conversation = conversation_for(caller_of(request), id)
    after = after_key(query.cursor, order="messages")
    rows, key = messages_after(conversation_id=conversation.pk, after=after, limit=query.limit)
    return MessagePage(rows=[message_out(row) for row in rows], next_cursor=_cursor(key, "messages"))


@router.post(
    "/conversations/{id}/messages",
    auth=REPLY,
    response={201: MessageOut},
    operation_id="sendMessage",
    summary="Answer",
)
def send_message(
    request: HttpRequest,
    id: Named[Id],  # noqa: A002 - the name in the address
    body: MessageInput,
) -> Status[MessageOut]:
    """Answer in a conversation. The message is stored at once and leaves when its undo time is over."""
    caller = caller_of(request)
    conversation = conversation_for(caller, id)
    writing = Writing(
        text=body.text,
        to=tuple(each.party() for each in body.to),
        copied=tuple(each.party() for each in body.cc),
        subject=body.subject,
        upload_ids=_uploads(caller, body.attachment_ids, conversation.ticket),
        then=TicketStatus(body.then) if body.then else None,
        remind_at=body.remind_at,
        seen_message_id=body.seen_message_id,
    )
    message = sending.send_message(
        conversation=conversation,
        writing=writing,
        agent=caller.agent,
        now=_now(),
        undo=timedelta(seconds=body.undo_seconds),
    )
    return Status(201, message_out(message_for(caller, message.pk)))


def _uploads(caller: Caller, ids: list[int], ticket: Ticket) -> tuple[int, ...]:
    if not ids:
        return ()
    mine = Attachment.objects.filter(pk__in=ids, uploader=caller.person(), upload_ticket=ticket)
    found = set(mine.filter(message__isnull=True, note__isnull=True).values_list("pk", flat=True))
    for place, pk in enumerate(ids):
        if pk not in found:
            raise invalid(f"#/attachment_ids/{place}", "This is no unused upload of yours to this ticket.")
    return tuple(ids)


@router.get("/messages/{id}", auth=READ, response=LetterOut, operation_id="getMessage", summary="Get a message whole")
def get_message(request: HttpRequest, id: Named[Id]) -> LetterOut:  # noqa: A002 - the name in the address
    """Return a message with all its words and its HTML as it came in."""
    return letter_out(message_for(caller_of(request), id))


@router.post(
    "/messages/{id}/recall", auth=REPLY, response=MessageOut, operation_id="recallMessage", summary="Recall a message"
)
def recall_message(request: HttpRequest, id: Named[Id]) -> MessageOut:  # noqa: A002 - the name in the address
    """Take a message back before it leaves; its text becomes the draft of the agent. 409: it has left."""
    caller = caller_of(request)
    message = message_for(caller, id)
    if not sending.recall_message(message=message, agent=caller.person(), now=_now()):
        raise Problem(409, "conflict", "It cannot be recalled: it has left, or never was to leave.")
    return message_out(message_for(caller, id))


@router.post(
    "/messages/{id}/retry", auth=REPLY, response=MessageOut, operation_id="retryMessage", summary="Send once more"
)
def retry_message(request: HttpRequest, id: Named[Id]) -> MessageOut:  # noqa: A002 - the name in the address
    """Send a failed or uncertain message once more. An uncertain one may reach the customer twice."""
    caller = caller_of(request)
    message = message_for(caller, id)
    if not sending.retry_message(message=message, agent=caller.person(), now=_now()):
        raise Problem(409, "conflict", "Only a failed or uncertain message can be sent again.")
    return message_out(message_for(caller, id))


# --- Notes ------------------------------------------------------------------------------------------------------------


@router.get(
    "/tickets/{number}/notes", auth=READ, response=NotePage, operation_id="listNotes", summary="List a ticket's notes"
)
def list_notes(request: HttpRequest, number: Named[Number], query: Query[Paged]) -> NotePage:
    """Return the remarks that no customer sees, oldest first."""
    ticket = ticket_for(caller_of(request), number)
    rows, key = notes_after(ticket=ticket, after=after_key(query.cursor, order="notes"), limit=query.limit)
    return NotePage(rows=[note_out(row) for row in rows], next_cursor=_cursor(key, "notes"))


@router.post(
    "/tickets/{number}/notes", auth=NOTE, response={201: NoteOut}, operation_id="addNote", summary="Add a note"
)
def add_note(request: HttpRequest, number: Named[Number], body: NoteInput) -> Status[NoteOut]:
    """Write a remark that no customer sees; mentioned agents are told."""
    caller = caller_of(request)
    ticket = ticket_for(caller, number)
    note = noting.add_note(
        ticket=ticket,
        text=body.text,
        agent=caller.person(),
        now=_now(),
        mentions=_mentions(caller, body.mention_ids),
        upload_ids=_uploads(caller, body.attachment_ids, ticket),
    )
    return Status(201, note_out(note))


def _mentions(caller: Caller, ids: list[int]) -> list[Agent]:
    found = list(colleagues(caller.eyes).filter(pk__in=ids)) if ids else []
    if len(found) != len(set(ids)):
        raise invalid("#/mention_ids", "Some of these agents do not exist, or share no shop with this token.")
    return found


def _cursor(key: Key | None, order: str) -> str | None:
    return next_cursor(key.at, key.id, order=order) if key else None


def _now() -> datetime:
    return timezone.now()
