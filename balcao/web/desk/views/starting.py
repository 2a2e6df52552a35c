"""Tickets that begin at the shop: a first message to a customer, or a contact by phone or in person."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from balcao.channels.models import Channel
from balcao.channels.queries import connection_of
from balcao.kit.numbers import number_in
from balcao.ports import registry
from balcao.ports.channel import IdentityKind, Party
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.actions import sending
from balcao.tickets.actions.sending import Writing
from balcao.tickets.queries.lists import of_number
from balcao.tickets.types import Source, TicketRefused
from balcao.web.components.access import for_agents
from balcao.web.components.formats import language_title
from balcao.web.desk import words
from balcao.web.desk.access import wants_fragment
from balcao.web.desk.composer import bounce_words, untold_bounces
from balcao.web.desk.frame import context
from balcao.web.desk.recipients import BadAddress, typed


def channels_for(agent: Agent, *, starts: bool) -> list[Channel]:
    """Return the channels an agent's shops have; with `starts` those on which the shop may write first."""
    rows = Channel.objects.filter(shop_id__in=agent.shop_ids(), is_active=True).select_related("shop")
    return [row for row in rows if not starts or registry.channel(row.kind).limits(connection_of(row)).starts]


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_REPLY)
def start(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Write to a customer first."""
    offered = channels_for(agent, starts=True)
    facts = _facts(request, ("to", "subject", "text", "channel", "language"))
    error = ""
    if request.method == "POST":
        channel = _chosen(offered, facts["channel"])
        try:
            if channel is None:
                error = _("There is no mailbox to send this from.")
            else:
                writing = Writing(text=facts["text"], to=typed(facts["to"]), subject=facts["subject"])
                if bounced := untold_bounces(request, writing):
                    return _form(request, agent, "start", offered, facts, bounced=bounced)
                message = sending.start_ticket(
                    channel=channel, writing=writing, agent=agent, language=facts["language"], now=timezone.now()
                )
                undo = f"undo:{reverse('desk:recall', args=[message.pk])}"
                messages.success(request, _("Leaves in 10 seconds."), extra_tags=undo)
                return redirect("desk:ticket", message.ticket.number)
        except TicketRefused as refused:
            error = words.refusal_words(refused)
        except BadAddress as bad:
            error = _("“%(address)s” is not an e-mail address.") % {"address": bad}
    return _form(request, agent, "start", offered, facts, error)


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_REPLY)
def log(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Write down a contact that came by phone, in person, or by way of somebody else."""
    offered = channels_for(agent, starts=False)
    facts = _facts(request, ("source", "kind", "value", "name", "subject", "text", "channel", "language", "ticket"))
    error = ""
    if request.method == "POST":
        number = facts["ticket"].lstrip("#")
        key = number_in(number)
        existing = of_number(agent=agent, number=key) if key is not None else None
        fitting = [row for row in offered if existing is None or row.shop_id == existing.shop_id]
        channel = _chosen(fitting, facts["channel"])
        if channel is None:
            error = _("Connect a mailbox first: a ticket belongs to a shop's channel.")
        elif number and existing is None:
            error = _("There is no ticket %(number)s.") % {"number": number}
        else:
            try:
                message = sending.log_contact(
                    channel=channel,
                    party=_caller(facts),
                    text=facts["text"],
                    subject=facts["subject"],
                    agent=agent,
                    ticket=existing,
                    language=facts["language"],
                    now=timezone.now(),
                    source=Source(facts["source"]) if facts["source"] in set(Source) else None,
                )
                return redirect("desk:ticket", message.ticket.number)
            except TicketRefused as refused:
                error = words.refusal_words(refused)
    return _form(request, agent, "log", offered, facts, error)


def _caller(facts: dict[str, str]) -> Party:
    kind, value = facts["kind"], facts["value"].strip()
    if not value:
        return Party(IdentityKind.WALK_IN, "", facts["name"].strip())  # two of one name are two people
    return Party(IdentityKind(kind) if kind in {"phone", "email"} else IdentityKind.PHONE, value, facts["name"].strip())


def _facts(request: HttpRequest, names: tuple[str, ...]) -> dict[str, str]:
    return {name: request.POST.get(name) or request.GET.get(name) or "" for name in names}


def _chosen(offered: list[Channel], pk: str) -> Channel | None:
    return next((row for row in offered if str(row.pk) == pk), offered[0] if offered else None)


def _form(
    request: HttpRequest,
    agent: Agent,
    kind: str,
    offered: list[Channel],
    facts: dict[str, str],
    error: str = "",
    bounced: Sequence[str] = (),
) -> HttpResponse:
    languages = sorted({language for row in offered for language in row.shop.languages})
    more: dict[str, Any] = {
        "facts": facts,
        "error": error,
        "bounced": [(address, bounce_words(address)) for address in bounced],
        "channels": [(row.pk, f"{row.name} · {row.shop.name}") for row in offered],
        "languages": [(code, language_title(code, language=agent.language)) for code in languages],
        "sources": [(source.value, words.channel_words(source)) for source in Source],
        "kinds": [("phone", pgettext("contact", "Phone")), ("email", pgettext("contact", "E-mail"))],
    }
    name = f"desk/_{kind}.html" if wants_fragment(request) else f"desk/page_{kind}.html"
    return render(request, name, context(request, agent, view=None, **more), status=422 if error or bounced else 200)
