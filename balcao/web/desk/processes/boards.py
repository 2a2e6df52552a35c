"""The stage board as it is drawn: columns of cards, and which column a card may be drawn to."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from balcao.processes.models import Visit
from balcao.processes.queries.board import Column
from balcao.processes.queries.permits import may_work_on
from balcao.processes.types import Blueprint
from balcao.staff.models import Agent
from balcao.web.components.promises import DuePill
from balcao.web.desk.processes.times import limit_words, visit_pill
from balcao.web.desk.processes.words import owner_words, party_words, text


@dataclass(frozen=True, slots=True)
class Card:
    """One process in its stage."""

    visit: int
    number: int
    name: str
    subject: str
    order: str
    pill: DuePill | None
    who: str
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
    columns: Iterable[Column], departments: Mapping[str, str], agent: Agent, *, now: datetime
) -> list[DrawnColumn]:
    """Return the columns for drawing."""
    return [_column(column, departments, agent, now) for column in columns]


def _column(column: Column, departments: Mapping[str, str], agent: Agent, now: datetime) -> DrawnColumn:
    shown = len(column.cards)
    count = column.count if column.count is not None else shown
    return DrawnColumn(
        key=column.stage.key,
        name=text(column.stage.names),
        owner=owner_words(column.stage.owner, departments),
        limit=limit_words(column.stage.limit_seconds, column.stage.unit),
        count=f"{shown}+" if column.count is None and column.has_more else str(max(count, shown)),
        cards=tuple(_card(visit, agent, now) for visit in column.cards),
        has_more=column.has_more,
    )


def _card(visit: Visit, agent: Agent, now: datetime) -> Card:
    ticket = visit.process.ticket
    identity = ticket.identity
    return Card(
        visit=visit.pk,
        number=ticket.number,
        name=identity.customer.name or identity.name or identity.value,
        subject=ticket.subject,
        order=visit.process.order.number if visit.process.order else "",
        pill=visit_pill(visit, now=now),
        who=visit.department.name if visit.department else party_words(visit.outside) if visit.outside else "",
        assignee=visit.assignee.name if visit.assignee else "",
        is_rework=visit.is_rework,
        can_move=may_work_on(agent, visit, shop_id=visit.shop_id),
    )


def ways_json(blueprint: Blueprint) -> str:
    """Return by stage to which others a card may be drawn, and by which way: the first one written."""
    found: dict[str, dict[str, str]] = {}
    for stage in blueprint.stages:
        for way in blueprint.ways_from(stage.key) if not stage.is_end else ():
            found.setdefault(stage.key, {}).setdefault(way.target, way.key)
    return json.dumps(found, separators=(",", ":"))
