"""What the law wants of the shop by a day for goods that come back runs as a clock beside the process."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import Order
from balcao.deadlines.models import Clock
from balcao.deadlines.queries.clocks import standing
from balcao.journal.actions import seal
from balcao.journal.models import Reader
from balcao.journal.types import SYSTEM
from balcao.pipeline import followers, timers
from balcao.pipeline.promises import rebuilding
from balcao.ports.commerce import Address
from balcao.processes.actions import moving
from balcao.processes.actions.entering import enter, leave
from balcao.processes.actions.moving import Mover
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.types import Answer, Course, Move
from balcao.returns.actions.sending import mark_in_transit
from balcao.returns.actions.warehouse import receive
from balcao.returns.models import Return
from balcao.returns.queries.cases import Notice, Wanted
from balcao.returns.types import Outcome, Reason
from balcao.staff.models import Agent
from balcao.tickets.models import Ticket
from tests.component.returns.conftest import NOW, delivered

Opened = Callable[..., Return]
DAY = timedelta(days=1)
BERLIN = Address(line1="Gartenstr. 1", city="Berlin", region="BE", postcode="10115", country="DE", name="Ana Souza")
ISTANBUL = replace(BERLIN, line1="Çınar Sk. 5", city="İstanbul", region="", postcode="34000", country="TR")
BROKEN = Wanted("1", 1, Reason.STOPPED_WORKING, Outcome.REPAIR)


def follow(now: datetime) -> None:
    while seal() or followers.run_due(now=now):
        pass


def bring_to(order: Order, address: Address) -> None:
    keep_order(backend=order.backend, order=replace(delivered(), address=address, version="2"), now=NOW)
    order.refresh_from_db()


def ended(row: Return, stage: str, now: datetime) -> None:
    """Let the process of a return stand in an end."""
    visit = row.process.visits.get(left_at=None)
    way = next(way for way in blueprint_by_id(row.process.version_id).ways_from(visit.stage))
    leave(visit=visit, way=way, actor=SYSTEM, now=now)
    move = Move(Answer.MOVED, Course(stage, visit.number + 1))
    enter(process=row.process, way=None, move=move, mover=None, actor=SYSTEM, now=now)


def terms(row: Return) -> dict[str, Clock]:
    return {clock.rule: clock for clock in Clock.objects.filter(subject_kind="process", subject_id=row.process_id)}


def test_a_refund_is_owed_in_turkey_within_14_days_of_the_notice(opened: Opened, order: Order) -> None:
    bring_to(order, ISTANBUL)
    row = opened(notice=Notice(NOW - DAY, "paper"))
    follow(NOW)

    [clock] = terms(row).values()
    assert (clock.kind, clock.rule, clock.state) == ("legal", "TR-MSY-12", "running")
    assert clock.started_at == NOW - DAY
    assert clock.due_at == datetime(2026, 11, 25, 21, tzinfo=UTC)  # the 25th ends in Istanbul
    assert clock.ticket_id == row.process.ticket_id


def test_in_europe_the_term_stands_until_the_goods_or_a_proof_that_they_were_sent(
    opened: Opened, order: Order, bia: Agent
) -> None:
    bring_to(order, BERLIN)
    row = opened()
    follow(NOW)
    clock = terms(row)["EU-CRD-9-REFUND"]
    assert (clock.state, clock.paused_for, clock.due_at) == ("paused", "waiting_customer", None)

    mark_in_transit(row=row, posted_at=NOW + 3 * DAY, agent=None, now=NOW + 4 * DAY)
    follow(NOW + 4 * DAY)
    clock.refresh_from_db()
    assert (clock.state, clock.due_at) == ("running", datetime(2026, 11, 26, 23, tzinfo=UTC))

    receive(row=row, key="parcel", agent=bia, now=NOW + 6 * DAY)
    follow(NOW + 6 * DAY)
    clock.refresh_from_db()
    assert clock.due_at == datetime(2026, 11, 26, 23, tzinfo=UTC)


def test_goods_that_come_after_the_term_are_paid_back_on_that_day(opened: Opened, order: Order, bia: Agent) -> None:
    bring_to(order, BERLIN)
    row = opened()
    follow(NOW)
    timers.run_due(now=NOW + 19 * DAY)
    clock = terms(row)["EU-CRD-9-REFUND"]
    assert (clock.state, clock.breached_at, clock.fired) == ("paused", None, []), "the shop may wait for the goods"

    receive(row=row, key="parcel", agent=bia, now=NOW + 20 * DAY)
    follow(NOW + 20 * DAY)
    clock.refresh_from_db()
    assert clock.due_at == datetime(2026, 12, 2, 23, tzinfo=UTC)
    assert clock.breached_at is None


def test_a_defect_is_cured_in_brazil_within_30_days(opened: Opened) -> None:
    row = opened(BROKEN)
    follow(NOW)

    clock = terms(row)["BR-CDC-18"]
    assert (clock.state, clock.due_at) == ("running", datetime(2026, 12, 13, 3, tzinfo=UTC))
    assert "BR-CDC-49-REFUND" not in terms(row), "what is owed at once has no day"


def test_it_is_warned_of_and_broken_like_every_promise(opened: Opened, bia: Agent) -> None:
    row = opened(BROKEN)
    follow(NOW)

    timers.run_due(now=NOW + 32 * DAY)

    clock = terms(row)["BR-CDC-18"]
    assert clock.breached_at == datetime(2026, 12, 13, 3, tzinfo=UTC)
    assert any("warn_90" in name for name in clock.fired)
    ticket = Ticket.objects.get()
    assert ticket.breached_at is not None
    assert standing(clock, now=NOW + 32 * DAY).remaining < 0


@pytest.mark.parametrize("end, state", [("repaired", "met"), ("refused", "cancelled"), ("cancelled", "cancelled")])
def test_it_ends_with_the_process(opened: Opened, end: str, state: str) -> None:
    row = opened(BROKEN)
    follow(NOW)
    ended(row, end, NOW + DAY)
    follow(NOW + DAY)

    assert terms(row)["BR-CDC-18"].state == state


def test_a_process_taken_up_again_owes_by_the_same_day(opened: Opened) -> None:
    row = opened(BROKEN)
    follow(NOW)
    due_at = terms(row)["BR-CDC-18"].due_at
    ended(row, "expired", NOW + DAY)
    follow(NOW + DAY)

    moving.forward(
        visit=row.process.visits.order_by("-number")[0],
        transition="reopen",
        mover=Mover(customer=row.process.ticket.conversations.get().identity),
        key="again",
        now=NOW + 3 * DAY,
    )
    follow(NOW + 3 * DAY)

    clock = terms(row)["BR-CDC-18"]
    assert (clock.state, clock.due_at) == ("running", due_at)


def test_in_the_united_kingdom_the_term_begins_with_the_sending_back(opened: Opened, order: Order) -> None:
    bring_to(order, replace(BERLIN, line1="1 High St", city="London", region="", postcode="N1 1AA", country="GB"))
    row = opened()
    follow(NOW)
    assert terms(row) == {}

    mark_in_transit(row=row, posted_at=NOW + DAY, agent=None, now=NOW + 2 * DAY)
    follow(NOW + 2 * DAY)
    clock = terms(row)["GB-CCR-34"]
    assert (clock.state, clock.started_at, clock.due_at) == ("running", NOW + DAY, datetime(2026, 11, 28, tzinfo=UTC))

    before = clock.due_at
    clock.delete()
    rebuilding.begin_terms(tickets=[row.process.ticket_id], now=NOW + 3 * DAY)
    assert terms(row)["GB-CCR-34"].due_at == before


def test_a_return_from_before_terms_were_counted_gets_them_as_it_stands(opened: Opened, order: Order) -> None:
    bring_to(order, BERLIN)
    row = opened()
    mark_in_transit(row=row, posted_at=NOW + DAY, agent=None, now=NOW + DAY)
    follow(NOW + DAY)
    before = terms(row)["EU-CRD-9-REFUND"]
    before.delete()
    tickets = list(rebuilding.without_terms().values_list("pk", flat=True))

    assert rebuilding.begin_terms(tickets=tickets, now=NOW + 2 * DAY).clocks == 1
    clock = terms(row)["EU-CRD-9-REFUND"]
    assert (clock.state, clock.started_at, clock.due_at) == ("running", NOW, before.due_at)
    assert not rebuilding.without_terms().exists()


def test_told_again_from_the_beginning_they_are_the_same(opened: Opened, order: Order) -> None:
    bring_to(order, BERLIN)
    row = opened()
    mark_in_transit(row=row, posted_at=NOW + DAY, agent=None, now=NOW + DAY)
    follow(NOW + DAY)
    before = list(Clock.objects.order_by("pk").values("rule", "events", "due_at"))

    Reader.objects.filter(name="promises").update(position=0)
    follow(NOW + DAY)

    assert list(Clock.objects.order_by("pk").values("rule", "events", "due_at")) == before
