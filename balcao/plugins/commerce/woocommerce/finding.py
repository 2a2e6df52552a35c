"""Reading orders, customers and products of a WooCommerce shop, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from balcao.kit.decimals import minor
from balcao.plugins.commerce.woocommerce.reading import GUEST, Raw, account_of, meta, order_of, variant_ref, when
from balcao.plugins.commerce.woocommerce.rest import Missing, page, read
from balcao.ports.commerce import Changes, KeyKind, Link, Order, Product, Variant

_ALL = {"per_page": 100, "orderby": "id", "order": "asc"}
_PAGE = 50
_GOODS = 20
_SECOND = timedelta(seconds=1)
_ALIKE = 8  # the last digits by which two spellings of a phone number are the same


@dataclass(frozen=True, slots=True)
class Seen:
    """An order as WooCommerce tells it, with its refunds."""

    raw: Raw
    link: Link
    refunds: Sequence[Raw] = field(default=())

    @property
    def order(self) -> Order:
        """Return the order as ours."""
        return order_of(self.raw, self.refunds, self.link.config)


def order(ref: str, link: Link) -> Seen | None:
    """Return one order; None where there is none."""
    if not (ref.isascii() and ref.isdigit()):
        return None
    try:
        return _whole(read(link.config, f"/orders/{ref}"), link)
    except Missing:
        return None


def _whole(raw: Raw, link: Link) -> Seen:
    """Return an order with its refunds; the order itself names only their sums."""
    if not raw["refunds"]:
        return Seen(raw, link)
    return Seen(raw, link, refunds_of(str(raw["id"]), link))


def refunds_of(ref: str, link: Link) -> list[Raw]:
    """Return all refunds of an order."""
    found, number = list[Raw](), 1
    while True:
        got = page(link.config, f"/orders/{ref}/refunds", {**_ALL, "page": number})
        found += got.rows
        number += 1
        if not got.has_more:
            return found


def find(kind: KeyKind, value: str, link: Link, *, limit: int) -> Sequence[Order]:
    """Return the newest orders with a key; WooCommerce cannot be asked for all kinds of them."""
    value = value.strip()
    if kind == KeyKind.NUMBER:
        rows = _by_number(value.lstrip("#"), link)
    elif kind == KeyKind.EMAIL:
        rows = _by_email(value, link)
    elif kind == KeyKind.PHONE:
        rows = _by_phone(value, link)
    elif kind == KeyKind.ACCOUNT:
        rows = _by_account(value, link)
    else:
        rows = []
    return [_whole(raw, link).order for raw in rows[:limit]]


def _by_number(value: str, link: Link) -> list[Raw]:
    """Return the order of a number: mostly its key, unless an extension counts otherwise."""
    direct = order(value, link)
    if direct and str(direct.raw["number"]) == value:
        return [direct.raw]
    return [raw for raw in _search(value, link) if str(raw["number"]) == value]


def _by_email(value: str, link: Link) -> list[Raw]:
    return [raw for raw in _search(value, link) if str(raw["billing"].get("email", "")).casefold() == value.casefold()]


def _by_phone(value: str, link: Link) -> list[Raw]:
    wanted = _digits(value)[-_ALIKE:]
    if len(wanted) < _ALIKE:
        return []
    return [raw for raw in _search(wanted, link) if _digits(raw["billing"].get("phone", "")).endswith(wanted)]


def _by_account(value: str, link: Link) -> list[Raw]:
    if value.startswith(GUEST):
        found = _by_email(value.removeprefix(GUEST), link)
        return [raw for raw in found if account_of(raw).ref == value]
    if not (value.isascii() and value.isdigit()):
        return []
    return newest(link, customer=int(value))


def newest(link: Link, *, customer: int) -> list[Raw]:
    """Return the newest orders of a customer."""
    wish = {"customer": customer, "orderby": "date", "order": "desc", "per_page": _PAGE}
    return list(page(link.config, "/orders", wish).rows)


def _search(value: str, link: Link) -> list[Raw]:
    if not value:
        return []
    wish = {"search": value, "orderby": "date", "order": "desc", "per_page": _PAGE}
    return list(page(link.config, "/orders", wish).rows)


def _digits(text: object) -> str:
    return "".join(c for c in str(text) if c.isdigit())


# --- What changed: orders and products, each by its own cursor --------------------------------------------------------


def changes(cursor: Mapping[str, Any], link: Link) -> Changes:
    """Return a page of orders and of products that changed since a cursor."""
    orders, orders_at, more_orders = _walk("/orders", cursor.get("orders") or {}, link, size=_PAGE)
    goods, goods_at, more_goods = _walk("/products", cursor.get("products") or {}, link, size=_GOODS)
    return Changes(
        tuple(_whole(raw, link).order for raw in orders),
        {"orders": orders_at, "products": goods_at},
        more=more_orders or more_goods,
        products=tuple(_product(raw, link) for raw in goods),
    )


def _walk(path: str, at: Mapping[str, Any], link: Link, *, size: int) -> tuple[Sequence[Raw], dict[str, Any], bool]:
    """Return a page, where the next one begins, and whether there is one.

    It goes on from the time of the last row, not from its place: what changes meanwhile moves to the end of the list
    and would shift the others. Only where a whole page has the same second is the next page asked for.
    """
    since, number = str(at.get("since", "")), int(at.get("page", 1))
    wish: dict[str, Any] = {"orderby": "modified", "order": "asc", "per_page": size, "page": number}
    begin = when(since)
    if begin:
        wish |= {"modified_after": (begin - _SECOND).strftime("%Y-%m-%dT%H:%M:%S"), "dates_are_gmt": "true"}
    found = page(link.config, path, wish)
    last = str(found.rows[-1]["date_modified_gmt"]) if found.rows else since
    has_moved = last != since
    following = number + 1 if found.has_more and not has_moved else 1
    return found.rows, {"since": last, "page": following}, found.has_more


# --- Products ---------------------------------------------------------------------------------------------------------


def product(ref: str, link: Link) -> Product | None:
    """Return one product."""
    if not (ref.isascii() and ref.isdigit()):
        return None
    try:
        return _product(read(link.config, f"/products/{ref}"), link)
    except Missing:
        return None


def _product(raw: Raw, link: Link) -> Product:
    images = raw["images"]
    kinds = _variations(raw, link) if raw["variations"] else [raw]
    return Product(
        ref=str(raw["id"]),
        name=str(raw["name"]),
        currency=link.currency,
        variants=tuple(_variant(one, raw, link.currency) for one in kinds),
        url=str(raw["permalink"] or ""),
        image=str(images[0]["src"]) if images else "",
    )


def _variations(raw: Raw, link: Link) -> list[Raw]:
    found, number = list[Raw](), 1
    while True:
        got = page(link.config, f"/products/{raw['id']}/variations", {**_ALL, "page": number})
        found += got.rows
        number += 1
        if not got.has_more:
            return found


def _variant(raw: Raw, parent: Raw, currency: str) -> Variant:
    is_variation = raw is not parent
    counted = parent if raw["manage_stock"] == "parent" else raw
    is_available = parent["status"] == "publish" and raw["stock_status"] != "outofstock" and bool(raw["purchasable"])
    is_bounded = counted["manage_stock"] is True and raw["stock_status"] != "onbackorder"
    image = (raw.get("image") or {}) if is_variation else {}
    return Variant(
        ref=variant_ref(parent["id"], raw["id"] if is_variation else 0),
        price=minor(raw["price"], currency),
        sku=str(raw["sku"] or ""),
        options={str(one["name"]): str(one["option"]) for one in raw["attributes"]} if is_variation else {},
        is_available=is_available,
        stock=max(int(counted["stock_quantity"] or 0), 0) if is_bounded else None,
        image=str(image.get("src") or ""),
    )


def marked(raw: Raw, mark: str) -> bool:
    """Tell whether something carries the mark of our key."""
    return meta(raw, f"_{mark}") is not None
