"""The journal: what happened, newest first."""

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from balcao.channels.models import Channel
from balcao.journal.models import Entry
from balcao.journal.types import ActorKind, SubjectKind
from balcao.kit.numbers import number_in
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.models import Ticket
from balcao.web.components.access import for_agents
from balcao.web.console.frame import page

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a person reads it."""

    entry: Entry
    actor: str
    links: list[tuple[str, str]]  # words and address, "" where there is no page


@require_GET
@for_agents(Permission.JOURNAL_READ)
def journal(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show entries of the agent's shops; those of the whole house to admins only."""
    mine = Q(shop_id__in=agent.shop_ids())
    if agent.may(Permission.STAFF_EDIT):
        mine |= Q(shop_id=0)
    rows = Entry.objects.filter(mine)
    before = number_in(request.GET.get("before", ""))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.prefetch_related("subjects").order_by("-id")[: _PAGE + 1])
    older = found[_PAGE - 1].pk if len(found) > _PAGE else None
    return page(request, agent, "journal", {"lines": _lines(found[:_PAGE], agent), "older": older})


def _lines(entries: list[Entry], agent: Agent) -> list[Line]:
    names = dict(Agent.objects.values_list("pk", "name"))
    about = [subject for entry in entries for subject in entry.subjects.all()]
    numbers = dict(
        Ticket.objects.filter(
            pk__in={s.subject_id for s in about if s.kind == SubjectKind.TICKET}, shop__in=agent.shop_ids()
        ).values_list("pk", "number")
    )
    channels = dict(
        Channel.objects.filter(
            pk__in={s.subject_id for s in about if s.kind == SubjectKind.CHANNEL}, shop__in=agent.shop_ids()
        ).values_list("pk", "name")
    )
    return [
        Line(
            entry,
            _actor(entry, names),
            [
                link
                for subject in entry.subjects.all()
                if (link := _link(subject.kind, subject.subject_id, numbers, channels, names, agent))
            ],
        )
        for entry in entries
    ]


def _actor(entry: Entry, names: dict[int, str]) -> str:
    if entry.actor_kind == ActorKind.AGENT:
        return names.get(entry.actor_id, _("an agent"))
    return {
        ActorKind.SYSTEM: _("Balcão itself"),
        ActorKind.CUSTOMER: _("a customer"),
        ActorKind.TOKEN: _("a program"),
    }.get(ActorKind(entry.actor_kind), entry.actor_kind)


def _link(
    kind: str, subject_id: int, numbers: dict[int, int], channels: dict[int, str], names: dict[int, str], agent: Agent
) -> tuple[str, str] | None:
    if kind == SubjectKind.TICKET and subject_id in numbers:
        return f"#{numbers[subject_id]}", reverse("desk:ticket", args=[numbers[subject_id]])
    if kind == SubjectKind.CHANNEL and subject_id in channels:
        may = agent.may(Permission.CHANNEL_EDIT)
        return channels[subject_id], reverse("console:channel", args=[subject_id]) if may else ""
    if kind == SubjectKind.AGENT and subject_id in names:
        may = agent.may(Permission.STAFF_EDIT)
        return names[subject_id], reverse("console:agent", args=[subject_id]) if may else ""
    return None
