"""Paying back through Shopify: never above what was paid, and once for each key."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from balcao.kit.decimals import decimal
from balcao.kit.i18n import N_
from balcao.plugins.commerce.shopify import documents
from balcao.plugins.commerce.shopify.basics import nodes
from balcao.plugins.commerce.shopify.graphql import change
from balcao.plugins.commerce.shopify.recalling import NOT_PAID_BACK, ON_ITS_WAY
from balcao.plugins.commerce.shopify.step import Refused, Step, done, must, note_of
from balcao.ports import money
from balcao.ports.commerce import Done, Instrument, Order, Refund

ABOVE_OPEN = N_("More than was paid and has not gone back yet.")


def refund(action: Refund, step: Step) -> Done:
    """Pay back pieces, freight or a sum."""
    action = replace(action, pieces=joined(action.pieces))
    order = step.order.order
    worth = money.price_of(order, action.pieces) + action.freight + action.amount
    ref, detail = pay_back(step, order, worth, action=action)
    return done(step, ref=ref, detail=detail)


def joined(pieces: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Return the pieces with each line named once, as the decision counted them."""
    sums = Counter[str]()
    for ref, count in pieces:
        sums[ref] += count
    return tuple(sums.items())


def pay_back(step: Step, order: Order, worth: int, *, action: Refund) -> tuple[str, str]:
    """Pay a sum back to where it came from; return the refund's key, and what is left to be done if something is."""
    moves = _moves(order, worth, action.instrument)
    gateways = {one["id"]: one["gateway"] for one in step.order.raw["transactions"]}
    wish = {
        "orderId": order.ref,
        "currency": order.currency,
        "note": note_of(action.reason, step.mark),
        "notify": False,
        "refundLineItems": [
            {"lineItemId": line, "quantity": count, "restockType": "NO_RESTOCK"} for line, count in action.pieces
        ],
        "transactions": [
            {
                "orderId": order.ref,
                "parentId": instrument.ref,
                "gateway": gateways.get(instrument.ref) or "",
                "kind": "REFUND",
                "amount": decimal(amount, order.currency),
            }
            for instrument, amount in moves
        ],
    }
    if action.freight:
        wish["shipping"] = {"amount": decimal(action.freight, order.currency)}
    answer = must(change(step.link.config, documents.REFUND, {"input": wish, "key": step.mark}))["refund"]
    states = {one["status"] for one in nodes(answer["transactions"])} if answer else set()
    if states & {"FAILURE", "ERROR"}:
        return answer["id"], NOT_PAID_BACK
    return (answer["id"] if answer else ""), ON_ITS_WAY if states - {"SUCCESS"} else ""


def _moves(order: Order, worth: int, instrument: str) -> list[tuple[Instrument, int]]:
    if instrument:
        held = money.paid_with(order).get(instrument, 0)
        moves = [(money.instruments_of(order)[instrument], worth)] if 0 < worth <= held else []
    else:
        moves = money.way_back(order, worth)
    if worth <= 0 or sum(amount for _, amount in moves) != worth:
        raise Refused(ABOVE_OPEN, "above_open")
    return moves
