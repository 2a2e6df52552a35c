"""Orders and products: finding them, one order whole, what was done to it."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path as Named
from ninja import Query, Router

from balcao.api.v1.access import Bearer, Caller, caller_of, customer_for, order_action_for, order_for, ticket_for
from balcao.api.v1.paging import Paged, after_id, after_key, next_cursor
from balcao.api.v1.problems import invalid_parameter
from balcao.api.v1.schemas.ledger import OrderActionOut, OrderActionPage, order_action_out
from balcao.api.v1.schemas.orders import (
    OrderList,
    OrderPage,
    OrderQuery,
    OrderWhole,
    ProductList,
    ProductQuery,
    order_out,
    order_whole,
    product_out,
)
from balcao.api.v1.words import Id, Number
from balcao.commerce import queries
from balcao.commerce.models import LedgerEntry, Order
from balcao.commerce.queries import Place
from balcao.customers.queries import identities_of
from balcao.pipeline import shop_hooks
from balcao.ports.commerce import KeyKind
from balcao.shops.models import Shop
from balcao.staff.types import Permission, Scope
from balcao.tickets.models import Ticket
from balcao.tickets.queries.ordering import orders_of_ticket

router = Router(tags=["Orders"])
READ = Bearer(Scope.ORDERS_READ, Permission.ORDER_READ)

_ORDER = "orders"
_LEDGER = "ledger"


@router.get("/orders", auth=READ, response=OrderPage, operation_id="listOrders", summary="List orders")
def list_orders(request: HttpRequest, query: Query[OrderQuery]) -> OrderPage:
    """Return orders, the newest first: all of them, or those that carry the one key that is given."""
    caller = caller_of(request)
    shops = _shops(caller, query.shop_id)
    keys, before = query.key(), _place(query.cursor)
    if len(keys) > 1:
        raise invalid_parameter(keys[1][0], f"Give one key only: `{keys[0][0]}` is there already.")
    if not keys:
        return _page(queries.newest(shop_ids=shops, before=before, limit=query.limit + 1), query)
    kind, value = keys[0]
    region = _region(shops) if kind == KeyKind.PHONE else ""
    rows = queries.find(kind=kind, value=value, shop_ids=shops, region=region, before=before, limit=query.limit + 1)
    return _page(rows, query)


def _shops(caller: Caller, shop_id: int | None) -> list[int]:
    shops = sorted(caller.eyes.shop_ids())
    if shop_id is not None and shop_id not in shops:
        raise invalid_parameter("shop_id", f"Shop {shop_id} does not exist, or this token does not see it.")
    return shops if shop_id is None else [shop_id]


def _region(shops: Iterable[int]) -> str:
    """Return the country in which phone numbers without their code are read."""
    known = Shop.objects.filter(pk__in=shops).exclude(region="").values_list("region", flat=True)
    return known.first() or ""


def _place(cursor: str) -> Place | None:
    key = after_key(cursor, order=_ORDER)
    return (key.at, key.id) if key else None


def _page(rows: list[Order], query: Paged) -> OrderPage:
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    cursor = next_cursor(shown[-1].placed_at, shown[-1].pk, order=_ORDER) if more else None
    return OrderPage(rows=[order_out(row) for row in shown], next_cursor=cursor)


@router.get("/orders/{id}", auth=READ, response=OrderWhole, operation_id="getOrder", summary="Get an order")
def get_order(request: HttpRequest, id: Named[Id]) -> OrderWhole:  # noqa: A002 - the name in the address
    """Return an order whole, as we have it (`fetched_at`); an old copy is then read anew from the shop system."""
    row = order_for(caller_of(request), id)
    shop_hooks.orders_looked_at(orders=[row], now=timezone.now())
    return order_whole(row, queries.order_value(row))


@router.get(
    "/orders/{id}/actions",
    auth=READ,
    response=OrderActionPage,
    operation_id="listOrderActions",
    summary="List what was done to an order",
)
def list_order_actions(
    request: HttpRequest,
    id: Named[Id],  # noqa: A002 - the name in the address
    query: Query[Paged],
) -> OrderActionPage:
    """Return the ledger of an order, the newest action first."""
    order = order_for(caller_of(request), id)
    rows = queries.ledger_before(order, before=after_id(query.cursor, order=_LEDGER) or None, limit=query.limit + 1)
    return action_page(rows, query, order=_LEDGER)


def action_page(rows: list[LedgerEntry], query: Paged, *, order: str) -> OrderActionPage:
    """Return a page of order actions, of which one more was read than it shows."""
    shown = rows[: query.limit]
    cursor = next_cursor(shown[-1].pk, order=order) if len(rows) > query.limit else None
    return OrderActionPage(rows=actions_out(shown), next_cursor=cursor)


def actions_out(rows: list[LedgerEntry]) -> list[OrderActionOut]:
    """Return order actions with the numbers of their tickets."""
    named = {row.ticket for row in rows if row.ticket}
    numbers = dict(Ticket.objects.filter(pk__in=named).values_list("pk", "number")) if named else {}
    return [order_action_out(row, ticket=numbers.get(row.ticket) if row.ticket else None) for row in rows]


@router.get(
    "/order-actions/{id}",
    auth=READ,
    response=OrderActionOut,
    operation_id="getOrderAction",
    summary="Get an order action",
)
def get_order_action(request: HttpRequest, id: Named[Id]) -> OrderActionOut:  # noqa: A002 - the name in the address
    """Return one action with how far it has come."""
    return actions_out([order_action_for(caller_of(request), id)])[0]


@router.get(
    "/tickets/{number}/orders",
    auth=READ,
    response=OrderList,
    operation_id="listTicketOrders",
    summary="List a ticket's orders",
)
def list_ticket_orders(request: HttpRequest, number: Named[Number]) -> OrderList:
    """Return the orders that a ticket is about; its customer's others are at `/customers/{id}/orders`."""
    caller = caller_of(request)
    shops = caller.eyes.shop_ids()
    rows = orders_of_ticket(ticket_for(caller, number))
    return OrderList(rows=[order_out(row) for row in rows if row.backend.shop_id in shops])


@router.get(
    "/customers/{id}/orders",
    auth=READ,
    response=OrderPage,
    operation_id="listCustomerOrders",
    summary="List a customer's orders",
)
def list_customer_orders(
    request: HttpRequest,
    id: Named[Id],  # noqa: A002 - the name in the address
    query: Query[Paged],
) -> OrderPage:
    """Return the orders whose account has one of the customer's addresses, the newest first."""
    caller = caller_of(request)
    customer = customer_for(caller, id)
    rows = queries.bought_by(
        identities=identities_of(customer.pk),
        shop_ids=caller.eyes.shop_ids(),
        before=_place(query.cursor),
        limit=query.limit + 1,
    )
    return _page(rows, query)


@router.get("/products", auth=READ, response=ProductList, operation_id="findProducts", summary="Find products")
def find_products(request: HttpRequest, query: Query[ProductQuery]) -> ProductList:
    """Return the products of a shop of which every word of the search begins a word."""
    (shop,) = _shops(caller_of(request), query.shop_id)
    rows = queries.search_products(query.q, shop_id=shop, limit=query.limit)
    return ProductList(rows=[product_out(row, queries.product_value(row)) for row in rows])
