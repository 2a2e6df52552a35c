"""Tags and saved views: how agents arrange tickets."""

from datetime import datetime

from django.db import transaction

from balcao.journal.actions import record
from balcao.journal.types import Actor
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
    actor: Actor,
    now: datetime,
    shop: Shop | None = None,
    place: int = 0,
) -> SavedView:
    """Keep a search under a name: for one agent, or (agent None) for everybody; one that is there keeps its place."""
    name, query = name.strip()[:80], query.strip()[:300]
    if not name or not query:
        raise TicketRefused(Refusal.EMPTY)
    before = _view_facts(view) if view else None
    view = view or SavedView(shop=shop, place=place)
    view.name, view.query, view.agent = name, query, agent
    after = _view_facts(view)
    if before == after:
        return view
    view.save()
    facts = {"view": view.pk, "after": after, **({"before": before} if before else {})}
    record(name="view.saved", at=now, actor=actor, about=[], shop_id=view.shop_id or 0, facts=facts)
    return view


@transaction.atomic
def delete_view(*, view: SavedView, actor: Actor, now: datetime) -> None:
    """Forget a saved view; the journal still says what it was."""
    facts = {"view": view.pk, "before": _view_facts(view)}
    record(name="view.deleted", at=now, actor=actor, about=[], shop_id=view.shop_id or 0, facts=facts)
    view.delete()


def _view_facts(view: SavedView) -> dict[str, object]:
    return {"name": view.name, "query": view.query, "agent": view.agent_id}
