"""The house: who calls, agents, teams, tags, shops and channels."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Path as Named
from ninja import Query, Router, Status

from balcao.api.v1.access import Bearer, Caller, agent_for, caller_of, channel_for, team_for
from balcao.api.v1.paging import Paged, after_id, next_cursor
from balcao.api.v1.problems import not_found
from balcao.api.v1.schemas.house import (
    AgentOut,
    AgentPage,
    CallerOut,
    ChannelOut,
    ChannelPage,
    ShopOut,
    ShopPage,
    TagInput,
    TagOut,
    TagPage,
    TeamOut,
    TeamPage,
    agent_out,
    channel_out,
    shop_out,
    tag_out,
    team_out,
)
from balcao.api.v1.schemas.tickets import TopicPage, topic_out
from balcao.api.v1.words import Id
from balcao.channels.models import Channel
from balcao.journal.types import Actor, ActorKind
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Team
from balcao.staff.queries import colleagues
from balcao.staff.types import Permission, Scope
from balcao.tickets.actions.arranging import save_tag
from balcao.tickets.models import Tag, Topic

router = Router()
STAFF = Bearer(Scope.STAFF_READ)
SHOPS = Bearer(Scope.SHOPS_READ)


def _page(rows: Any, query: Paged, *, order: str) -> tuple[list[Any], str | None]:
    """Return a page of rows by id and the cursor of the next."""
    found = list(rows.filter(pk__gt=after_id(query.cursor, order=order)).order_by("pk")[: query.limit + 1])
    cursor = next_cursor(found[query.limit - 1].pk, order=order) if len(found) > query.limit else None
    return found[: query.limit], cursor


@router.get("/me", auth=Bearer(), response=CallerOut, operation_id="me", summary="Who am I?", tags=["House"])
def me(request: HttpRequest) -> CallerOut:
    """Return what this token is and may do."""
    caller = caller_of(request)
    return CallerOut(
        token_id=caller.token.pk,
        token_name=caller.token.name,
        agent_id=caller.token.agent_id,
        scopes=caller.token.scopes,
        shop_ids=sorted(caller.eyes.shop_ids()),
        expires_at=caller.token.expires_at,
    )


@router.get("/agents", auth=STAFF, response=AgentPage, operation_id="listAgents", summary="List agents", tags=["House"])
def list_agents(request: HttpRequest, query: Query[Paged]) -> AgentPage:
    """Return the agents who work for the same shops."""
    rows = colleagues(caller_of(request).eyes).prefetch_related("shops", "teams")
    found, cursor = _page(rows, query, order="agents")
    return AgentPage(rows=[agent_out(row) for row in found], next_cursor=cursor)


@router.get(
    "/agents/{id}", auth=STAFF, response=AgentOut, operation_id="getAgent", summary="Get an agent", tags=["House"]
)
def get_agent(request: HttpRequest, id: Named[Id]) -> AgentOut:  # noqa: A002 - the name in the address
    """Return one agent."""
    return agent_out(agent_for(caller_of(request), id))


@router.get("/teams", auth=STAFF, response=TeamPage, operation_id="listTeams", summary="List teams", tags=["House"])
def list_teams(request: HttpRequest, query: Query[Paged]) -> TeamPage:
    """Return the teams of the company."""
    found, cursor = _page(Team.objects.prefetch_related("members"), query, order="teams")
    seen = _seen(caller_of(request), found)
    return TeamPage(rows=[team_out(row, seen=seen) for row in found], next_cursor=cursor)


@router.get("/teams/{id}", auth=STAFF, response=TeamOut, operation_id="getTeam", summary="Get a team", tags=["House"])
def get_team(request: HttpRequest, id: Named[Id]) -> TeamOut:  # noqa: A002 - the name in the address
    """Return one team."""
    team = team_for(id)
    return team_out(team, seen=_seen(caller_of(request), [team]))


def _seen(caller: Caller, teams: list[Team]) -> frozenset[int]:
    members = Agent.teams.through.objects.filter(team__in=[team.pk for team in teams]).values("agent_id")
    return frozenset(colleagues(caller.eyes).filter(pk__in=members).values_list("pk", flat=True))


@router.get("/shops", auth=SHOPS, response=ShopPage, operation_id="listShops", summary="List shops", tags=["House"])
def list_shops(request: HttpRequest, query: Query[Paged]) -> ShopPage:
    """Return the shops that this token sees."""
    rows = Shop.objects.filter(pk__in=caller_of(request).eyes.shop_ids())
    found, cursor = _page(rows, query, order="shops")
    return ShopPage(rows=[shop_out(row) for row in found], next_cursor=cursor)


@router.get("/shops/{id}", auth=SHOPS, response=ShopOut, operation_id="getShop", summary="Get a shop", tags=["House"])
def get_shop(request: HttpRequest, id: Named[Id]) -> ShopOut:  # noqa: A002 - the name in the address
    """Return one shop."""
    shop = Shop.objects.filter(pk__in=caller_of(request).eyes.shop_ids()).filter(pk=id).first()
    if shop is None:
        raise not_found(f"Shop {id}")
    return shop_out(shop)


@router.get(
    "/channels", auth=SHOPS, response=ChannelPage, operation_id="listChannels", summary="List channels", tags=["House"]
)
def list_channels(request: HttpRequest, query: Query[Paged]) -> ChannelPage:
    """Return the channels of these shops, without settings and secrets."""
    rows = Channel.objects.filter(shop_id__in=caller_of(request).eyes.shop_ids())
    found, cursor = _page(rows, query, order="channels")
    return ChannelPage(rows=[channel_out(row) for row in found], next_cursor=cursor)


@router.get(
    "/channels/{id}",
    auth=SHOPS,
    response=ChannelOut,
    operation_id="getChannel",
    summary="Get a channel",
    tags=["House"],
)
def get_channel(request: HttpRequest, id: Named[Id]) -> ChannelOut:  # noqa: A002 - the name in the address
    """Return one channel."""
    return channel_out(channel_for(caller_of(request), id))


@router.get(
    "/tags",
    auth=Bearer(Scope.TICKETS_READ, Permission.TICKET_READ),
    response=TagPage,
    operation_id="listTags",
    summary="List tags",
    tags=["Tickets"],
)
def list_tags(request: HttpRequest, query: Query[Paged]) -> TagPage:
    """Return the words that can be put on tickets."""
    found, cursor = _page(Tag.objects.all(), query, order="tags")
    return TagPage(rows=[tag_out(row) for row in found], next_cursor=cursor)


@router.get(
    "/topics",
    auth=Bearer(Scope.TICKETS_READ, Permission.TICKET_READ),
    response=TopicPage,
    operation_id="listTopics",
    summary="List topics",
    tags=["Tickets"],
)
def list_topics(request: HttpRequest, query: Query[Paged]) -> TopicPage:
    """Return the tree of reasons why customers write, flat; also those out of use."""
    rows = Topic.objects.filter(Q(shop=None) | Q(shop_id__in=caller_of(request).eyes.shop_ids()))
    found, cursor = _page(rows, query, order="topics")
    return TopicPage(rows=[topic_out(row) for row in found], next_cursor=cursor)


@router.post(
    "/tags",
    auth=Bearer(Scope.TICKETS_WRITE, Permission.TAG_EDIT),
    response={201: TagOut},
    operation_id="createTag",
    summary="Create a tag",
    tags=["Tickets"],
)
def create_tag(request: HttpRequest, body: TagInput) -> Status[TagOut]:
    """Create a tag; a name is held once, whatever its case."""
    token = caller_of(request).token
    actor = Actor(ActorKind.AGENT, token.agent_id) if token.agent_id else Actor(ActorKind.TOKEN, token.pk)
    tag = save_tag(tag=None, name=body.name, colour=body.colour, actor=actor, now=timezone.now())
    return Status(201, tag_out(tag))
