"""The copy of orders is kept fresh: by asking for changes, by webhooks, and because somebody looks."""

import json
import threading
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from balcao.channels.models import Channel
from balcao.commerce.actions import ledger, wanting
from balcao.commerce.actions import refreshing as copies
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.actions.ledger import Asker
from balcao.commerce.actions.mirroring import mirror
from balcao.commerce.models import Account, AccountKey, Backend, LedgerEntry, Order, Product, Wanted
from balcao.commerce.queries import link_of, order_value
from balcao.commerce.rules import refreshing as rules
from balcao.commerce.types import Denial, LedgerState, Level, WantedKind
from balcao.customers.models import Identity
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.pipeline import orders, refreshing, shop_hooks
from balcao.ports import commerce as port
from balcao.ports import registry
from balcao.ports.commerce import (
    Action,
    AddNote,
    Cancel,
    CommerceError,
    Done,
    OrderStage,
    Outcome,
    SendPaymentLink,
)
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.backends import SIGNATURE, PaperBackend, PaperConfig, signature
from balcao.testing.factories import make_shop, receive
from balcao.testing.orders import ANA, VISA, a_line, a_product, an_order
from balcao.tickets.actions.ordering import link_order
from balcao.tickets.models import Ticket
from balcao.tickets.types import OrderRule

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PASSWORD = "sesame"
DOWN = CommerceError("The shop system does not answer.", permanent=False, code="connect")


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, span: timedelta) -> None:
        self.now += span


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def system() -> PaperBackend:
    """Give a shop system with two orders of Ana's and a mug."""
    second = an_order(ref="1002", number="1002")
    adapter = PaperBackend(orders={"1001": an_order(), "1002": second}, products={"mug": a_product()})
    registry.register_commerce(adapter)
    return adapter


@pytest.fixture
def backend(shop: Shop, system: PaperBackend) -> Backend:
    config = PaperConfig(password=PASSWORD)
    return create_backend(shop=shop, kind="paper", name="Paper", config=config, actor=SYSTEM, now=NOW)


def turn(backend: Backend, clock: Clock, worker: str = "w1") -> int | None:
    return refreshing.refresh(backend=backend, worker=worker, clock=clock)


def copy_of(backend: Backend, ref: str = "1001") -> port.Order:
    return order_value(Order.objects.select_related("account").get(backend=backend, ref=ref))


def test_what_changed_is_kept_with_its_cursor_and_told_once(backend: Backend, clock: Clock) -> None:
    assert turn(backend, clock) == 3
    backend.refresh_from_db()
    assert backend.cursor == {"seen": 2}
    assert (backend.last_ok_at, backend.next_try_at, backend.leased_by) == (NOW, NOW + rules.EVERY, "")
    assert copy_of(backend).account.email == ANA.email
    assert Product.objects.get().ref == "mug"
    told = Entry.objects.get(name="backend.copied")
    assert told.facts == {"backend": backend.pk, "name": "Paper", "new": 2, "changed": 0, "products": 1}


def test_it_is_asked_every_minute_and_what_is_the_same_is_not_told(
    backend: Backend, system: PaperBackend, clock: Clock
) -> None:
    turn(backend, clock)
    clock.pass_by(rules.EVERY / 2)
    assert turn(backend, clock) is None
    clock.pass_by(rules.EVERY / 2)
    copies.fetch_anew(backend=backend, actor=SYSTEM, now=clock())
    assert turn(backend, clock) == 0
    assert system.asked == ["changes 0", "changes 0"]
    assert Entry.objects.filter(name="backend.copied").count() == 1
    assert set(Order.objects.values_list("fetched_at", flat=True)) == {clock()}  # the age is that of the answer


def test_two_workers_never_read_at_once(backend: Backend, clock: Clock) -> None:
    assert copies.lease(backend=backend, worker="w1", now=NOW)
    assert turn(backend, clock, worker="w2") is None
    clock.pass_by(rules.LEASE + timedelta(seconds=1))  # the first one died
    assert turn(backend, clock, worker="w2") == 3


def test_a_page_of_a_lost_lease_is_not_kept(backend: Backend, system: PaperBackend, clock: Clock) -> None:
    assert copies.lease(backend=backend, worker="w1", now=NOW)
    told = system.changes({}, link_of(backend))
    copies.fetch_anew(backend=backend, actor=SYSTEM, now=NOW)
    with pytest.raises(copies.LeaseLost):
        copies.keep_page(backend=backend, told=told, worker="w1", read_at=NOW, now=NOW)
    assert not Order.objects.exists()


