"""What became of an action: found by the mark that its key left in Shopify."""

import json
from collections.abc import Mapping
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.shopify import documents, finding
from balcao.plugins.commerce.shopify.basics import Raw, bag, nodes, person
from balcao.plugins.commerce.shopify.finding import Seen
from balcao.plugins.commerce.shopify.graphql import ask
from balcao.ports.calling import fault
from balcao.ports.commerce import (
    Action,
    Address,
    AddTag,
    Cancel,
    ChangeDefaultAddress,
    ChangeLines,
    Done,
    Exchange,
    GiveCredit,
    Link,
    Outcome,
    PlaceOrder,
    Refund,
    RequestReturn,
)

NOT_YET = N_("Shopify has begun to cancel the order and has not finished yet. It is asked again by itself.")
NOT_PAID_BACK = N_("Shopify noted the refund, but the money did not go back. Look at the order in Shopify.")
ON_ITS_WAY = N_("Shopify noted the refund; the payment provider has not confirmed it yet.")
TO_PAY = N_("The customer has to pay the difference: send the invoice from the order in Shopify.")
TO_PAY_BACK = N_("The order is changed, but what was paid too much did not go back. Pay it back in Shopify.")
EDITED_OTHERWISE = N_("The order was edited, but not exactly as asked. Compare it in Shopify.")


def recall(action: Action, seen: Seen | None, link: Link, mark: str, *, ref: str = "") -> Done | None:
    """Return what became of an action; None: it had no effect. Raises `CommerceError`, also while it is under way.

    `ref` is the order's key as we know it: that of a draft, where nothing is seen of an order yet.
    """
    if isinstance(action, PlaceOrder):
        return _placed(link, mark)
    if isinstance(action, GiveCredit):
        return _given(link, mark)
    if isinstance(action, ChangeDefaultAddress):
        return _default_address(action, link)
    if seen is None:
        return _on_draft(ref, link, mark)
    return _on_order(action, seen, link, mark)


def _on_draft(ref: str, link: Link, mark: str) -> Done | None:
    draft = finding.draft(ref, link)
    return Done(Outcome.DONE, draft) if draft and mark in draft.tags else None


def _on_order(action: Action, seen: Seen, link: Link, mark: str) -> Done | None:
    raw = seen.raw
    if isinstance(action, Refund):
        return refunded(raw, mark, seen)
    if isinstance(action, Cancel) and not action.pieces:
        return _cancelled(seen, link, mark)
    if isinstance(action, ChangeLines | Cancel):
        return edited(seen, mark)
    if isinstance(action, RequestReturn | Exchange):
        found = next((one for one in nodes(raw["returns"]) if mark in _words_of_return(one)), None)
        return Done(Outcome.DONE, seen.order, ref=found["id"]) if found else None
    if isinstance(action, AddTag):
        return Done(Outcome.DONE, seen.order) if action.tag.strip() in raw["tags"] else None
    return Done(Outcome.DONE, seen.order) if seen.noted else None


def refund_of(raw: Raw, mark: str) -> Raw | None:
    """Return the refund with our mark."""
    return next((one for one in raw["refunds"] if mark in (one["note"] or "")), None)


def refunded(raw: Raw, mark: str, seen: Seen) -> Done | None:
    """Return what became of a refund: done, or partly where the money did not move (yet)."""
    found = refund_of(raw, mark)
    if found is None:
        return None
    states = {one["status"] for one in nodes(found["transactions"])}
    if states & {"FAILURE", "ERROR"}:
        return Done(Outcome.PARTLY, seen.order, ref=found["id"], detail=NOT_PAID_BACK)
    if states - {"SUCCESS"}:
        return Done(Outcome.PARTLY, seen.order, ref=found["id"], detail=ON_ITS_WAY)
    return Done(Outcome.DONE, seen.order, ref=found["id"])


def _cancelled(seen: Seen, link: Link, mark: str) -> Done | None:
    if seen.raw["cancelledAt"]:
        is_ours = bool(seen.noted) or mark in ((seen.raw["cancellation"] or {}).get("staffNote") or "")
        return Done(Outcome.DONE, seen.order) if is_ours else None
    if seen.noted and not is_over(seen.noted, link):
        raise fault(NOT_YET, "uncertain", uncertain=True)
    return None


def is_over(job: str, link: Link) -> bool:
    """Tell whether a job of Shopify is done; one that it forgot is."""
    found = ask(link.config, documents.JOB, {"id": job}).get("job")
    return not found or bool(found["done"])


def edited(seen: Seen, mark: str) -> Done | None:
    """Return what became of an edit, by comparing the lines with those that were noted before it and after it."""
    if not seen.noted:
        return None
    plan = json.loads(seen.noted)
    if refund_of(seen.raw, mark) or _quantities(seen.raw) == plan["after"]:
        detail = _left(bag(seen.raw["totalOutstandingSet"], seen.order.currency))
        return Done(Outcome.PARTLY if detail else Outcome.DONE, seen.order, detail=detail)
    if _quantities(seen.raw) == plan["before"]:
        return None
    return Done(Outcome.PARTLY, seen.order, detail=EDITED_OTHERWISE)


def _left(outstanding: int) -> str:
    if outstanding:
        return TO_PAY if outstanding > 0 else TO_PAY_BACK
    return ""


def plan_of(raw: Raw, taken: Mapping[str, int], added: Mapping[str, int]) -> str:
    """Return what is noted before an edit: how many pieces of each variant there are, and will be."""
    before = _quantities(raw)
    after = dict(before)
    for line in nodes(raw["lineItems"]):
        variant = _variant(line)
        after[variant] = after.get(variant, 0) - taken.get(line["id"], 0)
    for variant, count in added.items():
        after[variant] = after.get(variant, 0) + count
    return json.dumps({"before": before, "after": {ref: count for ref, count in after.items() if count}})


def _quantities(raw: Raw) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in nodes(raw["lineItems"]):
        counts[_variant(line)] = counts.get(_variant(line), 0) + line["currentQuantity"]
    return {ref: count for ref, count in counts.items() if count}


def _variant(line: Raw) -> str:
    return str((line["variant"] or {}).get("id") or line["id"])


def _words_of_return(raw: Raw) -> str:
    return " ".join(line["returnReasonNote"] or "" for line in nodes(raw["returnLineItems"]) if line)


# --- Without an order -------------------------------------------------------------------------------------------------


def _placed(link: Link, mark: str) -> Done | None:
    # The newest drafts are listed, not searched: the search learns of a new one only after a while.
    found = next((one for one in nodes(ask(link.config, documents.DRAFTS)["draftOrders"]) if mark in one["tags"]), None)
    if found is None:
        return None
    return Done(Outcome.DONE, finding.draft(found["id"], link), ref=found["id"])


def _given(link: Link, mark: str) -> Done | None:
    cards = nodes(ask(link.config, documents.GIFT_CARDS)["giftCards"])
    found = next((one for one in cards if mark in (one["note"] or "")), None)
    return Done(Outcome.DONE, ref=found["id"]) if found else None


def _default_address(action: ChangeDefaultAddress, link: Link) -> Done | None:
    found: dict[str, Any] | None = ask(link.config, documents.CUSTOMER, {"id": action.account}).get("customer")
    if not found:
        return None
    account = person(found)
    return Done(Outcome.DONE, account=account) if _gist(account.address) == _gist(action.address) else None


def _gist(address: Address) -> tuple[str, ...]:
    parts = (address.line1, address.city, address.postcode, address.name)
    return tuple(" ".join(part.casefold().split()) for part in parts)
