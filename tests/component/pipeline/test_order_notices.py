"""Who is told of an order action: approvers while it waits, its asker of what became of it later."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from balcao.commerce.actions import ledger
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.actions.ledger import Asker
from balcao.commerce.models import LedgerEntry, Order
from balcao.commerce.types import Level, Policy
from balcao.journal.actions import seal
from balcao.journal.types import SYSTEM, Actor, ActorKind
from balcao.notices.models import Notice, NoticeKind
from balcao.pipeline import followers, orders
from balcao.pipeline.notice_mails import link, sentence
from balcao.ports.commerce import CommerceError, OrderStage, Refund
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, make_shop
from balcao.testing.orders import an_order

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def order(shop: Shop) -> Order:
    policy = Policy(limits={"agent": 1_000})
    book = create_backend(
        shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=NOW, policy=policy
    )
    return keep_order(backend=book, order=an_order(stage=OrderStage.DELIVERED), now=NOW)


@pytest.fixture
def bia(shop: Shop) -> Agent:
    return make_agent("Bia", shop=shop)


@pytest.fixture
def helena(shop: Shop) -> Agent:
    return make_agent("Helena", shop=shop, role=Role.SUPERVISOR)


def ask(order: Order, agent: Agent, amount: int = 5_000) -> LedgerEntry:
    asker = Asker(agent=agent, level=Level.VERIFIED)
    action = Refund("broken", amount=amount)
    entry = ledger.ask(action=action, account=order.account, order=order, asker=asker, key=f"k{amount}", now=NOW)
    follow()
    return entry


def follow(now: datetime = NOW) -> None:
    while seal():
        pass
    while followers.run_due(now=now):
        while seal():
            pass


def work() -> None:
    later = NOW + timedelta(seconds=1)
    orders.run_due(worker="w", now=later, clock=lambda: later)
    follow(later)


def unread(agent: Agent) -> list[Notice]:
    return list(Notice.objects.filter(agent=agent, read_at__isnull=True))


def test_who_may_approve_is_told_that_something_waits(order: Order, bia: Agent, helena: Agent) -> None:
    stranger = make_agent("Zoe", shop=make_shop("other"), role=Role.SUPERVISOR)
    colleague = make_agent("Caio", shop=order.backend.shop)

    ask(order, bia)

    (notice,) = unread(helena)
    assert notice.kind == NoticeKind.APPROVAL
    assert notice.facts == {"kind": "refund", "order": "1001", "amount": 5000, "currency": "BRL", "who": "Bia"}
    assert link(notice).endswith("/approvals/")
    assert sentence(notice) == "An order action waits for your approval."
    assert not unread(bia) + unread(colleague) + unread(stranger)


def test_nobody_is_told_of_what_needs_no_approval(order: Order, bia: Agent, helena: Agent) -> None:
    ask(order, bia, 500)
    work()

    assert not unread(helena) + unread(bia)  # done at once: it stands on the ticket


def test_once_it_is_decided_the_approvers_have_nothing_left_to_do(order: Order, bia: Agent, helena: Agent) -> None:
    other = make_agent("Ivo", shop=order.backend.shop, role=Role.ADMIN)
    entry = ask(order, bia)
    assert unread(other)

    ledger.approve(entry=entry, agent=helena, now=NOW)
    follow()

    assert not unread(other) + unread(helena)


def test_the_asker_hears_that_it_was_done_after_all(order: Order, bia: Agent, helena: Agent) -> None:
    entry = ask(order, bia)
    ledger.approve(entry=entry, agent=helena, now=NOW)
    work()

    (notice,) = unread(bia)
    assert (notice.kind, notice.facts["state"]) == (NoticeKind.ORDER, "done")


def test_the_asker_hears_that_it_was_declined(order: Order, bia: Agent, helena: Agent) -> None:
    entry = ask(order, bia)
    ledger.decline(entry=entry, agent=helena, reason="no", now=NOW)
    follow()

    assert [notice.facts["state"] for notice in unread(bia)] == ["declined"]


def test_what_was_taken_back_is_taken_back_from_the_bells(order: Order, bia: Agent, helena: Agent) -> None:
    entry = ask(order, bia)
    ledger.withdraw(entry=entry, actor=Actor(ActorKind.AGENT, bia.pk), now=NOW)
    follow()

    assert not unread(helena) + unread(bia)


def test_what_was_uncertain_and_then_done_is_one_notice_that_tells_the_end(
    order: Order, bia: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any, **__: Any) -> None:
        raise CommerceError("No answer.", permanent=False, uncertain=True, code="uncertain")

    ask(order, bia, 500)
    with monkeypatch.context() as away:
        away.setattr(Book, "perform", silent)
        work()
    assert [notice.facts["state"] for notice in unread(bia)] == ["uncertain"]

    much_later = NOW + timedelta(hours=1)
    orders.run_due(worker="w", now=much_later, clock=lambda: much_later)
    follow(much_later)

    assert [notice.facts["state"] for notice in unread(bia)] == ["done"]
