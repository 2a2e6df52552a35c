"""Which blueprint a page is about, and what may be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from balcao.processes.models import Blueprint, BlueprintVersion
from balcao.processes.queries.designing import digest, draft_of
from balcao.processes.rules.reading import parse_blueprint
from balcao.processes.types import Blueprint as Read
from balcao.processes.types import BlueprintRefused, Fault
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission


def shop_choices(shops: Sequence[Shop]) -> list[tuple[int, str]]:
    """Return shops as a form offers them."""
    return [(shop.pk, shop.name) for shop in shops]


@dataclass(frozen=True, slots=True)
class Design:
    """A blueprint as its pages see it: the row, the version that is shown, and what it says."""

    row: Blueprint
    version: BlueprintVersion
    read: Read | None  # None: it cannot be read
    faults: tuple[Fault, ...]
    may_edit: bool

    @property
    def is_draft(self) -> bool:
        """Tell whether the version shown is a draft."""
        return self.version.published_at is None

    @property
    def seen(self) -> str:
        """Return what tells this state of it from a later one."""
        return digest(self.version.spec)


def blueprints_for(agent: Agent) -> "QuerySet[Blueprint]":
    """Return the blueprints of every shop, and those of the agent's shops."""
    return Blueprint.objects.filter(Q(shop=None) | Q(shop__in=agent.shop_ids())).select_related("shop", "current")


def may_edit(agent: Agent, row: Blueprint) -> bool:
    """Tell whether an agent may change a blueprint: one of every shop takes somebody who works for all."""
    return agent.may(Permission.PROCESS_EDIT) and (agent.every_shop if row.shop_id is None else True)


def row_for(agent: Agent, blueprint_id: int) -> Blueprint:
    """Return a blueprint; 404 for one of a shop that the agent does not work for."""
    row = blueprints_for(agent).filter(pk=blueprint_id).first()
    if row is None:
        raise Http404
    return row


def row_to_edit(agent: Agent, blueprint_id: int) -> Blueprint:
    """Return a blueprint that the agent may change; refused otherwise."""
    row = row_for(agent, blueprint_id)
    if not may_edit(agent, row):
        raise PermissionDenied
    return row


def design_for(agent: Agent, blueprint_id: int) -> Design:
    """Return a blueprint with its draft, else with what holds."""
    row = row_for(agent, blueprint_id)
    version = draft_of(row) or row.current
    if version is None:
        raise Http404
    return design_of(row, version, agent)


def design_of(row: Blueprint, version: BlueprintVersion, agent: Agent) -> Design:
    """Return a blueprint with one of its versions."""
    try:
        return Design(row, version, parse_blueprint(version.spec), (), may_edit(agent, row))
    except BlueprintRefused as refused:
        return Design(row, version, None, refused.faults, may_edit(agent, row))
