"""Reading orders, customers and products of a Shopify shop, page by page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from balcao.plugins.commerce.shopify import documents
from balcao.plugins.commerce.shopify.basics import Raw, nodes
from balcao.plugins.commerce.shopify.catalogue import product_of
from balcao.plugins.commerce.shopify.graphql import TooCostly, ask
from balcao.plugins.commerce.shopify.reading import draft_of, order_of
from balcao.ports.commerce import Changes, KeyKind, Link, Order, Product

ORDER, DRAFT, PRODUCT, CUSTOMER = (f"gid://shopify/{name}/" for name in ("Order", "DraftOrder", "Product", "Customer"))

_LINES = 50
_PAGE = 10
_VARIANTS = 50
_ALIKE = 8  # the last digits by which two spellings of a phone number are the same
_OVERLAP = timedelta(minutes=2)  # Shopify's search may know of a change a little later than it happened


@dataclass(frozen=True, slots=True)
class Seen:
    """An order as Shopify tells it, and what stands under our mark on it."""

    raw: Raw
    noted: str = ""

    @property
    def order(self) -> Order:
        """Return the order as ours."""
        return order_of(self.raw)


def order(ref: str, link: Link, *, mark: str = "-") -> Seen | None:
    """Return one order; None where there is none."""
    if not ref.startswith(ORDER):
        return None
    answer = _cheaper(
        lambda size: ask(link.config, documents.ORDER, {"id": ref, "lines": size, "mark": mark}), size=_LINES
    )
    found = answer.get("order")
    if not found:
        return None
    return Seen(_with_all_lines(found, link), (found.get("metafield") or {}).get("value") or "")


def draft(ref: str, link: Link) -> Order | None:
    """Return one draft as an order; the order that it became, if it did."""
    found = ask(link.config, documents.DRAFT, {"id": ref}).get("draftOrder") if ref.startswith(DRAFT) else None
    if not found:
        return None
    placed = (found.get("order") or {}).get("id")
    became = order(placed, link) if placed else None
    return became.order if became else draft_of(found)


def placed(ref: str, link: Link, *, mark: str = "-") -> Seen | None:
    """Return one order by its own key, or by that of the draft that it was; None also for what is a draft still."""
    if not ref.startswith(DRAFT):
        return order(ref, link, mark=mark)
    found = ask(link.config, documents.DRAFT, {"id": ref}).get("draftOrder")
    became = (found.get("order") or {}).get("id") if found else None
    return order(became, link, mark=mark) if became else None


def find(kind: KeyKind, value: str, link: Link, *, limit: int) -> Sequence[Order]:
    """Return the newest orders with a key; Shopify cannot be asked for all kinds of them."""
    query = _search(kind, value.strip(), link)
    if not query:
        return ()
    answer = _orders(link, query=query, first=min(limit, _PAGE), key="PROCESSED_AT", newest=True)
    found = [one for one in nodes(answer["orders"]) if _carries(one, kind, value.strip())]
    return [order_of(_with_all_lines(one, link)) for one in found][:limit]


def _carries(raw: Raw, kind: KeyKind, value: str) -> bool:
    """Tell whether an order has exactly this key: Shopify's search also finds what is only like it."""
    customer = raw["customer"] or {}
    if kind == KeyKind.NUMBER:
        return str(raw["name"]).lstrip("#") == value.lstrip("#")
    if kind == KeyKind.EMAIL:
        known = (raw["email"], (customer.get("defaultEmailAddress") or {}).get("emailAddress"))
        return value.casefold() in {str(one).casefold() for one in known if one}
    return kind != KeyKind.ACCOUNT or customer.get("id") == value


def _search(kind: KeyKind, value: str, link: Link) -> str:
    quoted = '"' + value.lstrip("#").replace("\\", "").replace('"', "") + '"'
    if kind == KeyKind.NUMBER and value.lstrip("#"):
        return f"name:{quoted}"
    if kind == KeyKind.EMAIL:
        return f"email:{quoted}"
    if kind == KeyKind.ACCOUNT and value.startswith(CUSTOMER):
        return f"customer_id:{value.removeprefix(CUSTOMER)}"
    if kind == KeyKind.PHONE:
        people = nodes(ask(link.config, documents.CUSTOMERS, {"query": f"phone:{quoted}"})["customers"])
        same = [one["id"].removeprefix(CUSTOMER) for one in people if _has_phone(one, value)]
        return " OR ".join(f"customer_id:{number}" for number in same)
    return ""


