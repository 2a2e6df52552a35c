"""A shop with an order of Ana's that came, the paths of its departments, and a ticket of hers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order, keep_product
from balcao.commerce.models import Order
from balcao.journal.types import SYSTEM
from balcao.ports import commerce as port
from balcao.ports import registry
from balcao.ports.commerce import OrderStage, Shipment, ShipmentState
from balcao.processes.actions import blueprints
from balcao.processes.models import Blueprint
from balcao.processes.queries.blueprints import blueprint_for
from balcao.returns.actions.configuring import set_policy
from balcao.returns.actions.opening import Opener, open_return
from balcao.returns.models import Return
from balcao.returns.queries.cases import Notice, Wanted
from balcao.returns.types import Outcome, Reason, ReturnsPolicy
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop, receive
from balcao.testing.orders import HOME, a_line, a_product, an_order
from balcao.tickets.models import Ticket

NOW = datetime(2026, 11, 12, 12, tzinfo=UTC)  # a Thursday
DELIVERED = NOW - timedelta(days=2)
WAREHOUSE = replace(HOME, name="Casa Moringa", line1="Rua do Bom Jesus, 88", city="Recife", region="PE")


def delivered(*lines: port.Line, **facts: Any) -> port.Order:
    """Return Ana's order as it came two days ago."""
    parcel = Shipment("s1", ShipmentState.DELIVERED, "Correios", delivered_at=DELIVERED)
    facts = {"stage": OrderStage.DELIVERED, "shipments": (parcel,), "freight": 1_500, **facts}
    return an_order(*lines or (a_line("1", quantity=2), a_line("2", price=1_000, quantity=1)), **facts)


@pytest.fixture
def shop(db: None) -> Shop:
    registry.register_channel(PaperChannel())
    for key in ("cs", "cs_lead", "log", "wh", "qc", "fin"):
        Department.objects.create(name=key, key=key)
    blueprints.bring_defaults(now=NOW)
    return make_shop(time_zone="America/Sao_Paulo", currency="BRL")


@pytest.fixture
def order(shop: Shop) -> Order:
    backend = create_backend(shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=NOW)
    keep_product(backend=backend, product=a_product(), now=NOW)
    keep_order(backend=backend, order=delivered(), now=NOW)
    return Order.objects.select_related("account__backend__shop", "backend__shop").get(backend=backend)


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    receive(make_channel(shop), now=NOW, subject="Quero devolver", **{"from": "ana@example.com"})
    return Ticket.objects.get()


@pytest.fixture
def bia(shop: Shop) -> Agent:
    return make_agent("Bia", shop=shop)


@pytest.fixture
def path(shop: Shop) -> Blueprint:
    found = blueprint_for("return", shop_id=shop.pk)
    assert found
    return found


@pytest.fixture
def opened(shop: Shop, order: Order, ticket: Ticket, path: Blueprint, bia: Agent) -> Callable[..., Return]:
    """Open a return of one mug, of which Ana changed her mind."""
    set_policy(shop=shop, policy=ReturnsPolicy(warehouse=WAREHOUSE), agent=bia, now=NOW)

    def opening(*wanted: Wanted, key: str = "k1", **more: Any) -> Return:
        return open_return(
            ticket=more.get("ticket", ticket),
            blueprint=path,
            order=order,
            wanted=wanted or (Wanted("1", 1, Reason.CHANGED_MIND, Outcome.REFUND),),
            notice=more.get("notice", Notice(NOW, "paper")),
            opener=Opener(agent=bia, language="pt-br"),
            key=key,
            now=NOW,
        )

    return opening
