"""An action that is asked for at the desk happens in a real Vendure, and comes back as the order's own."""

from datetime import UTC, datetime, timedelta

import pytest

from balcao.commerce import queries
from balcao.commerce.actions import ledger
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.actions.ledger import Asker
from balcao.commerce.models import Backend, LedgerEntry, Order
from balcao.commerce.types import LedgerState, Level, Policy
from balcao.journal.types import SYSTEM
from balcao.pipeline import orders
from balcao.plugins.commerce.vendure.adapter import Vendure
from balcao.plugins.commerce.vendure.config import VendureConfig
from balcao.ports import registry
from balcao.ports.commerce import Action, Cancel, ChangeAddress, OrderStage, Refund
from balcao.testing.factories import make_agent, make_shop
from balcao.testing.orders import HOME
from balcao.testing.servers.vendure import VendureServer
from balcao.testing.servers.vendure_orders import Trade


@pytest.fixture
def backend(db: None, vendure_server: VendureServer) -> Backend:
    """Return a connected Vendure."""
    registry.register_commerce(Vendure())
    config = VendureConfig(vendure_server.address, vendure_server.login, vendure_server.password)
    return create_backend(
        shop=make_shop(), kind="vendure", name="Vendure", config=config, actor=SYSTEM, now=now(), policy=Policy()
    )


@pytest.fixture
def order(backend: Backend, vendure_server: VendureServer) -> Order:
    """Return our copy of an order of two mugs."""
    ref = Trade(vendure_server).buy(("CAN-AZ", 2))
    return brought(backend, ref)


def now() -> datetime:
    return datetime.now(UTC)


def brought(backend: Backend, ref: str) -> Order:
    told = queries.adapter_of(backend).order(ref, queries.link_of(backend))
    assert told
    return keep_order(backend=backend, order=told, now=now())


def carried_out(order: Order, action: Action, *, key: str) -> LedgerEntry:
    asker = Asker(agent=make_agent(key.title(), shop=order.backend.shop), level=Level.VERIFIED)
    entry = ledger.ask(action=action, account=order.account, order=order, asker=asker, key=key, now=now())
    later = now() + timedelta(seconds=1)
    orders.run_due(worker="w", now=later, clock=lambda: later)
    entry.refresh_from_db()
    order.refresh_from_db()
    return entry


def test_what_was_agreed_to_is_what_happens(order: Order) -> None:
    whole = order.total

    moved = carried_out(order, ChangeAddress(HOME), key="ana")
    refunded = carried_out(order, Refund("late", amount=1_000), key="bruno")
    cancelled = carried_out(order, Cancel("no longer needed"), key="elif")

    assert [(entry.state, entry.detail) for entry in (moved, refunded, cancelled)] == [(LedgerState.DONE, "")] * 3
    value = queries.order_value(order)
    assert (value.stage, value.address.line1, value.total) == (OrderStage.CANCELLED, HOME.line1, whole)
    assert [one.amount for one in value.payments if one.is_refund] == [1_000, whole - 1_000]


def test_what_vendure_refuses_is_told_in_its_words(
    order: Order, backend: Backend, vendure_server: VendureServer
) -> None:
    Trade(vendure_server).send(order.ref, arrives=True)  # and our copy does not know yet

    entry = carried_out(order, ChangeAddress(HOME), key="ana")

    assert (entry.state, entry.code) == (LedgerState.REFUSED, "ORDER_STATE_TRANSITION_ERROR")
    assert "Delivered" in entry.detail
