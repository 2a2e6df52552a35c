"""Changing an order that was paid. Vendure wants it set to Modifying first, and back afterwards."""

from collections.abc import Callable, Mapping
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.vendure import graph, marks
from balcao.plugins.commerce.vendure.deeds import OTHER_PRICE, Deed, Raw, address_fields
from balcao.plugins.commerce.vendure.refunding import PENDING
from balcao.plugins.commerce.vendure.session import Refused
from balcao.ports import money
from balcao.ports.commerce import ChangeAddress, ChangeLines, Done, Order

BEING_CHANGED = N_("Somebody is changing this order in Vendure right now. Try again when they are done.")
TO_BE_PAID = N_("The order is changed. What it costs more has to be arranged with the customer in Vendure.")

_MODIFYING, _TO_PAY = "Modifying", "ArrangingAdditionalPayment"
# What was bought stays as it was bought: only what we name may change.
_OPTIONS = {"freezePromotions": True, "recalculateShipping": False}

Check = Callable[[Raw, Raw], dict[str, Any]]  # (before, as it would be) -> what is to be said besides


def address_changed(action: ChangeAddress, deed: Deed) -> Done:
    """Send the order elsewhere, if that costs what it did."""
    wanted = {"updateShippingAddress": address_fields(action.address)}

    def check(before: Raw, after: Raw) -> dict[str, Any]:
        if after["totalWithTax"] != before["totalWithTax"]:
            raise Refused("PRICE_DIFFERS", OTHER_PRICE)
        return {}

    return _changed(deed, lambda _: wanted, check)


def lines_changed(action: ChangeLines, deed: Deed) -> Done:
    """Turn pieces into other variants, if the difference is the one that was shown."""

    def check(before: Raw, after: Raw) -> dict[str, Any]:
        difference = after["totalWithTax"] - before["totalWithTax"]
        if difference != _difference(action, deed.order, after):
            raise Refused("PRICE_DIFFERS", OTHER_PRICE)
        parts = money.way_back(deed.order, -difference) if difference < 0 else ()
        back = [{"paymentId": one.ref, "amount": part, "reason": marks.marked("", deed.key)} for one, part in parts]
        return {"refunds": back} if back else {}

    return _changed(deed, lambda raw: _swaps(action, raw), check)


def put_back(deed: Deed, raw: Mapping[str, Any]) -> None:
    """End a change that we began and that came to nothing; one of somebody else's is left alone."""
    if raw["state"] == _MODIFYING and _is_ours(deed, raw):
        deed.session.one(graph.TRANSITION, id=raw["id"], state=_before_modifying(raw))


def _changed(deed: Deed, wanted: Callable[[Raw], dict[str, Any]], check: Check) -> Done:
    raw = deed.now()
    if _modification(raw, deed.key) is None:
        _begin(deed, raw)
        try:
            _modify(deed, raw, wanted(raw), check)
        except Refused:
            put_back(deed, deed.now())
            raise
        raw = deed.now()
    return _ended(deed, raw)


def _begin(deed: Deed, raw: Mapping[str, Any]) -> None:
    if raw["state"] != _MODIFYING:
        deed.session.one(graph.TRANSITION, id=raw["id"], state=_MODIFYING)
    elif not _is_ours(deed, raw):
        raise Refused("ORDER_MODIFICATION_STATE_ERROR", BEING_CHANGED)


def _modify(deed: Deed, raw: Raw, wanted: Mapping[str, Any], check: Check) -> None:
    change = {"orderId": raw["id"], "options": _OPTIONS, **wanted}
    tried = deed.session.one(graph.MODIFY, input={**change, "dryRun": True}, writes=False)
    besides = check(raw, tried)
    note = marks.marked("", deed.key)
    deed.session.one(graph.MODIFY, input={**change, **besides, "dryRun": False, "note": note})


def _ended(deed: Deed, raw: Mapping[str, Any]) -> Done:
    """Bring the order back to where it was, or to where the customer pays the rest; say what is left to do."""
    modification = _modification(raw, deed.key) or {}
    has_to_pay = not modification.get("isSettled", True) and modification["priceChange"] > 0
    if raw["state"] == _MODIFYING:
        deed.session.one(graph.TRANSITION, id=raw["id"], state=_TO_PAY if has_to_pay else _before_modifying(raw))
    if has_to_pay:
        return deed.done(is_whole=False, detail=TO_BE_PAID)
    is_pending = (modification.get("refund") or {}).get("state") == "Pending"
    return deed.done(is_whole=not is_pending, detail=PENDING if is_pending else "")


def _modification(raw: Mapping[str, Any], key: str) -> dict[str, Any] | None:
    return next((one for one in raw["modifications"] if marks.is_marked(one["note"], key)), None)


def _transition(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return how the order came to be changed, of all times the last."""
    entries = [one for one in raw["history"]["items"] if one["data"].get("to") == _MODIFYING]
    return entries[-1] if entries else {"data": {"from": "PaymentSettled"}, "administrator": None}


def _before_modifying(raw: Mapping[str, Any]) -> str:
    state: str = _transition(raw)["data"]["from"]
    return state


def _is_ours(deed: Deed, raw: Mapping[str, Any]) -> bool:
    who = (_transition(raw)["administrator"] or {}).get("emailAddress") or ""
    return who.casefold() == deed.session.config.username.strip().casefold()


def _swaps(action: ChangeLines, raw: Raw) -> dict[str, Any]:
    counts = {line["id"]: line["quantity"] for line in raw["lines"]}
    places = {line["productVariant"]["id"]: line["id"] for line in raw["lines"]}
    changed, added = dict[str, int](), dict[str, int]()
    for swap in action.swaps:
        changed[swap.line] = changed.get(swap.line, counts.get(swap.line, 0)) - swap.quantity
        if place := places.get(swap.variant):  # adding to a line that is there would be counted wrongly over there
            changed[place] = changed.get(place, counts[place]) + swap.quantity
        else:
            added[swap.variant] = added.get(swap.variant, 0) + swap.quantity
    return {
        "adjustOrderLines": [{"orderLineId": ref, "quantity": count} for ref, count in changed.items()],
        "addItems": [{"productVariantId": ref, "quantity": count} for ref, count in added.items()],
    }


def _difference(action: ChangeLines, order: Order, after: Raw) -> int:
    """Return what was shown: the prices of what goes out less the prices of what was bought."""
    prices = {line["productVariant"]["id"]: line["unitPriceWithTax"] for line in after["lines"]}
    bought = {line.ref: line.unit_price for line in order.lines}
    return sum((prices.get(swap.variant, 0) - bought.get(swap.line, 0)) * swap.quantity for swap in action.swaps)