def test_page_and_cursor_are_kept_together_or_not_at_all(backend: Backend, system: PaperBackend, clock: Clock) -> None:
    system.page = 1
    system.products["mug"] = replace(a_product(), name=None)  # type: ignore[arg-type] # what no system should say
    assert turn(backend, clock) is None  # the second page holds it
    backend.refresh_from_db()
    assert (backend.cursor, list(Order.objects.values_list("ref", flat=True))) == ({"seen": 1}, ["1001"])
    assert backend.failing_since == NOW
    system.products["mug"] = a_product()
    clock.pass_by(timedelta(minutes=1))
    assert turn(backend, clock) == 2
    assert system.asked == ["changes 0", "changes 1", "changes 1"]


class Killed(BaseException):
    """What a worker does not survive."""


def test_who_dies_between_two_pages_goes_on_where_it_was(
    backend: Backend, system: PaperBackend, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.page = 1

    def die(step: str) -> None:
        if step == "shop.page.kept":
            raise Killed

    monkeypatch.setattr(refreshing, "reached", die)
    with pytest.raises(Killed):
        turn(backend, clock)
    monkeypatch.undo()
    assert turn(backend, clock, worker="w2") is None  # the dead one's lease
    clock.pass_by(rules.LEASE + timedelta(seconds=1))
    assert turn(backend, clock, worker="w2") == 2
    assert system.asked == ["changes 0", "changes 1"]


def test_faults_are_told_once_and_leave_it_alone_longer_and_longer(
    backend: Backend, system: PaperBackend, clock: Clock
) -> None:
    turn(backend, clock)
    system.fails_reading = DOWN
    for _ in range(40):
        clock.pass_by(timedelta(minutes=1))
        turn(backend, clock)
    backend.refresh_from_db()
    assert (backend.failing_since, backend.last_error_code) == (NOW + timedelta(minutes=1), "connect")
    assert len(system.asked) < 15
    assert copy_of(backend).number == "1001"  # readable all the same
    system.fails_reading = None
    clock.pass_by(timedelta(minutes=6))
    turn(backend, clock)
    backend.refresh_from_db()
    assert (backend.failing_since, backend.last_error) == (None, "")
    told = Entry.objects.filter(name__in=["backend.silent", "backend.answers"]).order_by("id")
    assert list(told.values_list("name", flat=True)) == ["backend.silent", "backend.answers"]


def test_a_system_that_asks_for_patience_gets_it_and_is_not_said_to_fail(
    backend: Backend, system: PaperBackend, clock: Clock
) -> None:
    system.fails_reading = CommerceError("Too many.", permanent=False, code="rate", retry_after=90)
    turn(backend, clock)
    backend.refresh_from_db()
    assert (backend.failing_since, backend.next_try_at) == (None, NOW + timedelta(seconds=90))
    wanting.want(backend=backend, kind=WantedKind.ORDER, refs=["1001"], now=NOW)
    clock.pass_by(timedelta(seconds=60))
    assert turn(backend, clock) is None
    assert system.asked == ["changes 0"]


def test_an_unexpected_fault_of_an_adapter_is_a_fault_like_any_other(
    backend: Backend, system: PaperBackend, clock: Clock
) -> None:
    system.fails_reading = ZeroDivisionError()  # type: ignore[assignment] # what an adapter must not raise
    turn(backend, clock)
    backend.refresh_from_db()
    assert backend.last_error == "Asking the shop system failed.\nZeroDivisionError"


# --- Webhooks ---------------------------------------------------------------------------------------------------------


def call(backend: Backend, told: object, *, password: str = PASSWORD) -> int:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    headers = {SIGNATURE: signature(body, password)}
    address = f"/hooks/shop/{backend.public_key}/"
    return Client().post(address, body, content_type="application/json", headers=headers).status_code


def test_a_webhook_is_noted_before_it_is_answered_and_read_anew(
    backend: Backend, system: PaperBackend, clock: Clock
) -> None:
    turn(backend, clock)
    shipped = an_order(stage=OrderStage.SHIPPED, changed_at=NOW)
    system.orders["1001"] = shipped
    assert [call(backend, {"orders": ["1001"]}) for _ in range(2)] == [200, 200]
    assert Wanted.objects.get().due_at is not None  # one, however often it is called
    Wanted.objects.update(due_at=NOW)
    assert turn(backend, clock) == 1
    assert copy_of(backend).stage == OrderStage.SHIPPED
    assert Wanted.objects.get().due_at is None
    assert system.asked[-1] == "order 1001"


def test_who_cannot_sign_changes_nothing(backend: Backend) -> None:
    assert call(backend, {"orders": ["1001"]}, password="guess") == 403
    assert not Wanted.objects.exists()


def test_what_cannot_be_understood_is_refused(backend: Backend, client: Client) -> None:
    assert call(backend, b"[") == 400
    assert client.get(f"/hooks/shop/{backend.public_key}/").status_code == 405
    assert client.post("/hooks/shop/nobody/").status_code == 404
    Backend.objects.update(is_active=False)
    assert call(backend, {"orders": ["1001"]}) == 404


def test_a_product_that_a_webhook_names_is_read_anew(backend: Backend, system: PaperBackend, clock: Clock) -> None:
    wanting.want(backend=backend, kind=WantedKind.PRODUCT, refs=["mug", "gone"], now=NOW)
    Backend.objects.update(next_try_at=NOW + timedelta(hours=1))
    assert turn(backend, clock) == 1
    assert Product.objects.get().name == "Caneca Moringa"


def test_an_older_answer_never_overwrites_a_newer_copy(backend: Backend) -> None:
    newer = an_order(stage=OrderStage.SHIPPED, changed_at=NOW)
    older = an_order(stage=OrderStage.PENDING, changed_at=NOW - timedelta(hours=1))
    assert mirror(backend=backend, orders=[newer], read_at=NOW).new == 1
    assert mirror(backend=backend, orders=[older], read_at=NOW + timedelta(hours=1)).overtaken == 1
    assert copy_of(backend).stage == OrderStage.SHIPPED
    keep_order(backend=backend, order=older, now=NOW + timedelta(hours=1))
    assert copy_of(backend).stage == OrderStage.SHIPPED


def test_where_no_moment_is_told_the_later_question_counts(backend: Backend) -> None:
    asked_late = an_order(stage=OrderStage.SHIPPED, changed_at=None)
    asked_early = an_order(stage=OrderStage.PENDING, changed_at=None)
    mirror(backend=backend, orders=[asked_late], read_at=NOW)
    assert mirror(backend=backend, orders=[asked_early], read_at=NOW - timedelta(seconds=3)).overtaken == 1
    assert copy_of(backend).stage == OrderStage.SHIPPED


def test_who_asks_again_while_it_is_read_is_served(backend: Backend, system: PaperBackend, clock: Clock) -> None:
    wanting.want(backend=backend, kind=WantedKind.ORDER, refs=["1001"], now=NOW)
    row = Wanted.objects.get()
    assert copies.lease(backend=backend, worker="w1", now=NOW)
    wanting.want(backend=backend, kind=WantedKind.ORDER, refs=["1001"], now=NOW + timedelta(seconds=1))
    copies.keep_wanted(backend=backend, row=row, orders=[], worker="w1", read_at=NOW, now=NOW)
    assert Wanted.objects.get().due_at == NOW + timedelta(seconds=1)


def test_one_thing_that_cannot_be_read_keeps_no_other_waiting(
    backend: Backend, system: PaperBackend, clock: Clock
) -> None:
    turn(backend, clock)
    system.orders["1001"] = an_order(stage=OrderStage.SHIPPED, changed_at=NOW, currency=None)
    system.orders["1002"] = replace(system.orders["1002"], stage=OrderStage.SHIPPED, changed_at=NOW)
    wanting.want(backend=backend, kind=WantedKind.ORDER, refs=["1001", "1002"], now=NOW)
    turn(backend, clock)
    assert copy_of(backend, "1002").stage == OrderStage.SHIPPED
    row = Wanted.objects.get(ref="1001")
    assert (row.tries, row.due_at) == (1, NOW + rules.wait(1))
    for _ in range(rules.MOST_TRIES):
        clock.pass_by(timedelta(hours=2))
        turn(backend, clock)
    assert Wanted.objects.get(ref="1001").due_at is None
    backend.refresh_from_db()
    assert backend.failing_since is None


def test_one_order_that_breaks_the_system_keeps_the_rest_coming(
    backend: Backend, system: PaperBackend, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def order(adapter: PaperBackend, ref: str, link: object) -> port.Order | None:
        if ref == "1001":
            raise CommerceError("A fault of its own.", permanent=False)
        return adapter.orders.get(ref)

    monkeypatch.setattr(PaperBackend, "order", order)
    wanting.want(backend=backend, kind=WantedKind.ORDER, refs=["1001", "1002"], now=NOW)
    assert turn(backend, clock) is None
    clock.pass_by(timedelta(seconds=15))
    assert turn(backend, clock) == 3  # the other one, and what changed
    assert Wanted.objects.get(ref="1001").due_at is not None  # it is tried again, however long that lasts


def test_a_system_whose_plug_in_is_gone_is_said_to_fail(backend: Backend, clock: Clock) -> None:
    Backend.objects.update(kind="gone")
    assert turn(backend, clock) is None
    backend.refresh_from_db()
    assert (backend.failing_since, backend.leased_by) == (NOW, "")


def test_what_was_bought_stays_known_where_the_system_forgets_it(backend: Backend, clock: Clock) -> None:
    mirror(backend=backend, orders=[an_order(stage=OrderStage.DELIVERED)], read_at=NOW)
    emptied = an_order(a_line(quantity=0), stage=OrderStage.DELIVERED, changed_at=NOW)
    mirror(backend=backend, orders=[emptied], read_at=NOW)
    line = copy_of(backend).lines[0]
    assert (line.quantity, line.returned) == (2, 2)


def test_customers_are_found_by_what_they_have_now(backend: Backend) -> None:
    mirror(backend=backend, orders=[an_order()], read_at=NOW)
    moved = replace(ANA, email="ana.souza@example.com", tax_id="")
    mirror(backend=backend, orders=[an_order(account=moved)], read_at=NOW)
    keys = set(AccountKey.objects.values_list("kind", "key"))
    assert ("email", "ana.souza@example.com") in keys
    assert ("email", "ana@example.com") not in keys
    assert "tax_id" in {kind for kind, _ in keys}  # nobody unsaid it
    assert "52998224725" not in json.dumps(Account.objects.get().document)


# --- Somebody looks ---------------------------------------------------------------------------------------------------


@pytest.fixture
def ticket(channel: Channel) -> Ticket:
    """Give a ticket of Ana's, who showed that the address is hers."""
    receive(channel, now=NOW, text="Hello", **{"from": "ana@example.com"})
    Identity.objects.update(proven_at=NOW)
    return Ticket.objects.select_related("identity", "shop").get()


def test_opening_a_ticket_lets_its_customers_orders_be_read(
    backend: Backend, system: PaperBackend, ticket: Ticket, clock: Clock
) -> None:
    Backend.objects.update(next_try_at=NOW + timedelta(hours=1))
    for _ in range(3):  # looked at again and again, asked for once
        shop_hooks.ticket_opened(ticket=ticket, customer_id=ticket.identity.customer_id, now=clock())
        turn(backend, clock)
        clock.pass_by(timedelta(seconds=30))
    assert system.asked == ["find email ana@example.com"]
    assert Order.objects.count() == 2
    told = Entry.objects.get(name="backend.copied")
    about = {(subject.kind, subject.subject_id) for subject in told.subjects.all()}
    assert ("customer", ticket.identity.customer_id) in about  # by which open pages hear of it
    assert {("order", pk) for pk in Order.objects.values_list("pk", flat=True)} < about
    clock.pass_by(rules.AGAIN)
    shop_hooks.ticket_opened(ticket=ticket, customer_id=ticket.identity.customer_id, now=clock())
    turn(backend, clock)
    assert system.asked == ["find email ana@example.com"] * 2


def test_an_address_that_nobody_proved_finds_nothing_new_but_what_is_shown_is_read(
    backend: Backend, system: PaperBackend, ticket: Ticket, clock: Clock
) -> None:
    keep_order(backend=backend, order=an_order(), now=NOW - timedelta(hours=1))
    Identity.objects.update(proven_at=None)
    Backend.objects.update(next_try_at=NOW + timedelta(hours=1))
    shop_hooks.ticket_opened(ticket=ticket, customer_id=ticket.identity.customer_id, now=NOW)
    turn(backend, clock)
    assert system.asked == ["order 1001"]
    assert Order.objects.get().fetched_at == NOW


def test_an_order_of_somebody_else_on_the_ticket_is_read_too_when_it_is_old(
    backend: Backend, system: PaperBackend, ticket: Ticket, clock: Clock
) -> None:
    gift = an_order(account=replace(ANA, ref="bruno", email="bruno@example.com", phone=""))
    system.orders = {"1001": gift}
    row = keep_order(backend=backend, order=gift, now=NOW - timedelta(hours=1))
    link_order(ticket=ticket, order=row, rule=OrderRule.AGENT, agent=None, now=NOW)
    Backend.objects.update(next_try_at=NOW + timedelta(hours=1))
    shop_hooks.ticket_opened(ticket=ticket, customer_id=ticket.identity.customer_id, now=NOW)
    turn(backend, clock)
    assert "order 1001" in system.asked
    row.refresh_from_db()
    shop_hooks.orders_looked_at(orders=[row], now=NOW + timedelta(seconds=30))
    assert not Wanted.objects.filter(due_at__isnull=False).exists()  # fresh enough


def test_what_is_wanted_waits_while_the_system_is_down(
    backend: Backend, system: PaperBackend, ticket: Ticket, clock: Clock
) -> None:
    system.fails_reading = DOWN
    turn(backend, clock)
    shop_hooks.ticket_opened(ticket=ticket, customer_id=ticket.identity.customer_id, now=NOW)
    assert turn(backend, clock) is None
    assert system.asked == ["changes 0"]
    system.fails_reading = None
    clock.pass_by(timedelta(minutes=1))
    assert turn(backend, clock) == 3
    assert system.asked[1:] == ["find email ana@example.com", "changes 0"]


def test_who_looks_where_there_is_only_a_book_asks_nobody(shop: Shop, ticket: Ticket) -> None:
    with CaptureQueriesContext(connection) as asked:
        shop_hooks.ticket_opened(ticket=ticket, customer_id=ticket.identity.customer_id, now=NOW)
    assert len(asked) == 1
    assert not Wanted.objects.exists()


def test_what_nobody_looks_at_any_more_is_forgotten(backend: Backend, clock: Clock) -> None:
    wanting.want(backend=backend, kind=WantedKind.ORDER, refs=["1001"], now=NOW)
    turn(backend, clock)
    assert copies.prune(now=NOW) == 0
    assert copies.prune(now=NOW + rules.KEPT * 2) == 1


# --- Much, and slowly -------------------------------------------------------------------------------------------------


def test_ten_thousand_orders_come_in_pages_of_few_statements_and_little_memory(
    backend: Backend, system: PaperBackend, clock: Clock
) -> None:
    system.page, system.products = 250, {}
    for number in range(10_000):
        account = replace(ANA, ref=f"c{number // 3}", email=f"c{number // 3}@example.com", phone="", tax_id="")
        system.orders[f"{number}"] = an_order(ref=f"{number}", number=f"N{number}", account=account)
    counts: list[int] = []
    first = system.changes({}, link_of(backend))
    assert copies.lease(backend=backend, worker="w1", now=NOW)
    for start in (0, 250):
        told = replace(first, cursor={"seen": start})
        with CaptureQueriesContext(connection) as asked:
            copies.keep_page(backend=backend, told=told, worker="w1", read_at=NOW, now=NOW)
        counts.append(len(asked))
    assert counts[0] <= 30, counts  # for 250 orders: it does not grow with them
    assert counts[1] <= 15, counts  # nothing changed
    copies.fetch_anew(backend=backend, actor=SYSTEM, now=NOW)
    tracemalloc.start()
    turn(backend, clock)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert Order.objects.count() == len(system.asked[1:]) * 250 == 10_000
    assert peak < 5_000_000, peak  # bytes


@pytest.mark.django_db(transaction=True)
def test_a_slow_system_keeps_no_other_waiting(system: PaperBackend, clock: Clock) -> None:
    shop = make_shop()
    config = PaperConfig(password=PASSWORD)
    backend = create_backend(shop=shop, kind="paper", name="Slow", config=config, actor=SYSTEM, now=NOW)
    system.seconds = 0.3
    refresher = refreshing.Refresher(worker="w1", stopping=threading.Event(), clock=clock)
    begun = refresher.look()
    assert len(begun) == 1
    assert refresher.look() == []  # it is being read
    for thread in begun:
        thread.join(timeout=20)
    assert Order.objects.filter(backend=backend).count() == 2


# --- Actions and a silent shop system ---------------------------------------------------------------------------------


def ask(backend: Backend, bia: Agent, action: Action) -> LedgerEntry:
    order = Order.objects.select_related("account__backend__shop", "backend__shop").get(backend=backend, ref="1001")
    asker = Asker(agent=bia, level=Level.VERIFIED)
    return ledger.ask(action=action, account=order.account, order=order, asker=asker, key="k1", now=NOW)


def carry_out(clock: Clock) -> LedgerEntry:
    orders.run_due(worker="w1", now=clock(), clock=clock)
    return LedgerEntry.objects.get()


def test_an_action_waits_for_a_silent_system_and_is_done_as_soon_as_it_answers(
    backend: Backend, system: PaperBackend, bia: Agent, clock: Clock
) -> None:
    turn(backend, clock)
    entry = ask(backend, bia, AddNote("Call first."))
    system.fails_before = system.fails_reading = DOWN
    for _ in range(6):
        clock.pass_by(timedelta(minutes=10))
        turn(backend, clock)
        entry = carry_out(clock)
    assert (entry.state, entry.code) == (LedgerState.QUEUED, "connect")
    assert entry.due_at > clock() + timedelta(minutes=2)
    system.fails_before = system.fails_reading = None
    clock.pass_by(timedelta(minutes=5))
    turn(backend, clock)  # it answers
    clock.pass_by(timedelta(seconds=1))
    assert carry_out(clock).state == LedgerState.DONE


def test_what_waits_for_a_silent_system_can_be_taken_back(
    backend: Backend, system: PaperBackend, bia: Agent, clock: Clock
) -> None:
    turn(backend, clock)
    entry = ask(backend, bia, AddNote("Call first."))
    assert not ledger.withdraw(entry=entry, actor=SYSTEM, now=NOW)  # it is about to be done
    system.fails_before = DOWN
    entry = carry_out(clock)
    assert ledger.withdraw(entry=entry, actor=SYSTEM, now=NOW)
    system.fails_before = None
    clock.pass_by(timedelta(hours=1))
    assert carry_out(clock).state == LedgerState.WITHDRAWN
    assert system.deeds == {}


def test_what_cannot_wait_is_refused_while_the_system_is_silent(
    backend: Backend, system: PaperBackend, bia: Agent, clock: Clock
) -> None:
    system.orders["1001"] = an_order(payments=(port.Payment("p", VISA, 9_980, state=port.PaymentState.PENDING),))
    turn(backend, clock)
    entry = ask(backend, bia, SendPaymentLink(port.InstrumentKind.PIX))
    system.fails_before = system.fails_reading = DOWN
    entry = carry_out(clock)
    assert (entry.state, entry.code) == (LedgerState.REFUSED, Denial.SILENT)
    copies.fetch_anew(backend=backend, actor=SYSTEM, now=clock())
    turn(backend, clock)
    LedgerEntry.objects.all().delete()
    with pytest.raises(ledger.ActionDenied) as denied:  # and not even begun
        ask(backend, bia, SendPaymentLink(port.InstrumentKind.PIX))
    assert denied.value.denial == Denial.SILENT


def test_after_an_uncertain_action_the_order_is_read_anew(
    backend: Backend, system: PaperBackend, bia: Agent, clock: Clock
) -> None:
    turn(backend, clock)
    ask(backend, bia, Cancel("no longer needed"))
    lost = CommerceError("The connection broke off.", permanent=False, code="uncertain", uncertain=True)
    system.fails_after = system.fails_asked = lost
    assert carry_out(clock).state == LedgerState.UNCERTAIN
    clock.pass_by(timedelta(seconds=5))
    turn(backend, clock)
    assert system.asked[-1] == "order 1001"
    assert copy_of(backend).stage == OrderStage.CANCELLED


def test_after_an_action_done_in_part_the_order_is_read_anew(
    backend: Backend, system: PaperBackend, bia: Agent, clock: Clock
) -> None:
    turn(backend, clock)
    system.deeds["k1"] = Done(Outcome.PARTLY, an_order(changed_at=NOW), detail="Refund it by hand.")
    ask(backend, bia, Cancel("no longer needed"))
    assert carry_out(clock).state == LedgerState.PARTLY
    assert Wanted.objects.get(kind=WantedKind.ORDER).due_at is not None
