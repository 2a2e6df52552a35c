"""The stage board as it is drawn: columns of cards, and which column a card may be drawn to."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from balcao.processes.queries import board as queries
from balcao.processes.queries.permits import may_work
from balcao.processes.types import Actor, Blueprint
from balcao.staff.models import Agent
from balcao.web.components.promises import DuePill
from balcao.web.desk.processes.times import limit_words, pill_of
from balcao.web.desk.processes.words import owner_words, text


@dataclass(frozen=True, slots=True)
class Card:
    """One process in its stage."""

    visit: int
    number: int
    name: str
    subject: str
    order: str
    pill: DuePill | None
    assignee: str
    is_rework: bool
    can_move: bool


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """One stage of the board."""

    key: str
    name: str
    owner: str
    limit: str
    count: str
    cards: tuple[Card, ...]
    has_more: bool


def drawn(
    columns: Iterable[queries.Column], departments: Mapping[str, str], agent: Agent, *, now: datetime
) -> list[DrawnColumn]:
    """Return the columns for drawing."""
    return [_column(column, departments, agent, now) for column in columns]


def _column(column: queries.Column, departments: Mapping[str, str], agent: Agent, now: datetime) -> DrawnColumn:
    shown = len(column.cards)
    count = column.count if column.count is not None else shown
    return DrawnColumn(
        key=column.stage.key,
        name=text(column.stage.names),
        owner=owner_words(column.stage.owner, departments),
        limit=limit_words(column.stage.limit_seconds, column.stage.unit),
        count=f"{shown}+" if column.count is None and column.has_more else str(max(count, shown)),
        cards=tuple(_card(card, agent, now) for card in column.cards),
        has_more=column.has_more,
    )


def _card(card: queries.Card, agent: Agent, now: datetime) -> Card:
    return Card(
        visit=card.visit,
        number=card.number,
        name=card.customer,
        subject=card.subject,
        order=card.order,
        pill=pill_of(card.promise, now=now),
        assignee=card.assignee,
        is_rework=card.is_rework,
        can_move=may_work(agent, shop_id=card.shop, department_id=card.department),
    )


def ways_json(blueprint: Blueprint) -> str:
    """Return by stage to which others a card may be drawn, and by which way: the first one that an agent takes."""
    found: dict[str, dict[str, str]] = {}
    for stage in blueprint.stages:
        ways = blueprint.ways_from(stage.key) if not stage.is_end else ()
        for way in sorted(ways, key=lambda one: one.actor is not Actor.AGENT):
            found.setdefault(stage.key, {}).setdefault(way.target, way.key)
    return json.dumps(found, separators=(",", ":"))
