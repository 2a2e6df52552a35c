"""An order placed for a customer: a draft in Vendure, which somebody there completes or the customer pays."""

from collections.abc import Mapping
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.vendure import graph, marks
from balcao.plugins.commerce.vendure.deeds import Deed, Raw, address_fields, is_traced
from balcao.plugins.commerce.vendure.reading import order_from
from balcao.plugins.commerce.vendure.session import Refused
from balcao.ports.commerce import Done, Outcome, PlaceOrder

DRAFT = N_("The order is a draft in Vendure. Complete it there once the customer has said how they pay.")
NO_SUCH_FREIGHT = N_("No way of shipping in Vendure costs what was agreed on.")

_RECENT = {"take": 100, "sort": {"createdAt": "DESC"}, "filter": {"state": {"eq": "Draft"}}}


def placed(action: PlaceOrder, deed: Deed) -> Done:
    """Make a draft, or find the one that was made with this key."""
    raw = recalled(deed)
    if raw is None:
        raw = _drafted(action, deed)
    after = order_from(raw, dashboard=deed.session.config.dashboard)
    return Done(Outcome.PARTLY, after, ref=after.ref, detail=DRAFT)


def recalled(deed: Deed) -> Raw | None:
    """Return the finished draft that was made with this key; one that was left half made is removed."""
    drafts: list[Raw] = deed.session.ask(graph.ORDERS, options=_RECENT)["orders"]["items"]
    ours = next((raw for raw in drafts if is_traced(raw, deed.key)), None)
    if ours and not ours["shippingLines"]:  # which is set last
        deed.session.one(graph.DELETE_DRAFT, id=ours["id"])
        return None
    return ours


def _drafted(action: PlaceOrder, deed: Deed) -> Raw:
    session = deed.session
    ref = session.one(graph.DRAFT)["id"]
    session.one(graph.NOTE, input={"id": ref, "note": marks.marked(action.method, deed.key), "isPublic": False})
    try:
        _fill(action, deed, ref)
    except Refused:
        session.one(graph.DELETE_DRAFT, id=ref)
        raise
    raw: Raw = session.ask(graph.ONE_ORDER, id=ref)["order"]
    return raw


def _fill(action: PlaceOrder, deed: Deed, ref: str) -> None:
    session = deed.session
    session.one(graph.DRAFT_CUSTOMER, id=ref, customer=action.account)
    for variant, count in action.variants:
        session.one(graph.DRAFT_LINE, id=ref, input={"productVariantId": variant, "quantity": count})
    session.one(graph.DRAFT_ADDRESS, id=ref, input=address_fields(action.address))
    ways = session.ask(graph.DRAFT_WAYS, id=ref)["eligibleShippingMethodsForDraftOrder"]
    session.one(graph.DRAFT_WAY, id=ref, method=_way(ways, action.freight)["id"])


def _way(ways: list[dict[str, Any]], freight: int) -> Mapping[str, Any]:
    found = next((way for way in ways if way["priceWithTax"] == freight), None)
    if found is None:
        raise Refused("INELIGIBLE_SHIPPING_METHOD_ERROR", NO_SUCH_FREIGHT)
    return found
