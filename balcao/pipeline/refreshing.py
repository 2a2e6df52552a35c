"""Our copy of orders is kept fresh: what changed is asked for under a lease, and what is wanted is read by itself.

A shop system is asked in a thread of its own and by one worker at a time: a slow one keeps neither mail nor
other shops waiting. A page of changes and the cursor that passes it are kept together; what a webhook names or somebody
looks at is read between two pages.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import close_old_connections
from django.utils import timezone

from balcao.commerce import queries
from balcao.commerce.actions import refreshing
from balcao.commerce.models import Backend, Wanted
from balcao.commerce.rules import refreshing as rules
from balcao.commerce.types import WantedKind
from balcao.customers.models import Identity
from balcao.customers.types import IdentityKind
from balcao.kit import wake
from balcao.kit.i18n import N_
from balcao.pipeline.steps import reached
from balcao.ports.commerce import Commerce, CommerceError, KeyKind, Link, Order, Product, Selling

FAILED = N_("Asking the shop system failed.")
IN_CIRCLES = N_("The shop system gives the same page of changes again and again.")
_LOOK = 2.0  # seconds: what becomes due by time alone is found this soon
_PAUSE = 0.2  # between two looks, however often we are woken
_OF_ONE_THING = {"gone", "protocol"}  # faults that one order can have while all others can be read
_MOST_FOUND = 20  # orders of one customer
_KEY_OF = {IdentityKind.EMAIL: KeyKind.EMAIL, IdentityKind.PHONE: KeyKind.PHONE, IdentityKind.ACCOUNT: KeyKind.ACCOUNT}

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]


def refresh(*, backend: Backend, worker: str, clock: Clock = timezone.now) -> int | None:
    """Read what is wanted of a shop system, and what changed there if it is time; return how much changed here.

    None: another worker reads it, or it failed and is left alone for a while.
    """
    now = clock()
    if not refreshing.lease(backend=backend, worker=worker, now=now):
        return None
    backend = Backend.objects.select_related("shop").get(pk=backend.pk)
    try:
        turn = _Turn(backend, worker, clock)
        is_time = turn.backend.next_try_at is None or turn.backend.next_try_at <= now
        turn.read_wanted()
        if is_time:
            turn.read_changes()
        refreshing.answered(backend=turn.backend, worker=worker, now=clock(), is_whole=is_time)
    except refreshing.LeaseLost:
        return None
    except Exception as error:  # noqa: BLE001 - a shop system's fault is written down and never ends the worker
        _note_fault(backend, error, worker, clock)
        return None
    return turn.changed


def _note_fault(backend: Backend, error: Exception, worker: str, clock: Clock) -> None:
    if not isinstance(error, CommerceError):
        log.error("Shop system %s could not be read", backend.pk, exc_info=error)
        error = CommerceError(f"{FAILED}\n{type(error).__name__}", permanent=False)
    refreshing.failed(backend=backend, error=error, worker=worker, now=clock())


class _Turn:
    """One turn of reading one shop system."""

    def __init__(self, backend: Backend, worker: str, clock: Clock) -> None:
        self.backend, self.worker, self.clock = backend, worker, clock
        self.adapter: Commerce = queries.adapter_of(backend)
        self.link: Link = queries.link_of(backend)
        self.changed = 0

    def read_changes(self) -> None:
        """Read page after page until there is no more; each is kept before the next is asked for."""
        cursor, more = dict(self.backend.cursor), True
        while more:
            read_at = self.clock()
            told = self.adapter.changes(cursor, self.link)
            reached("shop.page.read")
            kept = refreshing.keep_page(
                backend=self.backend, told=told, worker=self.worker, read_at=read_at, now=self.clock()
            )
            reached("shop.page.kept")
            self.changed += kept.new + kept.changed + kept.products
            if told.more and dict(told.cursor) == cursor:
                raise CommerceError(IN_CIRCLES, permanent=True)
            cursor, more = dict(told.cursor), told.more
            if more:
                self.read_wanted()

    def read_wanted(self) -> None:
        """Read what is wanted by itself; one thing that cannot be read keeps no other waiting."""
        while rows := refreshing.wanted_of(backend=self.backend, now=self.clock()):
            for row in rows:
                self._read(row)

    def _read(self, row: Wanted) -> None:
        read_at = self.clock()
        try:
            orders, products = self._told(row)
            kept = refreshing.keep_wanted(
                backend=self.backend,
                row=row,
                orders=orders,
                products=products,
                worker=self.worker,
                read_at=read_at,
                now=self.clock(),
            )
        except refreshing.LeaseLost:
            raise
        except CommerceError as error:
            is_its_own = error.permanent and error.code in _OF_ONE_THING
            refreshing.put_off(row=row, now=self.clock(), may_give_up=is_its_own)  # others come first next time
            if not is_its_own:  # the whole system fails
                raise
        except Exception:
            is_left = refreshing.put_off(row=row, now=self.clock(), may_give_up=True)
            log.exception("%s of shop system %s cannot be read; left: %s", row, self.backend.pk, is_left)
        else:
            self.changed += kept.new + kept.changed + kept.products

    def _told(self, row: Wanted) -> tuple[list[Order], list[Product]]:
        if row.kind == WantedKind.ORDER:
            order = self.adapter.order(row.ref, self.link)
            return [order] if order else [], []
        if row.kind == WantedKind.PRODUCT:
            product = self.adapter.product(row.ref, self.link) if isinstance(self.adapter, Selling) else None
            return [], [product] if product else []
        return self._bought_by(int(row.ref)), []

    def _bought_by(self, customer: int) -> list[Order]:
        """Return what a customer bought: what their proven addresses find, and what else we show of theirs."""
        identities = list(Identity.objects.filter(customer=customer, kind__in=_KEY_OF))
        found: dict[str, Order] = {}
        for one in identities:
            if one.proven_at:
                kind = _KEY_OF[IdentityKind(one.kind)]
                told = self.adapter.find(kind, one.value, self.link, limit=_MOST_FOUND)
                found |= {order.ref: order for order in told}
        for ref in self._stale(identities, found):
            if order := self.adapter.order(ref, self.link):
                found[ref] = order
        return list(found.values())

    def _stale(self, identities: Iterable[Identity], found: Iterable[str]) -> list[str]:
        known, old = set(found), self.clock() - rules.STALE
        rows = queries.orders_of(identities=identities, shop_ids=[self.backend.shop_id], limit=_MOST_FOUND)
        mine = [row for row in rows if row.backend_id == self.backend.pk and row.ref not in known]
        return [row.ref for row in mine if row.fetched_at < old]


@dataclass
class Refresher:
    """Reads every shop system that is due, each in a thread of its own."""

    worker: str
    stopping: threading.Event
    clock: Clock = timezone.now
    _threads: dict[int, threading.Thread] = field(default_factory=dict)

    def run(self) -> None:
        """Keep all copies fresh until told to stop; call it in a thread of its own."""
        with wake.Watch(wake.Topic.WORK) as watch:
            while not self.stopping.is_set():
                try:
                    self.look()
                except Exception:
                    log.exception("Looking for shop systems to read failed; trying again")
                close_old_connections()
                if not self.stopping.wait(_PAUSE):
                    watch.wait(_LOOK)

    def look(self) -> list[threading.Thread]:
        """Begin to read what is due and not being read yet; return the threads that were begun."""
        begun = []
        for backend in refreshing.due(now=self.clock()):
            running = self._threads.get(backend.pk)
            if running is None or not running.is_alive():
                thread = threading.Thread(target=self._turn, args=(backend,), daemon=True)
                self._threads[backend.pk] = thread
                thread.start()
                begun.append(thread)
        return begun

    def _turn(self, backend: Backend) -> None:
        try:
            refresh(backend=backend, worker=self.worker, clock=self.clock)
        except Exception:
            log.exception("Reading shop system %s failed; going on", backend.pk)
        finally:
            close_old_connections()
