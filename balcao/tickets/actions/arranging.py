"""Tags and saved views: how agents arrange tickets."""

from datetime import datetime

from django.db import transaction

from balcao.journal.actions import record
from balcao.journal.types import Actor, ActorKind
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.tickets.models import SavedView, Tag
from balcao.tickets.types import Refusal, TicketRefused


@transaction.atomic
def save_tag(*, tag: Tag | None, name: str, colour: str, actor: Actor, now: datetime) -> Tag:
    """Create or change a tag; a name is held once, whatever its case."""
    name = " ".join(name.split())[:60]
    tag = tag or Tag()
    if not name:
        raise TicketRefused(Refusal.EMPTY)
    if any(other.pk != tag.pk for other in Tag.objects.filter(name__iexact=name)):
        raise TicketRefused(Refusal.NAME_TAKEN)
    tag.name, tag.colour = name, colour
    tag.save()
    record(name="tag.saved", at=now, actor=actor, about=[], facts={"tag": tag.pk})
    return tag


@transaction.atomic
def delete_tag(*, tag: Tag, actor: Actor, now: datetime) -> None:
    """Delete a tag and take it off every ticket."""
    record(name="tag.deleted", at=now, actor=actor, about=[], facts={"tag": tag.pk, "name": tag.name})
    tag.delete()


@transaction.atomic
def save_view(
    *,
    view: SavedView | None,
    name: str,
    query: str,
    agent: Agent | None,
    now: datetime,
    shop: Shop | None = None,
    place: int = 0,
) -> SavedView:
    """Keep a search under a name: for one agent, or (agent None) for everybody."""
    if not name.strip() or not query.strip():
        raise TicketRefused(Refusal.EMPTY)
    view = view or SavedView()
    view.name, view.query, view.agent, view.shop, view.place = (
        name.strip()[:80],
        query.strip()[:300],
        agent,
        shop,
        place,
    )
    view.save()
    actor = Actor(ActorKind.AGENT, agent.pk) if agent else Actor(ActorKind.SYSTEM)
    record(name="view.saved", at=now, actor=actor, about=[], facts={"view": view.pk})
    return view


def delete_view(*, view: SavedView) -> None:
    """Forget a saved view."""
    view.delete()
