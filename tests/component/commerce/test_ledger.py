"""The ledger: asked once, done once, and what nobody knows of is asked about."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import connections

from balcao.commerce import queries
from balcao.commerce.actions import ledger
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import set_policy
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.actions.ledger import ActionDenied, Asker
from balcao.commerce.models import Backend, LedgerEntry, Order
from balcao.commerce.types import Denial, LedgerState, Level, Policy
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.pipeline import orders
from balcao.ports import commerce as port
from balcao.ports import registry
from balcao.ports.commerce import Action, Cancel, CommerceError, Done, Link, OrderStage, Refund
from balcao.shops.models import Shop
from balcao.testing.backends import PaperBackend
from balcao.testing.factories import make_agent, make_shop
from balcao.testing.orders import a_product, an_order
from tests.component.commerce.conftest import connected, order_in

LOST = CommerceError("The line broke.", permanent=False, code="connect", uncertain=True)
BUSY = CommerceError("Too many requests.", permanent=False, code="rate", retry_after=90)


def asked(order: Order, action: Action, asker: Asker, *, key: str = "k1", now: datetime) -> LedgerEntry:
    return ledger.ask(action=action, account=order.account, order=order, asker=asker, key=key, now=now)


def work(now: datetime) -> int:
    return orders.run_due(worker="w", now=now, clock=lambda: now)


def state(entry: LedgerEntry) -> str:
    entry.refresh_from_db()
    return entry.state


def names() -> list[str]:
    return list(Entry.objects.filter(name__startswith="order.").order_by("id").values_list("name", flat=True))


def test_an_action_is_carried_out_and_told(order: Order, paper: PaperBackend, asker: Asker, now: datetime) -> None:
    entry = asked(order, Refund("late", amount=1_000), asker, now=now)

    assert state(entry) == LedgerState.QUEUED
    assert not paper.deeds, "nothing happens before it is stored"
    work(now)

    assert state(entry) == LedgerState.DONE
    order.refresh_from_db()
    assert queries.order_value(order).payments[-1].amount == 1_000
    assert names() == ["order.action.queued", "order.action.done"]


@dataclass(slots=True)
class Forgetful(PaperBackend):
    """Knows what was paid back, and not for which pieces, as many bookkeeping systems do."""

    def order(self, ref: str, link: Link) -> port.Order | None:
        found = PaperBackend.order(self, ref, link)
        return replace(found, payments=tuple(replace(p, pieces=()) for p in found.payments)) if found else None

    def perform(self, action: Action, order: port.Order | None, link: Link, *, key: str) -> Done:
        done = PaperBackend.perform(self, action, order, link, key=key)
        return replace(done, order=self.order(done.order.ref, link)) if done.order else done


def test_a_piece_is_paid_back_once_although_the_system_forgets_which(
    order: Order, backend: Backend, asker: Asker, now: datetime
) -> None:
    forgetful = Forgetful(orders={"1001": an_order()}, products={"mug": a_product()})
    registry.register_commerce(forgetful)
    piece = Refund("broken", pieces=(("1", 1),))
    asked(order, piece, asker, now=now)
    work(now)

    told = forgetful.order("1001", queries.link_of(backend))
    assert told
    later = now + timedelta(minutes=5)
    keep_order(backend=backend, order=replace(told, changed_at=later), now=later)

    order.refresh_from_db()
    assert queries.order_value(order).payments[-1].pieces == (("1", 1),)
    with pytest.raises(ActionDenied) as denied:
        asked(order, Refund("broken", pieces=(("1", 2),)), asker, key="k2", now=later)
    assert denied.value.denial == Denial.TOO_MANY


def test_the_same_request_twice_is_one_action(order: Order, paper: PaperBackend, asker: Asker, now: datetime) -> None:
    first = asked(order, Refund("late", amount=1_000), asker, now=now)
    work(now)
    again = asked(order, Refund("late", amount=1_000), asker, now=now)
    work(now)

    assert again.pk == first.pk
    assert len(paper.deeds) == 1


def test_what_the_rules_forbid_leaves_no_trace(order: Order, asker: Asker, now: datetime) -> None:
    with pytest.raises(ActionDenied) as denied:
        asked(order, Refund("late", amount=99_999), asker, now=now)

    assert denied.value.denial == Denial.ABOVE_OPEN
    assert not LedgerEntry.objects.exists()
    assert not names()


def test_above_the_limit_somebody_else_has_to_agree(
    order: Order, paper: PaperBackend, asker: Asker, shop: Shop, now: datetime
) -> None:
    helena = make_agent("Helena", shop=shop)
    entry = asked(order, Refund("late", amount=6_001), asker, now=now)
    work(now)
    assert state(entry) == LedgerState.ASKED
    assert not paper.deeds

    with pytest.raises(ActionDenied):
        ledger.approve(entry=entry, agent=asker.agent, now=now)  # type: ignore[arg-type] # Bia herself
    assert ledger.approve(entry=entry, agent=helena, now=now)
    work(now)

    assert state(entry) == LedgerState.DONE
    assert entry.approver == helena


def test_a_declined_action_never_happens(
    order: Order, paper: PaperBackend, asker: Asker, shop: Shop, now: datetime
) -> None:
    entry = asked(order, Refund("late", amount=6_001), asker, now=now)

    assert ledger.decline(entry=entry, agent=make_agent("Helena", shop=shop), reason="Ask for photos.", now=now)
    assert not ledger.approve(entry=entry, agent=make_agent("Jonas", shop=shop), now=now)
    work(now)

    assert state(entry) == LedgerState.DECLINED
    assert not paper.deeds


def test_a_lost_answer_is_asked_about_and_nothing_happens_twice(
    order: Order, paper: PaperBackend, asker: Asker, now: datetime
) -> None:
    paper.fails_after = LOST
    entry = asked(order, Refund("late", amount=1_000), asker, now=now)
    work(now)
    assert state(entry) == LedgerState.UNCERTAIN

    paper.fails_after = None
    work(now + timedelta(hours=1))

    assert state(entry) == LedgerState.DONE
    assert len(paper.deeds) == 1
    order.refresh_from_db()
    assert sum(p.amount for p in queries.order_value(order).payments if p.is_refund) == 1_000


def test_an_action_without_effect_is_begun_anew(order: Order, paper: PaperBackend, asker: Asker, now: datetime) -> None:
    paper.fails_before = LOST
    entry = asked(order, Refund("late", amount=1_000), asker, now=now)
    work(now)
    assert state(entry) == LedgerState.UNCERTAIN

    paper.fails_before = None
    work(now + timedelta(hours=1))

    assert state(entry) == LedgerState.DONE


def test_it_stays_uncertain_while_nobody_answers(
    order: Order, paper: PaperBackend, asker: Asker, now: datetime
) -> None:
    paper.fails_after = LOST
    paper.fails_asked = CommerceError("It does not answer.", permanent=True, code="connect")
    entry = asked(order, Refund("late", amount=1_000), asker, now=now)
    for hours in range(5):
        work(now + timedelta(hours=hours))

    assert state(entry) == LedgerState.UNCERTAIN
    assert len(paper.deeds) == 1
    assert names().count("order.action.uncertain") == 1, "told once, not at every look"


def test_a_worker_that_dies_while_performing_leaves_an_action_to_be_asked_about(
    order: Order, paper: PaperBackend, asker: Asker, now: datetime
) -> None:
    entry = asked(order, Refund("late", amount=1_000), asker, now=now)
    (claimed,) = ledger.claim(worker="dying", now=now)
    ledger.begin(entry=claimed, now=now)
    paper.perform(Refund("late", amount=1_000), paper.orders["1001"], None, key=entry.key)  # type: ignore[arg-type]
    # ... and here it dies.

    assert work(now) == 0, "its lease still holds"
    work(now + timedelta(minutes=5))

    assert state(entry) == LedgerState.DONE
    assert len(paper.deeds) == 1


def test_a_busy_system_is_asked_again_when_it_said(
    order: Order, paper: PaperBackend, asker: Asker, now: datetime
) -> None:
    paper.fails_before = BUSY
    entry = asked(order, Refund("late", amount=1_000), asker, now=now)
    work(now)
    paper.fails_before = None

    assert work(now + timedelta(seconds=80)) == 0
    assert work(now + timedelta(seconds=100)) == 1
    assert state(entry) == LedgerState.DONE


def test_what_the_system_refuses_is_told_in_its_words(
    order: Order, paper: PaperBackend, asker: Asker, now: datetime
) -> None:
    paper.refuses = "Invoice already issued"
    entry = asked(order, Refund("late", amount=1_000), asker, now=now)
    work(now)

    assert state(entry) == LedgerState.REFUSED
    assert entry.detail == "Invoice already issued"


def test_an_order_that_changed_meanwhile_is_not_touched(
    order: Order, backend: Backend, paper: PaperBackend, asker: Asker, now: datetime
) -> None:
    entry = asked(order, Cancel("changed mind"), Asker(level=Level.VERIFIED), now=now)
    shipped = an_order(stage=OrderStage.SHIPPED, changed_at=now)
    keep_order(backend=backend, order=shipped, now=now)
    work(now)

    assert state(entry) == LedgerState.REFUSED
    assert entry.code == Denial.STAGE
    assert not paper.deeds


def test_what_would_move_other_sums_than_shown_is_not_done(
    order: Order, backend: Backend, paper: PaperBackend, asker: Asker, now: datetime
) -> None:
    entry = asked(order, Cancel("changed mind"), Asker(level=Level.VERIFIED), now=now)
    cheaper = an_order(discount=500, changed_at=now)
    keep_order(backend=backend, order=cheaper, now=now)
    work(now)

    assert entry.effect["movements"][0]["amount"] == 9_980
    assert state(entry) == LedgerState.REFUSED
    assert entry.code == Denial.CHANGED
    assert not paper.deeds


def test_a_second_action_waits_for_the_first_to_end(order: Order, asker: Asker, now: datetime) -> None:
    asked(order, Refund("late", amount=1_000), asker, now=now)

    with pytest.raises(ActionDenied) as denied:
        asked(order, Refund("late", amount=1_000), asker, key="k2", now=now)
    assert denied.value.denial == Denial.UNDER_WAY


def test_the_policy_of_the_shop_counts(order: Order, backend: Backend, asker: Asker, now: datetime) -> None:
    set_policy(backend=backend, policy=Policy(cancel_stages=frozenset()), actor=SYSTEM, now=now)
    order = order_in(backend)

    verdict = ledger.try_out(action=Cancel("x"), account=order.account, order=order, asker=asker)

    assert verdict.denial == Denial.STAGE


def test_an_unverified_customer_may_not(order: Order, now: datetime) -> None:
    with pytest.raises(ActionDenied) as denied:
        asked(order, Cancel("x"), Asker(level=Level.PLAUSIBLE), now=now)
    assert denied.value.denial == Denial.LEVEL


def test_fifty_refunds_at_once_never_give_back_more_than_came(shared_database: None, now: datetime) -> None:
    """Each asks for 300 of 9,980: whoever comes first, the sum is exactly what was granted, and never too much."""
    gate = Barrier(10)

    def prepare() -> int:
        return connected(make_shop(), "book", Book.Config(), now).pk

    def ask_five_times(book: int, number: int) -> int:
        gate.wait()
        return sum(_is_granted(book, f"{number}.{turn}", now) for turn in range(5))

    def paid_back(book: int) -> int:
        work(now + timedelta(hours=1))
        order = queries.order_value(order_in(Backend.objects.get(pk=book)))
        return sum(payment.amount for payment in order.payments if payment.is_refund)

    with ThreadPoolExecutor(10, thread_name_prefix="customer") as threads:
        book = threads.submit(_closing(prepare)).result()
        asking = [threads.submit(_closing(partial(ask_five_times, book, number))) for number in range(10)]
        granted = sum(one.result() for one in asking)
        assert threads.submit(_closing(partial(paid_back, book))).result() == 300 * granted
    assert 0 < granted <= 33


def _is_granted(book: int, key: str, now: datetime) -> bool:
    order = order_in(Backend.objects.get(pk=book))
    try:
        asked(order, Refund("late", amount=300), Asker(level=Level.VERIFIED), key=key, now=now)
    except ActionDenied as denied:
        assert denied.denial in (Denial.UNDER_WAY, Denial.ABOVE_OPEN)  # noqa: PT017 - it must be one of the two
        return False
    work(now)
    return True


def _closing(deed: Callable[[], int]) -> Callable[[], int]:
    def done() -> int:
        try:
            return deed()
        finally:
            connections.close_all()

    return done
