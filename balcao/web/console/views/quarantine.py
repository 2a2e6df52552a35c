"""Envelopes that could not be understood: why, how they look, run again or set aside for good."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from balcao.channels.actions import keeping
from balcao.channels.models import Envelope
from balcao.channels.queries import raw_of
from balcao.channels.types import EnvelopeState
from balcao.kit.numbers import number_in
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console.frame import actor_of, page

_MAY = Permission.QUARANTINE
_SHOWN = 100
_EXCERPT = 6000  # bytes


def _aside(agent: Agent) -> "list[Envelope]":
    rows = Envelope.objects.filter(state=EnvelopeState.QUARANTINED, channel__shop__in=agent.shop_ids())
    return list(rows.select_related("channel__shop").order_by("-id")[:_SHOWN])


def _envelope_for(agent: Agent, envelope_id: int | None) -> Envelope:
    rows = Envelope.objects.select_related("channel__shop").filter(channel__shop__in=agent.shop_ids())
    envelope = rows.filter(pk=envelope_id).first() if envelope_id is not None else None
    if envelope is None:
        raise Http404
    return envelope


@require_GET
@for_agents(_MAY)
def quarantine(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List what was set aside, the newest first."""
    found = [(row, _(row.reason)) for row in _aside(agent)]
    return page(request, agent, "quarantine", {"envelopes": found})


@require_GET
@for_agents(_MAY)
def envelope(request: HttpRequest, agent: Agent, envelope_id: int) -> HttpResponse:
    """Show the beginning of an envelope as plain text, whatever is in it."""
    row = _envelope_for(agent, envelope_id)
    body = raw_of(row).body
    context = {"envelope": row, "reason": _(row.reason) if row.reason else "", "excerpt": readable(body[:_EXCERPT])}
    return page(request, agent, "envelope", context | {"is_cut": len(body) > _EXCERPT})


def readable(body: bytes) -> str:
    """Return bytes as text in which nothing acts: control characters are shown as a sign, lines stay lines."""
    text = body.decode("utf-8", "replace").replace("\r\n", "\n")
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


@require_POST
@for_agents(_MAY)
def release(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Run one envelope again, or all of them."""
    chosen = request.POST.get("envelope", "")
    rows = [_envelope_for(agent, number_in(chosen))] if chosen else _aside(agent)
    count = sum(keeping.release(envelope=row, actor=actor_of(agent), now=timezone.now()) for row in rows)
    done = ngettext("%(num)s envelope is run again.", "%(num)s envelopes are run again.", count) % {"num": count}
    messages.success(request, done)
    return redirect("console:quarantine")


@require_POST
@for_agents(_MAY)
def discard(request: HttpRequest, agent: Agent, envelope_id: int) -> HttpResponse:
    """Decide that an envelope is worth nothing; its bytes stay."""
    keeping.discard(envelope=_envelope_for(agent, envelope_id), actor=actor_of(agent), now=timezone.now())
    messages.success(request, _("Discarded. Its bytes stay in the store."))
    return redirect("console:quarantine")
