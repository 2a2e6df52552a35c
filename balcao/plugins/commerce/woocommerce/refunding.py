"""Paying back through WooCommerce: never above what was paid, and once for each key."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from balcao.kit.decimals import decimal, minor
from balcao.kit.i18n import N_
from balcao.plugins.commerce.woocommerce.paying import Raw, instrument
from balcao.plugins.commerce.woocommerce.rest import Missing, Refused, read, write
from balcao.plugins.commerce.woocommerce.step import Step, done, note_of
from balcao.ports import money
from balcao.ports.commerce import Done, Order, Refund

OTHER_INSTRUMENT = N_("WooCommerce pays back only to where the money came from.")
ABOVE_OPEN = N_("More than was paid and has not gone back yet.")

BY_HAND = N_("WooCommerce noted the refund, but this payment method does not pay back by itself: send the money.")


def refund(action: Refund, step: Step) -> Done:
    """Pay back pieces, freight or a sum."""
    action = replace(action, pieces=joined(action.pieces))
    order = step.order.order
    if action.instrument and action.instrument != instrument(step.order.raw).ref:
        raise Refused(OTHER_INSTRUMENT, "instrument")
    worth = money.price_of(order, action.pieces) + action.freight + action.amount
    ref, detail = pay_back(step, order, worth, action)
    return done(step, ref=ref, detail=detail)


def pay_back(step: Step, order: Order, worth: int, action: Refund, *, is_cancelled: bool = False) -> tuple[str, str]:
    """Pay a sum back; return the refund's key, and what is left to be done if something is.

    The mark stands in the reason too: that is kept before the payment provider is asked, meta data only afterwards.
    """
    if not 0 < worth <= money.open_balance(order):
        raise Refused(ABOVE_OPEN, "above_open")
    by_itself = _pays_back(step)
    other = {"_balcao_cancelled": "yes"} if is_cancelled else {}
    wish = {
        "amount": decimal(worth, order.currency),
        "reason": note_of(action.reason, step.mark),
        "api_refund": by_itself,
        "api_restock": is_cancelled,
        "line_items": _parts(step.order.raw, order, action),
        "meta_data": step.marked(**other),
    }
    answer = write(step.link.config, "POST", f"{step.path}/refunds", wish)
    return str(answer["id"]), "" if by_itself else BY_HAND


def joined(pieces: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Return the pieces with each line named once, as the decision counted them."""
    sums = Counter[str]()
    for ref, count in pieces:
        sums[ref] += count
    return tuple(sums.items())


def _pays_back(step: Step) -> bool:
    """Tell whether the order's payment method pays back when it is told to."""
    method = str(step.order.raw["payment_method"] or "")
    if not method:
        return False
    try:
        gateway = read(step.link.config, f"/payment_gateways/{method}")
    except Missing:
        return False
    return bool(gateway.get("enabled")) and "refunds" in (gateway.get("method_supports") or [])


def _parts(raw: Raw, order: Order, action: Refund) -> list[dict[str, Any]]:
    """Return what is paid back by line, parted into what it costs and its taxes, to the cent."""
    known = {str(one["id"]): one for one in [*raw["line_items"], *raw["fee_lines"]]}
    found = [
        _part(known[ref], money.price_of(order, [(ref, count)]), order.currency, count)
        for ref, count in action.pieces
        if ref in known
    ]
    return found + _freight(raw, order, action.freight)


def _freight(raw: Raw, order: Order, amount: int) -> list[dict[str, Any]]:
    lines = raw["shipping_lines"]
    if not amount or not lines:
        return []
    costs = [_cost(one, order.currency) for one in lines]
    parts = money.spread(amount, costs)
    return [_part(one, part, order.currency, 0) for one, part in zip(lines, parts, strict=True) if part]


def _cost(row: Raw, currency: str) -> int:
    return minor(row["total"], currency) + minor(row["total_tax"], currency)


def _part(row: Raw, amount: int, currency: str, count: int) -> dict[str, Any]:
    taxes: list[Mapping[str, Any]] = [one for one in row.get("taxes") or [] if one.get("total")]
    weights = [minor(row["total"], currency), *(minor(one["total"], currency) for one in taxes)]
    net, *parts = money.spread(amount, weights) if sum(weights) else [amount, *(0 for _ in taxes)]
    part: dict[str, Any] = {
        "id": row["id"],
        "refund_total": float(decimal(net, currency)),
        "refund_tax": [
            {"id": one["id"], "refund_total": float(decimal(tax, currency))}
            for one, tax in zip(taxes, parts, strict=True)
        ],
    }
    return {**part, "quantity": count} if count else part
