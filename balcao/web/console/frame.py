"""What surrounds every page of the console: the list of pages that this agent may open."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from balcao.channels.models import Envelope
from balcao.channels.types import EnvelopeState
from balcao.journal.types import Actor, ActorKind
from balcao.notices.queries import unread_count
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.queries import shops_of
from balcao.staff.types import Permission

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Place:
    """One page in the list at the left."""

    section: str  # the part of the address that it stands for
    name: str
    icon: str
    permission: Permission
    address: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Pages under one heading."""

    title: str
    places: list[Place]


def actor_of(agent: Agent) -> Actor:
    """Return the agent as the journal names them."""
    return Actor(ActorKind.AGENT, agent.pk)


def first_shop(agent: Agent) -> Shop:
    """Return the shop that a page begins with; for whoever works for none there is no such page."""
    shop = next(iter(shops_of(agent)), None)
    if shop is None:
        raise Http404
    return shop


def of_a_shop(view: View) -> View:
    """Send whoever may open the first shop there, from a page that is about one."""

    @wraps(view)
    def guarded(request: HttpRequest, agent: Agent, **kwargs: Any) -> HttpResponse:
        if agent.every_shop and agent.may(Permission.SHOP_EDIT) and not Shop.objects.exists():
            messages.info(request, _("Add your shop first."))
            return redirect("console:shop_new")
        return view(request, agent, **kwargs)

    return guarded


def quarantine_count(agent: Agent) -> int:
    """Return how many envelopes of this agent's shops are set aside, at most 100."""
    rows = Envelope.objects.filter(state=EnvelopeState.QUARANTINED, channel__shop__in=agent.shop_ids())
    return rows[:100].count()


def _place(section: str, name: str, icon: str, permission: Permission, count: int = 0) -> Place | None:
    try:
        return Place(section.replace("_", "-"), name, icon, permission, reverse(f"console:{section}"), count)
    except NoReverseMatch:  # the part that this page is about is not installed
        return None


def groups_for(agent: Agent) -> list[Group]:
    """Return the pages that an agent may open, under their headings."""
    aside = quarantine_count(agent) if agent.may(Permission.QUARANTINE) else 0
    rows = [
        (_("Shop"), [_place("shops", _("Shops"), "storefront", Permission.SHOP_EDIT)]),
        (
            _("Contact"),
            [
                _place("channels", _("Channels"), "plugs-connected", Permission.CHANNEL_EDIT),
                _place("shop_systems", _("Shop systems"), "package", Permission.SHOP_EDIT),
                _place("macros", _("Macros"), "lightning", Permission.MACRO_EDIT),
                _place("topics", _("Topics"), "list", Permission.TAG_EDIT),
                _place("rules", _("Rules"), "git-merge", Permission.RULE_EDIT),
                _place("tags", _("Tags"), "tag", Permission.TAG_EDIT),
                _place("quarantine", _("Quarantine"), "warning-octagon", Permission.QUARANTINE, aside),
            ],
        ),
        (
            _("Work"),
            [
                _place("processes", _("Processes"), "steps", Permission.PROCESS_READ),
                _place("targets", _("Targets"), "hourglass-medium", Permission.DEADLINE_EDIT),
                _place("calendars", _("Calendars"), "calendar-blank", Permission.DEADLINE_EDIT),
                _place("returns", _("Returns"), "arrow-u-up-left", Permission.SHOP_EDIT),
            ],
        ),
        (
            _("People"),
            [
                _place("agents", _("Agents"), "user", Permission.STAFF_EDIT),
                _place("roles", _("Roles"), "identification-card", Permission.STAFF_EDIT),
                _place("teams", _("Teams"), "users", Permission.STAFF_EDIT),
                _place("departments", _("Departments"), "arrows-split", Permission.STAFF_EDIT),
            ],
        ),
        (
            _("System"),
            [
                _place("tokens", _("API access"), "key", Permission.TOKEN_EDIT),
                _place("webhooks", _("Webhooks"), "plugs", Permission.WEBHOOK_EDIT),
                _place("journal", _("Journal"), "scroll", Permission.JOURNAL_READ),
                _place("health", _("Health"), "heartbeat", Permission.SHOP_EDIT),
            ],
        ),
    ]
    groups = [Group(title, [p for p in places if p and agent.may(p.permission)]) for title, places in rows]
    return [group for group in groups if group.places]


def page(
    request: HttpRequest, agent: Agent, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Answer with a page of the console."""
    match = request.resolver_match
    section = match.route.split("/")[1] if match else ""
    known = {"groups": groups_for(agent), "section": section, "unread": unread_count(agent), **(context or {})}
    return render(request, f"console/{template}.html", known, status=status)
