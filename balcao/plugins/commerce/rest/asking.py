"""Reading from a shop system: one thing, things that carry a key, and what changed since a cursor, page by page."""

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Names
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from balcao.plugins.commerce.rest.paths import parsed, spelt
from balcao.plugins.commerce.rest.reading import order_from, product_from
from balcao.plugins.commerce.rest.schema import Feed, Get, Paging, Search
from balcao.plugins.commerce.rest.system import Answer, System
from balcao.plugins.commerce.rest.values import day_as
from balcao.ports.commerce import KeyKind, Order, Product

_NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?', re.IGNORECASE)


def order(system: System, ref: str) -> Order | None:
    """Return one order by the system's own key."""
    thing = _one(system, system.mapping.orders.get, ref)
    return None if thing is None else order_from(thing, system.mapping, system.link)


def product(system: System, ref: str) -> Product | None:
    """Return one product by the system's own key."""
    products = system.mapping.products
    thing = _one(system, products.get, ref) if products and products.get else None
    return None if thing is None else product_from(thing, system.mapping, system.link)


def _one(system: System, get: Get, ref: str) -> Any:
    answer = system.ask(get, {"ref": ref}, fine=get.missing)
    return None if answer.is_missing else parsed(get.thing).first(answer.body, answer.body)


def found(system: System, kind: KeyKind, value: str, limit: int) -> list[Order]:
    """Return the orders that carry a key, as far as the mapping file says how to ask."""
    search = system.mapping.orders.find.get(kind)
    if search is None:
        return []
    answer = system.ask(search, {"value": value}, fine=search.missing)
    if answer.is_missing:
        return []
    return list(_orders(system, search, answer, limit))


def _orders(system: System, search: Search, answer: Answer, limit: int | None = None) -> Iterator[Order]:
    things = parsed(search.things).listed(answer.body, answer.body)[:limit]
    for thing in things:
        if search.detail:
            whole = order(system, spelt(parsed(search.ref or "$").first(thing, answer.body)))
            if whole is not None:  # it went away between the two questions
                yield whole
        else:
            yield order_from(thing, system.mapping, system.link)


def _products(system: System, search: Search, answer: Answer) -> Iterator[Product]:
    for thing in parsed(search.things).listed(answer.body, answer.body):
        ref = spelt(parsed(search.ref or "$").first(thing, answer.body)) if search.detail else ""
        one = product(system, ref) if search.detail else product_from(thing, system.mapping, system.link)
        if one is not None:
            yield one


@dataclass(frozen=True, slots=True)
class Step:
    """A page of what changed, and where to go on."""

    answer: Answer
    cursor: dict[str, str]
    more: bool


def changed_orders(system: System, cursor: Names[str, Any]) -> tuple[list[Order], dict[str, str], bool]:
    """Return a page of changed orders, the next cursor, and whether there is more right now."""
    feed = system.mapping.orders.changes
    if feed is None:
        return [], {}, False
    step = stepped(system, feed, cursor)
    return list(_orders(system, feed, step.answer)), step.cursor, step.more


def changed_products(system: System, cursor: Names[str, Any]) -> tuple[list[Product], dict[str, str], bool]:
    """Return a page of changed products, likewise."""
    feed = system.mapping.products.changes if system.mapping.products else None
    if feed is None:
        return [], {}, False
    step = stepped(system, feed, cursor)
    return list(_products(system, feed, step.answer)), step.cursor, step.more


def stepped(system: System, feed: Feed, cursor: Names[str, Any]) -> Step:
    """Ask for the page that a cursor names.

    A walk goes from `since` to `until`, the moment at which it began; the next one begins a little before that, so that
    what was written meanwhile is not lost whichever way the system sorts.
    """
    now = datetime.now(UTC)
    since = _moment(cursor.get("since")) or now - timedelta(days=feed.from_days)
    until = _moment(cursor.get("until")) or _end(feed, since, now)
    page = str(cursor.get("page", ""))
    zone = ZoneInfo(system.mapping.shop.timezone)
    context = {
        "since": day_as(since, feed.since_format, zone),
        "until": day_as(until, feed.since_format, zone),
    }
    answer = system.ask(
        feed,
        context,
        params=_page_params(feed, page),
        address=page if feed.paging and feed.paging.kind == "link" else "",
        fine=feed.missing,
    )
    following = "" if answer.is_missing else _next(feed, page, answer)
    if following:
        return Step(answer, {"since": since.isoformat(), "until": until.isoformat(), "page": following}, more=True)
    overlap = timedelta(seconds=feed.overlap_seconds)
    if feed.window_days and until < now - overlap:  # a window of the past: the next one follows at once
        return Step(answer, {"since": until.isoformat()}, more=True)
    return Step(answer, {"since": (until - overlap).isoformat()}, more=False)


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _end(feed: Feed, since: datetime, now: datetime) -> datetime:
    return now if feed.window_days is None else min(since + timedelta(days=feed.window_days), now)


def _page_params(feed: Feed, page: str) -> dict[str, str]:
    paging = feed.paging
    if paging is None or (paging.kind == "link" and page):
        return {}
    params = {paging.size_parameter: str(paging.size)} if paging.size_parameter else {}
    if paging.kind == "page":
        params[paging.parameter] = page or str(paging.first)
    elif paging.kind == "offset":
        params[paging.parameter] = page or "0"
    elif paging.kind == "cursor" and page:
        params[paging.parameter] = page
    return params


def _next(feed: Feed, page: str, answer: Answer) -> str:
    """Return what names the next page; "" when this was the last."""
    paging = feed.paging
    if paging is None:
        return ""
    is_full = len(parsed(feed.things).listed(answer.body, answer.body)) >= paging.size
    return _NEXT_OF[paging.kind](paging, page, answer, is_full)


def _next_page(paging: Paging, page: str, answer: Answer, is_full: bool) -> str:  # noqa: FBT001 - one of four alike
    number = int(page or paging.first)
    if paging.pages:
        last = int(parsed(paging.pages).first(answer.body, answer.body) or 0) + paging.first - 1
        return str(number + 1) if number < last else ""
    return str(number + 1) if is_full else ""


def _next_offset(paging: Paging, page: str, answer: Answer, is_full: bool) -> str:  # noqa: FBT001 - one of four alike
    return str(int(page or 0) + paging.size) if is_full else ""


def _next_cursor(paging: Paging, page: str, answer: Answer, is_full: bool) -> str:  # noqa: FBT001 - one of four alike
    following = spelt(parsed(paging.next or "$").first(answer.body, answer.body))
    return "" if following == page else following


def _next_link(paging: Paging, page: str, answer: Answer, is_full: bool) -> str:  # noqa: FBT001 - one of four alike
    link = _NEXT.search(answer.headers.get("link", ""))
    return link[1] if link else ""


_NEXT_OF: dict[str, Callable[[Paging, str, Answer, bool], str]] = {
    "page": _next_page,
    "offset": _next_offset,
    "cursor": _next_cursor,
    "link": _next_link,
}
