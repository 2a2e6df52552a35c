"""What became of an action: found by the mark that its key left in WooCommerce."""

import hmac
from base64 import b32encode
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.woocommerce import finding
from balcao.plugins.commerce.woocommerce.finding import Seen, marked
from balcao.plugins.commerce.woocommerce.reading import customer_of
from balcao.plugins.commerce.woocommerce.refunding import BY_HAND
from balcao.plugins.commerce.woocommerce.rest import Missing, Raw, page, read
from balcao.ports.calling import mark_of
from balcao.ports.commerce import (
    Action,
    AddNote,
    Address,
    Cancel,
    ChangeDefaultAddress,
    Done,
    GiveCredit,
    Link,
    Outcome,
    PlaceOrder,
    Refund,
)

NOT_CANCELLED = N_("The money went back, but the order could not be cancelled. Cancel it in WooCommerce.")

_CODE_LENGTH = 16


def recall(action: Action, seen: Seen | None, link: Link, key: str) -> Done | None:
    """Return what became of an action; None: it had no effect. Raises `CommerceError`."""
    mark = mark_of(key)
    if isinstance(action, PlaceOrder):
        return _placed(action, link, mark)
    if isinstance(action, GiveCredit):
        return _given(link, key)
    if isinstance(action, ChangeDefaultAddress):
        return _default_address(action, link)
    return _on_order(action, seen, mark) if seen else None


def _on_order(action: Action, seen: Seen, mark: str) -> Done | None:
    if isinstance(action, Refund):
        return _refunded(seen, mark)
    if isinstance(action, Cancel):
        return _cancelled(action, seen, mark)
    if isinstance(action, AddNote) and note_with(seen, mark):
        return Done(Outcome.DONE, seen.order)
    return Done(Outcome.DONE, seen.order) if marked(seen.raw, mark) else None


def refund_with(seen: Seen, mark: str) -> Raw | None:
    """Return the refund with our mark."""
    found = (one for one in seen.refunds if mark in str(one["reason"] or "") or marked(one, mark))
    return next(found, None)


def note_with(seen: Seen, mark: str) -> bool:
    """Tell whether a note of the order carries our mark."""
    if marked(seen.raw, mark):
        return True
    notes = read(seen.link.config, f"/orders/{seen.raw['id']}/notes")
    return any(mark in str(one["note"]) for one in notes)


def _refunded(seen: Seen, mark: str) -> Done | None:
    found = refund_with(seen, mark)
    if found is None:
        return None
    is_paid = bool(found["refunded_payment"])
    detail = "" if is_paid else BY_HAND
    return Done(Outcome.DONE if is_paid else Outcome.PARTLY, seen.order, ref=str(found["id"]), detail=detail)


def _cancelled(action: Cancel, seen: Seen, mark: str) -> Done | None:
    paid_back = _refunded(seen, mark)
    if action.pieces:
        return paid_back
    if marked(seen.raw, mark):
        return paid_back or Done(Outcome.DONE, seen.order)
    if paid_back and seen.raw["status"] != "cancelled":
        return Done(Outcome.PARTLY, seen.order, ref=paid_back.ref, detail=NOT_CANCELLED)
    return paid_back


# --- Without an order -------------------------------------------------------------------------------------------------


def _placed(action: PlaceOrder, link: Link, mark: str) -> Done | None:
    if not action.account.isdigit():
        return None
    found = next((raw for raw in finding.newest(link, customer=int(action.account)) if marked(raw, mark)), None)
    if found is None:
        return None
    return Done(Outcome.DONE, Seen(found, link).order, ref=str(found["id"]))


def _given(link: Link, key: str) -> Done | None:
    code = code_of(key, secret=link.config.consumer_secret)
    found = page(link.config, "/coupons", {"code": code}).rows
    return Done(Outcome.DONE, ref=str(found[0]["id"]), detail=code) if found else None


def code_of(key: str, *, secret: str) -> str:
    """Return the code of a coupon: nobody can guess it, and the same key cannot make a second one."""
    digest = hmac.digest(secret.encode(), f"coupon {key}".encode(), "sha256")
    return b32encode(digest).decode()[:_CODE_LENGTH].lower()


def _default_address(action: ChangeDefaultAddress, link: Link) -> Done | None:
    if not action.account.isdigit():
        return None
    try:
        found: Any = read(link.config, f"/customers/{action.account}")
    except Missing:
        return None
    account = customer_of(found)
    return Done(Outcome.DONE, account=account) if _gist(account.address) == _gist(action.address) else None


def _gist(address: Address) -> tuple[str, ...]:
    parts = (address.line1, address.city, address.postcode, address.name)
    return tuple(" ".join(part.casefold().split()) for part in parts)
