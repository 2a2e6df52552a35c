"""Orders by what people say of themselves, and what is new since last time."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from balcao.kit.searchtext import fold
from balcao.plugins.commerce.vendure import graph
from balcao.plugins.commerce.vendure.products import product_from
from balcao.plugins.commerce.vendure.reading import NOT_PLACED, order_from
from balcao.plugins.commerce.vendure.session import Session
from balcao.ports.commerce import Changes, KeyKind, Order

PAGE = 50
_CUSTOMERS = 100  # at most, of those whose telephone ends alike
_LAST_DIGITS = 4  # every way of writing a telephone number keeps these together
_ENOUGH_DIGITS = 8  # of a number, to be somebody's without the codes of country and area
_SWEPT = timedelta(days=60)

_PLACED: dict[str, Any] = {"state": {"notIn": [*NOT_PLACED]}}
_NEWEST = {"createdAt": "DESC", "id": "DESC"}


def found(session: Session, kind: KeyKind, value: str, limit: int) -> list[Order]:
    """Return the newest orders that carry a key. Vendure knows no tax ids and does not look for parcels."""
    orders = {"take": limit, "sort": _NEWEST, "filter": _PLACED}
    if kind == KeyKind.NUMBER:
        spellings = [value.strip(), value.strip().upper()]  # Vendure's own numbers are in capitals
        options = {**orders, "filter": {**_PLACED, "code": {"in": spellings}}}
        return _read(session, session.ask(graph.ORDERS, options=options)["orders"]["items"])
    customers = _customers(kind, value)
    if customers is None:
        return []
    them = [
        one["id"]
        for one in session.ask(graph.CUSTOMERS, options=customers)["customers"]["items"]
        if _is_them(kind, value, one)
    ]
    if not them:
        return []
    chosen = {"take": len(them), "filter": {"id": {"in": them}}}
    who = session.ask(graph.ORDERS_OF_CUSTOMERS, customers=chosen, orders=orders)["customers"]["items"]
    raws = [raw for one in who for raw in one["orders"]["items"]]
    raws.sort(key=lambda raw: raw["createdAt"], reverse=True)
    return _read(session, raws[:limit])


def _customers(kind: KeyKind, value: str) -> dict[str, Any] | None:
    """Return which customers to look through, None where Vendure cannot look for such a key."""
    if kind == KeyKind.EMAIL:
        return {"take": _CUSTOMERS, "filter": {"emailAddress": {"eq": value.strip().lower()}}}
    if kind == KeyKind.ACCOUNT:
        return {"take": 1, "filter": {"id": {"eq": value}}}
    if kind == KeyKind.PHONE and len(_digits(value)) >= _ENOUGH_DIGITS:
        return {"take": _CUSTOMERS, "filter": {"phoneNumber": {"contains": _digits(value)[-_LAST_DIGITS:]}}}
    if kind == KeyKind.PERSON and value.split():
        return {"take": _CUSTOMERS, "filter": {"postalCode": {"contains": value.rsplit(maxsplit=1)[-1]}}}
    return None


def _is_them(kind: KeyKind, value: str, customer: Mapping[str, Any]) -> bool:
    if kind == KeyKind.PHONE:
        theirs = _digits(customer["phoneNumber"] or "")
        shorter = min(len(theirs), len(_digits(value)))
        return shorter >= _ENOUGH_DIGITS and theirs[-_ENOUGH_DIGITS:] == _digits(value)[-_ENOUGH_DIGITS:]
    if kind == KeyKind.PERSON:
        return fold(f"{customer['firstName']} {customer['lastName']}") in fold(value)
    return True


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _read(session: Session, raws: Iterable[Mapping[str, Any]]) -> list[Order]:
    dashboard = session.config.dashboard
    return [order_from(raw, dashboard=dashboard) for raw in raws if raw["customer"]]


def changes(session: Session, cursor: Mapping[str, Any], *, page: int = PAGE) -> Changes:
    """Return a page of what is new since a cursor, and of what may have changed.

    Vendure's own times of change stand still when the state of an order or a price changes. So beside the orders that
    are new, those of the last two months and the catalogue are walked through, a page at each call.
    """
    raws, after = _placed_since(session, cursor, page)
    if after["more"]:
        return Changes(tuple(_read(session, raws)), after, more=True)
    swept, after["sweep"] = _sweep(session, after, page)
    known = {raw["id"] for raw in raws}
    raws = [*raws, *(raw for raw in swept if raw["id"] not in known)]
    skip: int = cursor.get("products", 0)
    options = {"take": page, "skip": skip, "sort": {"id": "ASC"}}
    products = session.ask(graph.PRODUCTS, options=options)["products"]["items"]
    is_through = len(products) < page
    after["products"] = 0 if is_through else skip + page
    after["whole"] = bool(cursor.get("whole")) or is_through
    return Changes(
        tuple(_read(session, raws)),
        after,
        more=not after["whole"],  # the first time all products are wanted at once
        products=tuple(product_from(raw) for raw in products),
    )


def _placed_since(
    session: Session, cursor: Mapping[str, Any], page: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the orders placed since a cursor, oldest first, and the next cursor.

    `placed` is the time up to which they are known, `at` names those of that very instant.
    """
    wanted: dict[str, Any] = {"orderPlacedAt": {"isNull": False}}
    if cursor.get("placed"):
        before = datetime.fromisoformat(cursor["placed"]) - timedelta(milliseconds=1)
        wanted = {"orderPlacedAt": {"after": before.isoformat()}, "id": {"notIn": list(cursor["at"])}}
    options = {"take": page, "sort": {"orderPlacedAt": "ASC", "id": "ASC"}, "filter": {**_PLACED, **wanted}}
    raws = session.ask(graph.ORDERS, options=options)["orders"]["items"]
    placed = raws[-1]["orderPlacedAt"] if raws else cursor.get("placed", "")
    at = list(cursor.get("at", ())) if placed == cursor.get("placed") else []
    at += [raw["id"] for raw in raws if raw["orderPlacedAt"] == placed]
    after = {**cursor, "placed": placed, "at": at, "more": len(raws) == page}
    return raws, after


def _sweep(session: Session, cursor: Mapping[str, Any], page: int) -> tuple[Sequence[dict[str, Any]], int]:
    """Return a page of the orders of the last time, newest first, and where the next one begins."""
    if not cursor["placed"]:
        return [], 0
    since = datetime.fromisoformat(cursor["placed"]) - _SWEPT
    skip: int = cursor.get("sweep", 0)
    options = {
        "take": page,
        "skip": skip,
        "sort": {"orderPlacedAt": "DESC", "id": "DESC"},
        "filter": {**_PLACED, "orderPlacedAt": {"after": since.isoformat()}},
    }
    raws = session.ask(graph.ORDERS, options=options)["orders"]["items"]
    return raws, 0 if len(raws) < page else skip + page
