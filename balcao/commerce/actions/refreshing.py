"""How far shop systems have been read: who reads one now, what was told with its cursor, faults, and what is wanted."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from balcao.commerce.actions import ledger
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.mirroring import Mirrored, mirror
from balcao.commerce.models import Backend, Wanted
from balcao.commerce.rules import refreshing as rules
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor, Subject, SubjectKind
from balcao.kit import wake
from balcao.ports.commerce import Changes, CommerceError, Order, Product

_AT_ONCE = 20


class LeaseLost(Exception):
    """Another worker reads this shop system now; what was told is not stored, it will be told again."""


def due(*, now: datetime) -> "QuerySet[Backend]":
    """Return the shop systems of which something is to be read now. The order book is never behind itself."""
    wanted = Wanted.objects.filter(backend=OuterRef("pk"), due_at__lte=now)
    is_time = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now)
    is_free = Q(leased_until__lt=now) | Q(leased_until__isnull=True)
    # While it fails, it is left alone, whatever is wanted.
    may = is_time | (Q(last_error_code="") & Exists(wanted))
    return Backend.objects.filter(is_free, may, is_active=True).exclude(kind=Book.kind)


def lease(*, backend: Backend, worker: str, now: datetime) -> bool:
    """Take the lease of reading a shop system; False while another worker holds it or it is left alone."""
    open_for_us = due(now=now).filter(pk=backend.pk)
    if not open_for_us.exists():  # asked before writing: on SQLite each write shuts out all others
        return False
    return bool(open_for_us.update(leased_by=worker, leased_until=now + rules.LEASE))


def _held(backend: Backend, worker: str) -> "QuerySet[Backend]":
    return Backend.objects.filter(pk=backend.pk, leased_by=worker)


@transaction.atomic
def keep_page(*, backend: Backend, told: Changes, worker: str, read_at: datetime, now: datetime) -> Mirrored:
    """Keep a page of changes and the cursor that passes it, all or nothing."""
    if not _held(backend, worker).update(cursor=dict(told.cursor), leased_until=now + rules.LEASE):
        raise LeaseLost
    return mirror(backend=backend, orders=told.orders, products=told.products, read_at=read_at)


@transaction.atomic
def answered(*, backend: Backend, worker: str, now: datetime, is_whole: bool) -> None:
    """Note that a shop system answered and let it go; `is_whole`: all that changed was read, so that it has time."""
    row = _held(backend, worker).first()
    if row is None:
        return
    row.last_ok_at, row.last_error, row.last_error_code = now, "", ""
    row.leased_by, row.leased_until = "", None
    since, row.failing_since = row.failing_since, None
    if is_whole:
        row.next_try_at = now + rules.EVERY
    row.save(update_fields=_STATE)
    if since:
        ledger.hurry(backend=row, now=now)
        _tell("answers", row, now=now, since=since.isoformat())


@transaction.atomic
def failed(*, backend: Backend, error: CommerceError, worker: str, now: datetime) -> None:
    """Note a fault, when to ask again, and let the system go; only the first of a row of faults is told.

    One that asks us to call less often answers: it is left alone, but not said to fail.
    """
    row = _held(backend, worker).first()
    if row is None:
        return
    is_first = row.failing_since is None and error.code != "rate"
    since = row.failing_since or now
    row.failing_since = row.failing_since or (None if error.code == "rate" else now)
    row.last_error, row.last_error_code = str(error)[:300], error.code[:20] or "protocol"
    row.next_try_at = now + rules.pause(now - since, retry_after=error.retry_after)
    row.leased_by, row.leased_until = "", None
    row.save(update_fields=_STATE)
    if is_first:
        _tell("silent", row, now=now, code=row.last_error_code)


_STATE = [
    "last_ok_at",
    "last_error",
    "last_error_code",
    "failing_since",
    "next_try_at",
    "leased_by",
    "leased_until",
]


def let_go(*, backend: Backend, worker: str) -> None:
    """Give the lease back."""
    _held(backend, worker).update(leased_by="", leased_until=None)


@transaction.atomic
def fetch_anew(*, backend: Backend, actor: Actor, now: datetime) -> None:
    """Let everything be read from the beginning; whoever reads now stops, as the way it goes is not ours any more."""
    Backend.objects.filter(pk=backend.pk).update(cursor={}, next_try_at=None, leased_by="", leased_until=None)
    _tell("refetched", backend, now=now, actor=actor)
    wake.notify(wake.Topic.WORK)


# --- What is wanted by itself -----------------------------------------------------------------------------------------


def wanted_of(*, backend: Backend, now: datetime) -> list[Wanted]:
    """Return the next few things that are wanted of a shop system."""
    return list(Wanted.objects.filter(backend=backend, due_at__lte=now).order_by("due_at", "id")[:_AT_ONCE])


@transaction.atomic
def keep_wanted(
    *,
    backend: Backend,
    row: Wanted,
    orders: Iterable[Order],
    products: Iterable[Product] = (),
    worker: str,
    read_at: datetime,
    now: datetime,
) -> Mirrored:
    """Keep what a wanted thing turned out to be and mark it as done, all or nothing.

    Whoever asked again while it was read is still served: their change may have come after the answer.
    """
    if not _held(backend, worker).update(leased_until=now + rules.LEASE):
        raise LeaseLost
    Wanted.objects.filter(pk=row.pk, asked_at=row.asked_at).update(due_at=None, tries=0)
    return mirror(backend=backend, orders=orders, products=products, read_at=read_at)


def put_off(*, row: Wanted, now: datetime, may_give_up: bool) -> bool:
    """Let a thing that cannot be read wait; False when it is given up, which the next look at it begins anew."""
    tries = min(row.tries + 1, rules.MOST_TRIES)
    is_over = may_give_up and tries >= rules.MOST_TRIES
    Wanted.objects.filter(pk=row.pk, asked_at=row.asked_at).update(
        tries=tries, due_at=None if is_over else now + rules.wait(tries)
    )
    return not is_over


def prune(*, now: datetime) -> int:
    """Forget when things were last asked for that nobody looks at any more; return how many."""
    return Wanted.objects.filter(due_at__isnull=True, asked_at__lt=now - rules.KEPT).delete()[0]


def _tell(what: str, backend: Backend, *, now: datetime, actor: Actor = SYSTEM, **facts: Any) -> None:
    told: Mapping[str, Any] = {"backend": backend.pk, "name": backend.name, **facts}
    about = [Subject(SubjectKind.SHOP, backend.shop_id)]
    record(name=f"backend.{what}", at=now, actor=actor, about=about, shop_id=backend.shop_id, facts=told)
