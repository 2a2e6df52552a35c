"""Everything that reads staff for others."""

import copy
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from balcao.kit.prepared import Prepared
from balcao.shops.models import Shop
from balcao.staff import rules
from balcao.staff.models import Agent, ApiToken, Team
from balcao.staff.types import Role


def agents_of_shop(shop_id: int) -> list[Agent]:
    """Return the active agents who work for a shop, by name."""
    rows = Agent.objects.filter(Q(every_shop=True) | Q(shops=shop_id), is_active=True)
    return list(rows.distinct().order_by("name", "id"))


_AGENT = Prepared(lambda pk: Agent.objects.filter(pk=pk))
_SHOPS = Prepared(lambda: Shop.objects.order_by("id"))
_OWN_SHOPS = Prepared(lambda agent: Shop.objects.filter(agents=agent).order_by("id"))


def agent_of(pk: int) -> Agent | None:
    """Return the agent with this id, active or not; read with every request."""
    return _AGENT.first(pk)


def shops_of(agent: Agent) -> list[Shop]:
    """Return the shops that an agent works for, the first opened first; read once per instance."""
    known: list[Shop] | None = getattr(agent, "_shops", None)
    if known is None:
        known = _SHOPS() if agent.every_shop else _OWN_SHOPS(agent.pk)
        agent._shops = known  # type: ignore[attr-defined]  # noqa: SLF001 - beside `Agent.shop_ids`
        if not hasattr(agent, "_shop_ids"):
            agent._shop_ids = frozenset(shop.pk for shop in known)  # noqa: SLF001
    return known


def active_teams() -> list[Team]:
    """Return the teams that work can be given to, by name."""
    return list(Team.objects.filter(is_active=True))


_MOST_AT_THE_COUNTER = 12
_AT_THE_COUNTER = Prepared(
    lambda shop_ids: (
        Agent.objects.filter(Q(every_shop=True) | Q(shops__in=shop_ids), is_active=True)
        .exclude(presence="off")
        .distinct()
        .order_by("name", "id")[:_MOST_AT_THE_COUNTER]
    )
)


def at_the_counter(*, shop_ids: frozenset[int]) -> list[Agent]:
    """Return agents of these shops who say they are available or busy, a dozen at most."""
    return _AT_THE_COUNTER(sorted(shop_ids)) if shop_ids else []


def agents_in_reach(admin: Agent) -> "QuerySet[Agent]":
    """Return the agents whom an admin may change: all, or those who work for none but the admin's own shops."""
    if admin.every_shop:
        return Agent.objects.all()
    elsewhere = Agent.shops.through.objects.filter(agent=OuterRef("pk")).exclude(shop__in=admin.shop_ids())
    return Agent.objects.filter(~Exists(elsewhere), every_shop=False)


def colleagues(agent: Agent) -> "QuerySet[Agent]":
    """Return the agents who work for a shop that this agent works for too."""
    if agent.every_shop:
        return Agent.objects.all()
    shared = Agent.shops.through.objects.filter(agent=OuterRef("pk"), shop__in=agent.shop_ids())
    return Agent.objects.filter(Q(every_shop=True) | Exists(shared))


def valid_token(secret: str, *, now: datetime) -> ApiToken | None:
    """Return the API token with this secret, unless it is revoked, over, or its agent is shut out."""
    found = ApiToken.objects.select_related("agent").filter(secret_hash=rules.secret_hash(secret)).first()
    return found if found and is_good_token(found, now=now) else None


def is_good_token(token: ApiToken, *, now: datetime) -> bool:
    """Tell whether a token lets anybody in: not revoked, not over, its agent not shut out."""
    is_over = token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= now)
    return not is_over and (token.agent is None or token.agent.is_active)


def acting_agent(token: ApiToken) -> Agent:
    """Return through whose eyes a token sees: its agent within the token's shops, or a stand-in for the system.

    The stand-in has the id 0, belongs to no row and must not be saved or written anywhere.
    """
    stand_in = Agent(pk=0, name=token.name, role=Role.SUPERVISOR, every_shop=True)
    agent = copy.copy(token.agent) if token.agent else stand_in
    if not token.every_shop:
        shops = [shop for shop in token.shops.order_by("id") if agent.sees_shop(shop.pk)]
        agent.every_shop = False
        agent._shops = shops  # type: ignore[attr-defined]  # noqa: SLF001 - read by `shops_of`
        agent._shop_ids = frozenset(shop.pk for shop in shops)  # noqa: SLF001 - read by `Agent.shop_ids`
    return agent
