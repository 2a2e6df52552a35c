"""The composer: what it starts with, and reading what was written in it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import getaddresses
from functools import cache
from secrets import token_urlsafe
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from balcao.customers.queries import identities_of, undeliverable
from balcao.kit.numbers import number_in
from balcao.kit.prepared import Prepared
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.actions.sending import Writing
from balcao.tickets.models import Attachment, Conversation, Draft, Message, Ticket
from balcao.tickets.queries.timeline import drafts_of
from balcao.tickets.types import Direction, MessageKind
from balcao.web.desk.access import view_key
from balcao.web.desk.guards import Doubt
from balcao.web.desk.orders.panel import TicketOrders
from balcao.web.desk.ready import Bought, Ready, ready_answer
from balcao.web.desk.recipients import Recipients, answer_to, written

MODES = ("reply", "note", "forward")


@dataclass(frozen=True, slots=True)
class Composing:
    """The composer as it is drawn."""

    mode: str
    text: str = ""
    to: str = ""
    cc: str = ""
    subject: str = ""
    conversation: Conversation | None = None
    last: Message | None = None  # what the answer answers
    everybody: str = ""  # where "reply to all" leads, when there is anybody else
    is_everybody: bool = False
    files: list[Attachment] = field(default_factory=list)
    forwarded: list[Attachment] = field(default_factory=list)
    saved_at: datetime | None = None
    doubts: list[str] = field(default_factory=list)
    error: str = ""
    empty: list[str] = field(default_factory=list)  # placeholders without a value: it is not sent with them
    ready: Ready | None = None
    focus: bool = False


def doubt_words(doubt: Doubt) -> str:
    """Return how the agent is asked once more."""
    return {
        Doubt.NO_FILE: _("The text speaks of an attachment, but there is none."),
        Doubt.EMPTY_PLACEHOLDER: _("A placeholder in the text is still empty."),
    }[doubt]


def bounce_words(address: str) -> str:
    """Return what is said of an address whose mails came back."""
    return _("Earlier mail to %(address)s came back as undeliverable.") % {"address": address}


def untold_bounces(request: HttpRequest, writing: Writing) -> list[str]:
    """Return the addresses whose mails came back and of which the form had not told the agent."""
    told = set(request.POST.getlist("told"))
    bounced = undeliverable([party.value for party in (*writing.to, *writing.copied)])
    return [address for address in bounced if address not in told]


def _bounced(composing: Composing) -> list[str]:
    """Return the addresses above the letter whose mails came back; that of the conversation is at hand."""
    if composing.mode == "note":
        return []
    addresses = [address for _name, address in getaddresses([composing.to, composing.cc]) if address]
    known = composing.conversation.identity if composing.conversation else None
    if known and {address.lower() for address in addresses} == {known.value}:
        return addresses[:1] if known.undeliverable_at else []
    return undeliverable(addresses)


def modes_for(agent: Agent) -> list[str]:
    """Return what this agent may write."""
    reply = agent.may(Permission.TICKET_REPLY)
    return [mode for mode in MODES if (agent.may(Permission.TICKET_NOTE) if mode == "note" else reply)]


def composer_context(
    request: HttpRequest,
    agent: Agent,
    ticket: Ticket,
    *,
    now: datetime,
    composing: Composing | None = None,
    bought: TicketOrders | None = None,
) -> dict[str, Any]:
    """Return what the composer needs; `composing` is what was written and could not be sent."""
    modes = modes_for(agent)
    asked = request.GET.get("write", "")
    mode = composing.mode if composing else asked if asked in modes else (modes[0] if modes else "")
    drafts = drafts_of(ticket)
    if composing is None:
        beside: Bought = (lambda: bought) if bought else orders_beside(request, agent, ticket)
        composing = _with_ready(fresh(request, agent, ticket, mode, drafts), agent, ticket, beside, now)
    return {
        "modes": modes,
        "composing": composing,
        "bounced": [(address, bounce_words(address)) for address in _bounced(composing)],
        "form_key": token_urlsafe(9),
        "sells": mode == "reply" and agent.may(Permission.ORDER_READ) and getattr(ticket, "shop_sells", False),
        "others_writing": [draft for draft in drafts if draft.agent_id != agent.pk],
        "suffix": f"?in={view_key(request)}" if view_key(request) else "",
        "key": view_key(request),
    }


def orders_beside(request: HttpRequest, agent: Agent, ticket: Ticket) -> Bought:
    """Return how the orders beside a ticket are come by: asked for once, and only when somebody needs them."""
    asked = number_in(request.POST.get("order") or request.GET.get("order") or "")
    return cache(lambda: TicketOrders(agent, ticket, identities_of(ticket.identity.customer_id), asked=asked))


def _with_ready(composing: Composing, agent: Agent, ticket: Ticket, bought: Bought, now: datetime) -> Composing:
    if composing.mode != "reply" or composing.text:
        return composing
    return replace(composing, ready=ready_answer(agent, ticket, composing.last, bought, now=now))


_UPLOADS = Prepared(
    lambda ticket, agent, mode: Attachment.objects.filter(
        upload_ticket=ticket, uploader=agent, upload_mode=mode, message=None, note=None
    )
)


def fresh(request: HttpRequest, agent: Agent, ticket: Ticket, mode: str, drafts: list[Draft]) -> Composing:
    """Return the composer as it opens: with the agent's own draft, else empty and addressed."""
    draft = next((d for d in drafts if d.agent_id == agent.pk and d.mode == mode), None)
    files = _UPLOADS(ticket.pk, agent.pk, mode) if mode else []
    base: dict[str, Any] = {"mode": mode, "files": files, "focus": bool(request.GET.get("write"))}
    if draft:
        base |= {"text": draft.text, "saved_at": draft.saved_at}
    if mode == "reply":
        return _reply(request, ticket, draft, base)
    if mode == "forward":
        return _forward(request, ticket, draft, base)
    return Composing(**base)


