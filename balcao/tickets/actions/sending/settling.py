"""What becomes of a message: taken back, tried again, or settled by the relay."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from balcao.channels.actions import sending as dispatches
from balcao.staff.models import Agent
from balcao.tickets import rules
from balcao.tickets.actions.holding import take_hold
from balcao.tickets.actions.restating import restate
from balcao.tickets.actions.sending.writing import announce
from balcao.tickets.actions.tallies import recounted
from balcao.tickets.models import Attachment, Draft, Message, Ticket
from balcao.tickets.types import MessageKind


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
    _draft_again(message, agent, now=now)
    files = Attachment.objects.filter(message=message)
    files.update(message=None, uploader=agent, upload_ticket=ticket, upload_mode=_mode_of(message), created_at=now)
    announce("ticket.message.recalled", message, agent, now=now)
    return True


def _draft_again(message: Message, agent: Agent, *, now: datetime) -> None:
    """Give the words back to the composer they came from, above what was begun there since."""
    mode = _mode_of(message)
    begun = Draft.objects.filter(ticket=message.ticket, agent=agent, mode=mode).values_list("text", flat=True).first()
    is_more = begun and not message.text.startswith(begun.strip())
    text = f"{message.text}\n\n{begun}" if is_more else message.text
    values = {"text": text, "saved_at": now}
    Draft.objects.update_or_create(ticket=message.ticket, agent=agent, mode=mode, defaults=values)


def _mode_of(message: Message) -> str:
    return "forward" if message.kind == MessageKind.FORWARD else "reply"


def _put_back(ticket: Ticket, before: dict[str, Any]) -> None:
    """Undo what the message did to the ticket, unless somebody has moved it since."""
    if not before or (ticket.status, ticket.assignee_id) != (before["status_after"], before["assignee_after"]):
        return
    with recounted(ticket):
        ticket.assignee_id = before["assignee_id"]
        stood = asdict(rules.standing_from(before["standing"]))
        for name, value in stood.items():
            setattr(ticket, name, value)
    ticket.save(update_fields=[*stood, "queue", "assignee"])


@transaction.atomic
def retry_message(*, message: Message, agent: Agent, now: datetime) -> bool:
    """Send a failed or uncertain message once more, because the agent asked for it."""
    if message.dispatch is None or not dispatches.requeue(dispatch=message.dispatch, now=now):
        return False
    _mark_failures(message.ticket)
    announce("ticket.message.retried", message, agent, now=now)
    return True


def settled(*, message: Message, name: str, now: datetime) -> None:
    """Put on the ticket and in the journal how a message's dispatch ended, in the caller's transaction."""
    take_hold(message.ticket)
    _mark_failures(message.ticket)
    announce(name, message, None, now=now)


def _mark_failures(ticket: Ticket) -> None:
    failed = Message.objects.filter(
        ticket=ticket, dispatch__state__in=["failed", "uncertain"], is_recalled=False
    ).exists()
    Ticket.objects.filter(pk=ticket.pk).update(has_failed_send=failed)
    ticket.has_failed_send = failed
