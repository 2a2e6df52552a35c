"""Customers: finding them, their card, merging two of them and taking it back."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path as Named
from ninja import Query, Router, Status

from balcao.api.v1.access import Bearer, Caller, caller_of, customer_for
from balcao.api.v1.paging import after_id, next_cursor
from balcao.api.v1.problems import Problem, invalid, not_found
from balcao.api.v1.schemas.customers import (
    CustomerMergeInput,
    CustomerPage,
    CustomerPatch,
    CustomerQuery,
    CustomerWhole,
    IdentityInput,
    IdentityOut,
    LinkOut,
    MergeUndone,
    customer_out,
    customer_whole,
    identity_out,
    link_out,
)
from balcao.api.v1.views.searching import found_customers
from balcao.api.v1.words import Id
from balcao.customers import actions, queries
from balcao.customers.models import Customer, Link
from balcao.ports.channel import IdentityKind, Party
from balcao.shops.models import Shop
from balcao.staff.types import Permission, Scope
from balcao.tickets.queries.filtering import visible_customers

router = Router(tags=["Customers"])
READ = Bearer(Scope.CUSTOMERS_READ, Permission.CUSTOMER_READ)
EDIT = Bearer(Scope.CUSTOMERS_WRITE, Permission.CUSTOMER_EDIT)
MERGE = Bearer(Scope.CUSTOMERS_WRITE, Permission.CUSTOMER_MERGE)

_ORDER = "customers"


@router.get("/customers", auth=READ, response=CustomerPage, operation_id="listCustomers", summary="List customers")
def list_customers(request: HttpRequest, query: Query[CustomerQuery]) -> CustomerPage:
    """Return customers in the order in which they came, or (with `q`) those found, on one page."""
    caller = caller_of(request)
    if query.q:
        return CustomerPage(rows=found_customers(caller, query.q, limit=query.limit), next_cursor=None)
    rows = visible_customers(caller.eyes).filter(pk__gt=after_id(query.cursor, order=_ORDER)).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[: query.limit + 1])
    cards = queries.cards_of(ids[: query.limit])
    cursor = next_cursor(ids[query.limit - 1], order=_ORDER) if len(ids) > query.limit else None
    return CustomerPage(rows=[customer_out(card) for card in cards], next_cursor=cursor)


@router.get("/customers/{id}", auth=READ, response=CustomerWhole, operation_id="getCustomer", summary="Get a customer")
def get_customer(request: HttpRequest, id: Named[Id]) -> CustomerWhole:  # noqa: A002 - the name in the address
    """Return a customer's card; the id of one who was merged gives the card of both."""
    return _whole(customer_for(caller_of(request), id))


@router.patch(
    "/customers/{id}", auth=EDIT, response=CustomerWhole, operation_id="changeCustomer", summary="Change a customer"
)
def change_customer(
    request: HttpRequest,
    id: Named[Id],  # noqa: A002 - the name in the address
    body: CustomerPatch,
) -> CustomerWhole:
    """Change what the card says."""
    caller = caller_of(request)
    customer = customer_for(caller, id)
    given = body.model_dump(exclude_unset=True)
    actions.edit(customer=customer, agent=caller.person(), now=_now(), **given)
    return _whole(customer)


def _whole(customer: Customer) -> CustomerWhole:
    return customer_whole(queries.card(customer.pk), queries.active_links(customer))


@router.post(
    "/customers/{id}/identities",
    auth=EDIT,
    response={201: IdentityOut},
    operation_id="addIdentity",
    summary="Add an address",
)
def add_identity(
    request: HttpRequest,
    id: Named[Id],  # noqa: A002 - the name in the address
    body: IdentityInput,
) -> Status[IdentityOut]:
    """Write another address on a customer's card; one that belongs to another customer is refused, never moved."""
    caller = caller_of(request)
    identity = actions.add_identity(
        customer=customer_for(caller, id),
        party=Party(IdentityKind(body.kind), body.value),
        region=_region(caller),
        agent=caller.person(),
        now=_now(),
    )
    return Status(201, identity_out(identity))


def _region(caller: Caller) -> str:
    rows = Shop.objects.filter(pk__in=caller.eyes.shop_ids()).exclude(region="")
    return rows.values_list("region", flat=True).first() or ""


@router.post(
    "/customers/{id}/merge",
    auth=MERGE,
    response={201: LinkOut},
    operation_id="mergeCustomer",
    summary="Merge two customers",
)
def merge_customer(
    request: HttpRequest,
    id: Named[Id],  # noqa: A002 - the name in the address
    body: CustomerMergeInput,
) -> Status[LinkOut]:
    """Make two customers one. Nothing is copied, so it can be undone exactly."""
    caller = caller_of(request)
    kept = customer_for(caller, id)
    try:
        absorbed = customer_for(caller, body.absorbed_id)
    except Problem as problem:
        raise invalid("#/absorbed_id", problem.detail) from problem
    if body.is_checked and not caller.eyes.may(Permission.QUARANTINE):
        raise Problem(403, "not-permitted", "Only a supervisor can merge what the guard stopped.")
    link = actions.merge(
        kept=kept,
        absorbed=absorbed,
        agent=caller.person(),
        evidence={"by": "api", "token": caller.token.pk},
        now=_now(),
        is_checked=body.is_checked,
    )
    return Status(201, link_out(link))


@router.post(
    "/customer-merges/{id}/undo",
    auth=MERGE,
    response=MergeUndone,
    operation_id="undoCustomerMerge",
    summary="Undo a merge of customers",
)
def undo_customer_merge(request: HttpRequest, id: Named[Id]) -> MergeUndone:  # noqa: A002 - the name in the address
    """Revoke the link (its id stands in the customer's `links`) and give each identity back the customer it had."""
    caller = caller_of(request)
    link = Link.objects.select_related("identity_a").filter(pk=id).first()
    if link is None:
        raise not_found(f"Merge {id}")
    customer_for(caller, link.identity_a.home_id)
    undone = actions.undo_merge(link=link, agent=caller.person(), now=_now())
    return MergeUndone(link=link_out(undone.link), still_joined_by=[link_out(row) for row in undone.still_joined])


def _now() -> datetime:
    return timezone.now()