def _reply(request: HttpRequest, ticket: Ticket, draft: Draft | None, base: dict[str, Any]) -> Composing:
    chosen = conversation_for(request, ticket)
    if request.GET.get("conversation"):
        draft = None  # addressed to another one: its words stay, its addresses do not
    last = last_letter(chosen) if chosen else None
    if chosen is None or last is None:
        to = written(()) if chosen is None else chosen.identity.value
        return Composing(**base, conversation=chosen, to=_drafted(draft, "to", to), cc=_drafted(draft, "cc", ""))
    everybody = bool(request.GET.get("all"))
    one, all_ = answer_to(last, everybody=False), answer_to(last, everybody=True)
    use = all_ if everybody else one
    return Composing(
        **base,
        conversation=chosen,
        last=last,
        to=written(use.to) if everybody else _drafted(draft, "to", written(use.to)),
        cc=written(use.cc) if everybody else _drafted(draft, "cc", ""),
        everybody=_others(ticket, all_),
        is_everybody=everybody,
    )


def _drafted(draft: Draft | None, name: str, default: str) -> str:
    return str(draft.addressing.get(name) or default) if draft else default


def _others(ticket: Ticket, everybody: Recipients) -> str:
    return f"{reverse('desk:compose', args=[ticket.number])}?write=reply&all=1" if everybody.cc else ""


def _forward(request: HttpRequest, ticket: Ticket, draft: Draft | None, base: dict[str, Any]) -> Composing:
    message_id = number_in(request.GET.get("message", ""))
    rows = Message.objects.filter(ticket=ticket, is_recalled=False).select_related("letter", "identity", "agent")
    about = rows.filter(pk=message_id).first() if message_id is not None else None
    about = about or rows.filter(direction=Direction.IN).order_by("-at", "-id").first()
    if about is None:
        return Composing(**base, to=_drafted(draft, "to", ""), subject=f"Fwd: {ticket.subject}")
    if not draft:
        base["text"] = forwarded_text(about)
    return Composing(
        **base,
        to=_drafted(draft, "to", ""),
        subject=f"Fwd: {ticket.subject}",
        forwarded=list(about.attachments.all()),
    )


def forwarded_text(message: Message) -> str:
    """Return a message quoted for somebody outside, below room for one's own words."""
    who = (
        message.identity.name or message.identity.value
        if message.identity
        else (message.agent.name if message.agent else "")
    )
    letter = getattr(message, "letter", None)
    subject = letter.subject if letter else ""
    head = [
        _("Forwarded message"),
        _("From: %(who)s") % {"who": who},
        *([_("Subject: %(subject)s") % {"subject": subject}] if subject else []),
    ]
    return "\n\n---------- " + "\n".join([head[0] + " ----------", *head[1:], "", message.text])


def conversation_for(request: HttpRequest, ticket: Ticket) -> Conversation | None:
    """Return the conversation to answer in: the one asked for, else the one the customer last wrote in."""
    asked = number_in(request.POST.get("conversation") or request.GET.get("conversation") or "")
    chosen = _of(ticket.pk).filter(pk=asked).first() if asked is not None else None
    return chosen or _LAST_WRITTEN.first(ticket.pk, ticket.pk) or _NEWEST.first(ticket.pk)


def _of(ticket: int) -> "QuerySet[Conversation]":
    return Conversation.objects.filter(ticket=ticket).select_related("channel__shop", "identity", "ticket__shop")


def _last_written(of: int, ticket: int) -> "QuerySet[Conversation]":
    said = Message.objects.filter(ticket=ticket, is_recalled=False).exclude(kind=MessageKind.FORWARD)
    return _of(of).filter(pk__in=said.order_by("-at", "-id").values("conversation_id")[:1])


_LAST_WRITTEN = Prepared(_last_written)
_NEWEST = Prepared(lambda ticket: _of(ticket).order_by("-id")[:1])


def last_letter(conversation: Conversation) -> Message | None:
    """Return the last thing the customer wrote in a conversation: what an answer answers."""
    return _LAST_LETTER.first(conversation.pk)


def _letters(conversation: int) -> "QuerySet[Message]":
    rows = Message.objects.filter(conversation=conversation, direction=Direction.IN, is_stranger=False)
    rows = rows.exclude(kind__in=[MessageKind.AUTO, MessageKind.BOUNCE, MessageKind.LOGGED])
    return rows.select_related("letter").order_by("-at", "-id")[:1]


_LAST_LETTER = Prepared(_letters)