def _has_phone(person: Raw, value: str) -> bool:
    given, known = (
        "".join(c for c in str(text) if c.isdigit())[-_ALIKE:]
        for text in (value, (person["defaultPhoneNumber"] or {}).get("phoneNumber") or "")
    )
    return len(given) == _ALIKE and given == known


# --- What changed: orders and products, each by its own cursor --------------------------------------------------------


def changes(cursor: Mapping[str, Any], link: Link) -> Changes:
    """Return a page of orders and of products that changed since a cursor."""
    orders, orders_at, more_orders = _page(
        cursor.get("orders") or {},
        lambda since, after: _orders(link, query=since, first=_PAGE, after=after, key="UPDATED_AT")["orders"],
    )
    goods, goods_at, more_goods = _page(
        cursor.get("products") or {},
        lambda since, after: _cheaper(
            lambda size: ask(
                link.config,
                documents.PRODUCTS,
                {"query": since, "first": size, "after": after, "variants": _VARIANTS},
            ),
            size=_PAGE,
        )["products"],
    )
    return Changes(
        tuple(order_of(_with_all_lines(one, link)) for one in orders),
        {"orders": orders_at, "products": goods_at},
        more=more_orders or more_goods,
        products=tuple(product_of(_with_all_variants(one, link), link.currency) for one in goods),
    )


def _page(
    at: Mapping[str, Any], fetch: Callable[[str | None, str | None], Any]
) -> tuple[Sequence[Raw], Mapping[str, Any], bool]:
    """Return a page, where the next one begins, and whether there is one.

    It goes on from the time of the last thing, not from its place: Shopify counts no further than 25,000 places. Only
    where a whole page has the same second is the next place asked for.
    """
    since = str(at.get("since", ""))
    found = fetch(f"updated_at:>='{since}'" if since else None, at.get("after"))
    last = nodes(found)[-1]["updatedAt"] if nodes(found) else since
    has_more = bool(found["pageInfo"]["hasNextPage"])
    if not has_more:
        return nodes(found), {"since": _before(last)}, False
    if last == since:
        return nodes(found), {"since": since, "after": found["pageInfo"]["endCursor"]}, True
    return nodes(found), {"since": last}, True


def _before(latest: str) -> str:
    return (datetime.fromisoformat(latest) - _OVERLAP).isoformat() if latest else ""


def _orders(  # the one question for orders
    link: Link, *, query: str | None, first: int, key: str, after: str | None = None, newest: bool = False
) -> Mapping[str, Any]:
    return _cheaper(
        lambda size: ask(
            link.config,
            documents.ORDERS,
            {"query": query, "first": size, "after": after, "lines": 20, "key": key, "newest": newest},
        ),
        size=first,
    )


def _cheaper(fetch: Callable[[int], dict[str, Any]], *, size: int) -> dict[str, Any]:
    """Fetch a page, a smaller one if Shopify finds the question too costly."""
    while size > 1:
        try:
            return fetch(size)
        except TooCostly:
            size //= 2
    return fetch(1)


def _with_all_lines(raw: Raw, link: Link) -> Raw:
    return _complete(raw, "lineItems", documents.MORE_LINES, "order", link)


def _with_all_variants(raw: Raw, link: Link) -> Raw:
    return _complete(raw, "variants", documents.MORE_VARIANTS, "product", link)


def _complete(raw: Raw, name: str, document: str, owner: str, link: Link) -> Raw:
    """Return something with all of a list of which the first page came along."""
    page, found = raw[name]["pageInfo"], nodes(raw[name])
    while page["hasNextPage"]:
        more = ask(link.config, document, {"id": raw["id"], "after": page["endCursor"]})[owner][name]
        page = more["pageInfo"]
        found += nodes(more)
    return {**raw, name: {"nodes": found, "pageInfo": page}}


def product(ref: str, link: Link) -> Product | None:
    """Return one product."""
    if not ref.startswith(PRODUCT):
        return None
    found = ask(link.config, documents.PRODUCT, {"id": ref, "variants": _VARIANTS}).get("product")
    return product_of(_with_all_variants(found, link), link.currency) if found else None
