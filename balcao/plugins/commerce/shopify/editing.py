"""Editing the lines of an order that has not left: taking pieces out, putting other variants in."""

from collections import Counter
from collections.abc import Mapping

from balcao.kit.i18n import N_
from balcao.plugins.commerce.shopify import documents, finding
from balcao.plugins.commerce.shopify.basics import bag, nodes
from balcao.plugins.commerce.shopify.graphql import change
from balcao.plugins.commerce.shopify.recalling import TO_PAY, TO_PAY_BACK, plan_of
from balcao.plugins.commerce.shopify.refunding import joined, pay_back
from balcao.plugins.commerce.shopify.step import Refused, Step, done, must, note_of
from balcao.ports import money
from balcao.ports.calling import fault
from balcao.ports.commerce import Cancel, ChangeLines, CommerceError, Done, Refund

EDITED = N_("The order is edited; whether all of it was settled is not known yet. It is asked again by itself.")
NO_PIECES = N_("The order has no such pieces any more.")


def change_lines(action: ChangeLines, step: Step) -> Done:
    """Turn pieces into other variants; what is too much goes back, what is missing Shopify asks for."""
    taken, added = Counter[str](), Counter[str]()
    for swap in action.swaps:
        taken[swap.line] += swap.quantity
        added[swap.variant] += swap.quantity
    _edit(step, taken, added, words="")
    return _settled(step, reason="")


def cancel_pieces(action: Cancel, step: Step) -> Done:
    """Take pieces out of the order and pay back what they cost."""
    order = step.order.order
    pieces = joined(action.pieces)
    worth = min(money.price_of(order, pieces), money.open_balance(order))
    _edit(step, dict(pieces), {}, words=action.reason)
    return _paid_back(step, worth, reason=action.reason) if worth else done(step)


def _edit(step: Step, taken: Mapping[str, int], added: Mapping[str, int], *, words: str) -> None:
    """Edit the order. Nothing of it is true before the last call; before that, what is to be is noted on the order."""
    config, raw = step.link.config, step.order.raw
    session = must(change(config, documents.EDIT_BEGIN, {"id": step.ref}))["calculatedOrder"]
    # An edited line has the number of the order's own line.
    lines = {one["id"].rpartition("/")[2]: one for one in nodes(session["lineItems"])}
    for ref, count in taken.items():
        line = lines.get(ref.rpartition("/")[2])
        if line is None or line["quantity"] < count:
            raise Refused(NO_PIECES, "too_many")
        wish = {"id": session["id"], "line": line["id"], "quantity": line["quantity"] - count}
        must(change(config, documents.EDIT_QUANTITY, wish))
    for variant, count in added.items():
        must(change(config, documents.EDIT_VARIANT, {"id": session["id"], "variant": variant, "quantity": count}))
    step.note(plan_of(raw, taken, added))
    must(change(config, documents.EDIT_COMMIT, {"id": session["id"], "note": note_of(words, step.mark)}))


def _settled(step: Step, *, reason: str) -> Done:
    try:
        found = finding.order(step.ref, step.link)
    except CommerceError as error:
        raise fault(EDITED, "uncertain", uncertain=True) from error
    if found is None:
        return done(step)
    left = bag(found.raw["totalOutstandingSet"], found.order.currency)
    if left > 0:
        return done(step, detail=TO_PAY)
    return _paid_back(step, -left, reason=reason) if left else done(step)


def _paid_back(step: Step, worth: int, *, reason: str) -> Done:
    try:
        ref, detail = pay_back(step, step.order.order, worth, action=Refund(reason))
    except Refused:
        return done(step, detail=TO_PAY_BACK)
    except CommerceError as error:  # whether it went back is seen by the order, once it can be read
        raise fault(EDITED, "uncertain", uncertain=True) from error
    return done(step, ref=ref, detail=detail)
