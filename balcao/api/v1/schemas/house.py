"""Agents, teams, shops, channels, tags and the caller as programs see them."""

from datetime import datetime
from typing import Annotated

from ninja import Field, Schema
from pydantic import StringConstraints

from balcao.api.v1.words import Input, Word
from balcao.channels.models import Channel
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Team
from balcao.staff.types import Presence, Role
from balcao.tickets.models import Tag


class CallerOut(Schema):
    """Who calls, and what they may do."""

    token_id: int
    token_name: str
    agent_id: int | None = Field(description="The agent that the token acts as; null: the system.")
    scopes: list[str] = Field(examples=[["tickets.read", "tickets.write"]])
    shop_ids: list[int]
    expires_at: datetime | None


class AgentOut(Schema):
    """A person who answers."""

    id: int
    name: str = Field(examples=["Bia Andrade"])
    email: str
    role: Role
    language: str
    is_active: bool
    presence: Presence
    every_shop: bool
    shop_ids: list[int]
    team_ids: list[int]


class AgentPage(Schema):
    """One page of agents."""

    rows: list[AgentOut]
    next_cursor: str | None


class TeamOut(Schema):
    """Agents who share a queue."""

    id: int
    name: str
    is_active: bool
    member_ids: list[int] = Field(description="Those whom the token may see.")


class TeamPage(Schema):
    """One page of teams."""

    rows: list[TeamOut]
    next_cursor: str | None


class ShopOut(Schema):
    """A brand."""

    id: int
    name: str = Field(examples=["Casa Moringa"])
    slug: str
    languages: list[str]
    region: str
    time_zone: str
    currency: str
    website: str


class ShopPage(Schema):
    """One page of shops."""

    rows: list[ShopOut]
    next_cursor: str | None


class ChannelOut(Schema):
    """A way in and out, without its settings and secrets."""

    id: int
    shop_id: int
    kind: str = Field(examples=["mail"])
    name: str
    address: str
    is_active: bool


class ChannelPage(Schema):
    """One page of channels."""

    rows: list[ChannelOut]
    next_cursor: str | None


class TagOut(Schema):
    """A word on tickets."""

    id: int
    name: str
    colour: str


class TagPage(Schema):
    """One page of tags."""

    rows: list[TagOut]
    next_cursor: str | None


class TagInput(Input):
    """A new tag."""

    name: Word = Field(min_length=1, examples=["troca"])
    colour: Annotated[str, StringConstraints(max_length=10, pattern=r"^[a-z]*$")] = ""


def agent_out(row: Agent) -> AgentOut:
    """Return an agent whose shops and teams are loaded."""
    return AgentOut(
        **{name: getattr(row, name) for name in AgentOut.model_fields if not name.endswith("_ids")},
        shop_ids=[shop.pk for shop in row.shops.all()],
        team_ids=[team.pk for team in row.teams.all()],
    )


def team_out(row: Team, *, seen: frozenset[int]) -> TeamOut:
    """Return a team with those of its members whom the caller sees."""
    members = sorted(agent.pk for agent in row.members.all() if agent.pk in seen)
    return TeamOut(id=row.pk, name=row.name, is_active=row.is_active, member_ids=members)


def shop_out(row: Shop) -> ShopOut:
    """Return a shop."""
    return ShopOut(**{name: getattr(row, name) for name in ShopOut.model_fields})


def channel_out(row: Channel) -> ChannelOut:
    """Return a channel."""
    return ChannelOut(**{name: getattr(row, name) for name in ChannelOut.model_fields})


def tag_out(row: Tag) -> TagOut:
    """Return a tag."""
    return TagOut(id=row.pk, name=row.name, colour=row.colour)
