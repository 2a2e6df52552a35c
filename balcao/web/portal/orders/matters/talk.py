"""What customer and shop said to each other about a matter: never notes, and nothing said to somebody else."""

from collections.abc import Sequence

from django.db.models import Prefetch, Q

from balcao.processes.models import Process
from balcao.tickets.models import Attachment, Conversation, Message
from balcao.tickets.types import MessageKind

_MOST = 50  # the newest
_FILES = Prefetch("attachments", Attachment.objects.filter(is_inline=False).order_by("id"), to_attr="files")


def said_about(process: Process) -> Sequence[Message]:
    """Return the newest messages between the shop and the ticket's customer, the oldest of them first."""
    customer = process.ticket.identity.customer_id
    rows = Message.objects.filter(
        _on_ticket("conversation__", process),
        kind=MessageKind.SAID,
        conversation__identity__customer=customer,
        is_recalled=False,
        is_stranger=False,
    )
    found = rows.select_related("agent", "identity", "channel").prefetch_related(_FILES).order_by("-at", "-id")
    return list(found[:_MOST])[::-1]


def talk_of(process: Process) -> Conversation | None:
    """Return where an answer of the ticket's customer goes: to what they said or were told last."""
    talks = Conversation.objects.filter(_on_ticket("", process), identity=process.ticket.identity_id)
    last = Message.objects.filter(conversation__in=talks).order_by("-at", "-id")
    newest = last.values_list("conversation", flat=True).first()
    found = talks.filter(pk=newest) if newest else talks.order_by("pk")
    return found.select_related("ticket__shop", "channel", "identity").first()


def _on_ticket(prefix: str, process: Process) -> Q:
    """Match conversations of the matter's ticket, and those that went into another one with it."""
    return Q(**{f"{prefix}ticket": process.ticket_id}) | Q(**{f"{prefix}home": process.ticket_id})


def file_of(process: Process, pk: int) -> Attachment | None:
    """Return a file that came with one of these messages."""
    known = {message.pk for message in said_about(process)}
    return Attachment.objects.filter(pk=pk, message__in=known).first()
