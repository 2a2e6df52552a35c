"""Everything that reads staff for others."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from balcao.staff.models import Agent, Team


def agents_of_shop(shop_id: int) -> list[Agent]:
    """Return the active agents who work for a shop, by name."""
    rows = Agent.objects.filter(Q(every_shop=True) | Q(shops=shop_id), is_active=True)
    return list(rows.distinct().order_by("name", "id"))


def active_teams() -> list[Team]:
    """Return the teams that work can be given to, by name."""
    return list(Team.objects.filter(is_active=True))


def at_the_counter(*, shop_ids: frozenset[int], limit: int = 12) -> list[Agent]:
    """Return agents of these shops who say they are available or busy."""
    rows = Agent.objects.filter(Q(every_shop=True) | Q(shops__in=shop_ids), is_active=True).exclude(presence="off")
    return list(rows.distinct().order_by("name", "id")[:limit])


def agents_in_reach(admin: Agent) -> "QuerySet[Agent]":
    """Return the agents whom an admin may change: all, or those who work for none but the admin's own shops."""
    if admin.every_shop:
        return Agent.objects.all()
    elsewhere = Agent.shops.through.objects.filter(agent=OuterRef("pk")).exclude(shop__in=admin.shop_ids())
    return Agent.objects.filter(~Exists(elsewhere), every_shop=False)
