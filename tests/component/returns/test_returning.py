"""A return from its wish to what it came to."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pypdfium2
import pytest
from django.db import IntegrityError, connections, transaction

from balcao.commerce import queries as commerce
from balcao.commerce.actions import ledger
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import Order
from balcao.commerce.types import Level
from balcao.journal.models import Entry
from balcao.pipeline import orders
from balcao.ports.channel import File
from balcao.ports.commerce import ActionKind, Exchange, GiveCredit, Refund, Swap
from balcao.processes.actions import moving
from balcao.processes.models import Blueprint, Process
from balcao.returns.actions.choosing import choose_outcome
from balcao.returns.actions.configuring import set_policy
from balcao.returns.actions.judging import decide, judge
from balcao.returns.actions.opening import Opener, open_return
from balcao.returns.actions.photos import NoPhoto, add_photo
from balcao.returns.actions.sending import issue_label, mark_in_transit
from balcao.returns.actions.troubles import CannotReturn, Trouble
from balcao.returns.actions.warehouse import Found, inspect, receive
from balcao.returns.models import Return
from balcao.returns.queries.cases import Notice, Wanted, returnable
from balcao.returns.queries.inspections import differences_of
from balcao.returns.queries.labels import label_pdf
from balcao.returns.queries.outcomes import most_withheld, order_action, outcomes_of, worth_of
from balcao.returns.queries.policies import policy_of
from balcao.returns.rules import numbers
from balcao.returns.rules.documents import decision_from
from balcao.returns.types import (
    Answer,
    Disposition,
    Grade,
    Mismatch,
    Outcome,
    Payer,
    Reason,
    ReturnsPolicy,
    SendingWay,
    Trait,
)
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.factories import make_channel
from balcao.testing.factories import receive as arrive
from balcao.tickets.models import Ticket
from tests.component.returns.conftest import NOW, delivered

Opened = Callable[..., Return]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
    "e221bc330000000049454e44ae426082"
)
LATER = NOW + timedelta(days=5)


def stage(row: Return) -> str:
    return Process.objects.get(pk=row.process_id).stage


def names(row: Return) -> list[str]:
    found = Entry.objects.filter(name__startswith="return.").order_by("id")
    return [one.name for one in found if one.facts.get("return") == row.pk]


def sent(row: Return, bia: Agent) -> Return:
    """Let a return that was granted be sent, come and be found as new."""
    issue_label(row=row, way=SendingWay.LABEL, key="label", agent=None, now=NOW)
    moving.forward(
        visit=row.process.visits.get(left_at=None),
        transition="label_by_hand",
        mover=moving.Mover(agent=bia),
        key="by-hand",
        now=NOW,
        fields={"return_code": "RMA"},
    )
    mark_in_transit(row=row, posted_at=NOW, agent=None, now=NOW, carrier="Correios", tracking="BR1")
    return row


def looked_at(row: Return, bia: Agent, *found: Found) -> Return:
    receive(row=sent(row, bia), key="parcel", agent=bia, now=LATER, grams=400)
    line = row.lines.get()
    inspect(row=row, found=found or [Found(line.quantity, Grade.B, line)], agent=bia, now=LATER)
    return row


# --- Opening ----------------------------------------------------------------------------------------------------------


def test_a_regret_in_time_is_granted_by_itself(opened: Opened) -> None:
    row = opened()

    decision = decision_from(row.decision)
    assert (row.answer, decision.answer) == (Answer.GRANT, Answer.GRANT)
    assert decision.lines[0].last_day == date(2026, 11, 17)
    assert decision.lines[0].entitlements[0].grounds.rule == "BR-CDC-49"
    assert stage(row) == "approved"
    assert names(row) == ["return.opened"]


def test_the_same_wish_twice_is_one_return(opened: Opened) -> None:
    first, again = opened(), opened()

    assert (first.pk, Return.objects.count(), Process.objects.count()) == (again.pk, 1, 1)


def test_numbers_follow_one_another(opened: Opened, order: Order) -> None:
    row = opened()

    assert numbers.read(numbers.written(row.number, prefix=row.prefix)) == row.number == 10_001


def test_what_is_late_waits_for_a_person(opened: Opened) -> None:
    row = opened(notice=Notice(NOW + timedelta(days=30), "paper"))

    assert (row.answer, stage(row)) == (Answer.REVIEW, "requested")


def test_what_is_an_exception_waits_for_a_person(opened: Opened, shop: Shop, bia: Agent) -> None:
    set_policy(shop=shop, policy=ReturnsPolicy(marks={Trait.PERSONALISED: ("caneca",)}), agent=bia, now=NOW)

    row = opened()
    assert (row.answer, stage(row)) == (Answer.REVIEW, "requested")
    assert row.lines.get().traits == ["personalised"]


@pytest.mark.parametrize(
    "wanted, trouble",
    [
        ([Wanted("9", 1, Reason.CHANGED_MIND)], Trouble.NO_SUCH_LINE),
        ([Wanted("1", 3, Reason.CHANGED_MIND)], Trouble.TOO_MANY),
        ([Wanted("1", 0, Reason.CHANGED_MIND)], Trouble.TOO_MANY),
        ([Wanted("1", 1, Reason.CHANGED_MIND), Wanted("1", 1, Reason.FLAW)], Trouble.TOO_MANY),
        ([Wanted("1", 1, Reason.TOO_SMALL, Outcome.EXCHANGE)], Trouble.NO_VARIANT),
        ([Wanted("1", 1, Reason.CHANGED_MIND, Outcome.REPAIR)], Trouble.NO_SUCH_OUTCOME),
        (
            [Wanted("1", 1, Reason.CHANGED_MIND), Wanted("2", 1, Reason.CHANGED_MIND, Outcome.CREDIT)],
            Trouble.MIXED,
        ),
    ],
)
def test_what_cannot_be_is_said_and_leaves_nothing(opened: Opened, wanted: list[Wanted], trouble: Trouble) -> None:
    with pytest.raises(CannotReturn) as cannot:
        opened(*wanted)

    assert cannot.value.trouble == trouble
    assert (Return.objects.count(), Process.objects.count()) == (0, 0)


def test_a_piece_is_in_one_return_only(opened: Opened, order: Order) -> None:
    opened(Wanted("1", 2, Reason.CHANGED_MIND))

    assert returnable(order) == {"1": 0, "2": 1}
    with pytest.raises(CannotReturn) as cannot:
        opened(Wanted("1", 1, Reason.CHANGED_MIND), key="k2")
    assert cannot.value.trouble == Trouble.TOO_MANY


def test_a_running_process_takes_one_return(opened: Opened) -> None:
    opened()
    with pytest.raises(CannotReturn) as cannot:
        opened(Wanted("2", 1, Reason.CHANGED_MIND), key="k2")

    assert cannot.value.trouble == Trouble.ALREADY


def test_a_process_that_an_agent_began_gets_its_return(opened: Opened, ticket: Any, path: Any, bia: Agent) -> None:
    mover = moving.Mover(agent=bia)
    process = moving.start(ticket=ticket, blueprint=path, order=None, mover=mover, key="by-hand", now=NOW)

    row = opened()
    assert row.process_id == process.pk
    process.refresh_from_db()
    assert (process.order_id, process.stage) == (row.order_id, "approved")


def test_the_wish_stands_in_the_fields_of_the_process(opened: Opened) -> None:
    row = opened(Wanted("1", 1, Reason.NOT_WORKING, remark="Does not open. Card 4111 1111 1111 1111"))

    fields = Process.objects.get(pk=row.process_id).fields
    assert fields["reason"] == "defective_arrival"
    assert (fields["fault"], fields["remedy"]) == ("supplier", "refund")
    assert "4111 1111" not in row.lines.get().remark


# --- Choosing ---------------------------------------------------------------------------------------------------------


def test_the_customer_may_change_their_mind_about_the_outcome(opened: Opened, bia: Agent) -> None:
    row = opened()

    assert outcomes_of(row) == (Outcome.REFUND, Outcome.EXCHANGE, Outcome.CREDIT)
    choose_outcome(row=row, outcome=Outcome.CREDIT, agent=bia, identity=None, now=NOW)
    line = row.lines.get()
    assert (line.outcome, line.agreed_at) == (Outcome.CREDIT, NOW)
    assert Process.objects.get(pk=row.process_id).fields["credit_consent"] is True
    choose_outcome(row=row, outcome=Outcome.EXCHANGE, agent=bia, identity=None, now=NOW, variants={"1": "mug-red"})
    line.refresh_from_db()
    assert (line.variant, line.agreed_at) == ("mug-red", None)


def test_an_outcome_that_nobody_offers_cannot_be_chosen(opened: Opened, bia: Agent) -> None:
    row = opened()
    with pytest.raises(CannotReturn):
        choose_outcome(row=row, outcome=Outcome.REPAIR, agent=bia, identity=None, now=NOW)
    with pytest.raises(CannotReturn):
        choose_outcome(row=row, outcome=Outcome.EXCHANGE, agent=bia, identity=None, now=NOW)


def test_credit_without_the_customers_word_is_no_row(opened: Opened) -> None:
    line = opened().lines.get()
    line.given = Outcome.CREDIT
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()


# --- The way back -----------------------------------------------------------------------------------------------------


def test_a_label_is_made_once_and_read_back(opened: Opened, bia: Agent) -> None:
    row = opened()

    label = issue_label(row=row, way=SendingWay.LABEL, key="label", agent=bia, now=NOW)
    again = issue_label(row=row, way=SendingWay.LABEL, key="label", agent=bia, now=NOW)
    content = label_pdf(label)
    text = pypdfium2.PdfDocument(content)[0].get_textpage().get_text_range()
    assert label.pk == again.pk
    assert (label.payer, label.use_by) == (Payer.SHOP, date(2026, 11, 22))
    assert label_pdf(again) == content
    for words in (numbers.written(row.number), "Ana Souza", "Casa Moringa", "Rua do Bom Jesus, 88", "Caneca Moringa"):
        assert words in text


@pytest.mark.parametrize(
    "language, words", [("pt-br", "Etiqueta de devolução"), ("tr", "İade etiketi"), ("en", "Return label")]
)
def test_a_label_speaks_the_customers_language(opened: Opened, bia: Agent, language: str, words: str) -> None:
    row = opened()
    row.language = language
    row.save(update_fields=["language"])

    label = issue_label(row=row, way=SendingWay.LABEL, key="label", agent=bia, now=NOW)
    text = pypdfium2.PdfDocument(label_pdf(label))[0].get_textpage().get_text_range()
    assert words in text


def test_the_first_scan_counts(opened: Opened, bia: Agent) -> None:
    row = opened()
    mark_in_transit(row=row, posted_at=NOW, agent=None, now=NOW, tracking="BR1")
    mark_in_transit(row=row, posted_at=NOW + timedelta(days=1), agent=None, now=NOW, carrier="Correios")
    mark_in_transit(row=row, posted_at=NOW + timedelta(days=1), agent=None, now=NOW)

    row.refresh_from_db()
    assert (row.posted_at, row.carrier, row.tracking) == (NOW, "Correios", "BR1")
    assert names(row).count("return.posted") == 2


def test_a_parcel_is_taken_in_once_and_the_process_goes_on(opened: Opened, bia: Agent) -> None:
    row = sent(opened(), bia)
    assert stage(row) == "in_transit"

    receive(row=row, key="parcel", agent=bia, now=LATER, grams=400)
    receive(row=row, key="parcel", agent=bia, now=LATER, grams=400)
    receive(row=row, key="second", agent=bia, now=LATER + timedelta(days=1))

    row.refresh_from_db()
    assert (row.arrivals.count(), row.received_at, stage(row)) == (2, LATER, "received")


# --- Looking at it ----------------------------------------------------------------------------------------------------


def test_what_was_found_moves_it_on(opened: Opened, bia: Agent) -> None:
    row = looked_at(opened(), bia)

    found = row.inspections.get()
    assert (found.grade, found.disposition) == (Grade.B, Disposition.OUTLET)
    assert differences_of(row) == []
    assert stage(row) == "inspected"
    assert Process.objects.get(pk=row.process_id).fields["grade"] == "b"


def test_who_looks_again_replaces_what_was_found(opened: Opened, bia: Agent) -> None:
    row = looked_at(opened(), bia)
    line = row.lines.get()
    inspect(row=row, found=[Found(1, Grade.C, line, missing=("lid", ""))], agent=bia, now=LATER)

    assert row.inspections.count() == 2
    assert [one.kind for one in differences_of(row)] == [Mismatch.PARTS, Mismatch.WORSE]


def test_an_empty_box_stays_where_people_look(opened: Opened, bia: Agent) -> None:
    row = opened()
    line = row.lines.get()
    looked_at(row, bia, Found(1, Grade.X, line))

    assert stage(row) == "received"
    assert worth_of(row).refund == 0


def test_nothing_is_looked_at_before_it_came(opened: Opened, bia: Agent) -> None:
    row = opened()
    with pytest.raises(CannotReturn):
        inspect(row=row, found=[Found(1, Grade.A, row.lines.get())], agent=bia, now=NOW)


def test_photos_are_kept_once(opened: Opened, settings: Any, tmp_path: Any) -> None:
    row = opened()
    file = File(name="cup.png", media_type="image/png", content=PNG)

    first, again = (add_photo(row=row, file=file, now=NOW, line=row.lines.get()) for _ in range(2))
    assert first.pk == again.pk
    with pytest.raises(NoPhoto):
        add_photo(row=row, file=File(name="a.pdf", media_type="application/pdf", content=b"%PDF-1.4"), now=NOW)


# --- What people say --------------------------------------------------------------------------------------------------


def test_a_refusal_names_its_rule_and_tells_why(opened: Opened, bia: Agent) -> None:
    row = opened(notice=Notice(NOW + timedelta(days=30), "paper"))
    with pytest.raises(CannotReturn) as cannot:
        judge(row=row, is_granted=False, agent=bia, now=NOW)
    assert cannot.value.trouble == Trouble.NO_GROUNDS

    moving.forward(
        visit=row.process.visits.get(left_at=None),
        transition="ask_review",
        mover=moving.Mover(agent=bia),
        key="review",
        now=NOW,
    )
    row.process.refresh_from_db()
    judge(row=row, is_granted=False, agent=bia, now=NOW, rule="BR-CDC-49", remark="Too late.", reason="outside")
    assert stage(row) == "refused"
    assert returnable(row.order) == {"1": 2, "2": 1}, "what was refused can be asked for again"


def test_no_row_is_refused_by_nobody(opened: Opened) -> None:
    row = opened()
    row.is_granted = False
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_what_was_found_well_is_paid_back_through_the_ledger(opened: Opened, bia: Agent, order: Order) -> None:
    row = looked_at(opened(), bia)
    decide(row=row, agent=bia, now=LATER)

    row.refresh_from_db()
    share = 1_500 * 4_990 // (2 * 4_990 + 1_000)
    assert (row.goods, row.freight, stage(row)) == (4_990, share, "refunding")
    action = order_action(row, ActionKind.REFUND)
    assert action == Refund(row.written, (("1", 1),), freight=share)
    asker = ledger.Asker(agent=bia, level=Level.VERIFIED, ticket=row.process.ticket_id)
    ledger.ask(action=action, account=order.account, order=order, asker=asker, key="refund", now=LATER)
    orders.run_due(worker="w", now=LATER, clock=lambda: LATER)
    order.refresh_from_db()
    assert commerce.order_value(order).payments[-1].amount == 4_990 + share


def test_credit_carries_the_bonus_that_was_promised(opened: Opened, bia: Agent, shop: Shop, order: Order) -> None:
    keep_order(backend=order.backend, order=delivered(freight=0), now=NOW)
    order.refresh_from_db()
    row = opened(Wanted("1", 1, Reason.CHANGED_MIND, Outcome.CREDIT))
    row.bonus = 1_000
    row.save(update_fields=["bonus"])
    decide(row=looked_at(row, bia), agent=bia, now=LATER)

    credit = GiveCredit(4_990 + 499, row.written, settles=4_990, pieces=(("1", 1),))
    assert order_action(row, ActionKind.GIVE_CREDIT) == credit
    assert row.process.fields["amount"] == 4_990  # what goes back; the bonus comes on top
    assert stage(row) == "crediting"


def test_a_bonus_is_no_greater_than_a_gift_of_the_shop_may_be(opened: Opened, shop: Shop, order: Order) -> None:
    row = opened(Wanted("1", 1, Reason.CHANGED_MIND, Outcome.CREDIT))
    row.bonus = 20_000
    assert worth_of(row).bonus == commerce.policy_of(order.backend).credit_cap


def test_an_order_in_another_currency_is_looked_at_by_a_person(
    opened: Opened, order: Order, shop: Shop, bia: Agent
) -> None:
    set_policy(shop=shop, policy=ReturnsPolicy(review_worth=10_000_000), agent=bia, now=NOW)
    order.backend.shop.currency = "EUR"
    assert opened().answer == Answer.REVIEW


def test_an_exchange_says_for_what(opened: Opened, bia: Agent) -> None:
    row = opened(Wanted("1", 1, Reason.TOO_SMALL, Outcome.EXCHANGE, variant="mug-red"))
    decide(row=looked_at(row, bia), agent=bia, now=LATER)

    assert order_action(row, ActionKind.EXCHANGE) == Exchange(
        (Swap("1", "mug-red", 1),), instrument="visa", reason=row.written
    )  # it is dearer: the difference is paid as the order was
    assert row.process.facts["to_send"] == [["mug-red", 1]]
    assert order_action(row, ActionKind.CANCEL) is None


def test_in_brazil_nothing_is_taken_off(opened: Opened, bia: Agent) -> None:
    row = opened()
    looked_at(row, bia, Found(1, Grade.C, row.lines.get()))

    assert most_withheld(row) == (0, "")
    with pytest.raises(CannotReturn) as cannot:
        decide(row=row, agent=bia, now=LATER, withheld=100, remark="Scratched")
    assert cannot.value.trouble == Trouble.TOO_MUCH


def test_where_the_law_allows_it_a_person_takes_something_off(opened: Opened, bia: Agent, order: Order) -> None:
    german = delivered(address=commerce.order_value(order).address.__class__(country="DE", city="Berlin"))
    keep_order(backend=order.backend, order=german, now=NOW)
    order.refresh_from_db()
    row = opened()
    looked_at(row, bia, Found(1, Grade.C, row.lines.get()))

    assert most_withheld(row) == (4_990, "EU-CRD-9")
    with pytest.raises(CannotReturn) as cannot:
        decide(row=row, agent=None, now=LATER, withheld=100, remark="Scratched")
    assert cannot.value.trouble == Trouble.NO_GROUNDS
    decide(row=row, agent=bia, now=LATER, withheld=990, remark="Scratched all over")
    worth = worth_of(row)
    assert order_action(row, ActionKind.REFUND) == Refund(row.written, amount=worth.expected.total - 990)


def test_it_is_decided_once(opened: Opened, bia: Agent) -> None:
    row = looked_at(opened(), bia)
    decide(row=row, agent=bia, now=LATER)
    with pytest.raises(CannotReturn):
        decide(row=row, agent=bia, now=LATER)
    with pytest.raises(CannotReturn):
        choose_outcome(row=row, outcome=Outcome.CREDIT, agent=bia, identity=None, now=LATER)


# --- The policy -------------------------------------------------------------------------------------------------------


def test_a_policy_is_told_once_and_open_returns_keep_theirs(opened: Opened, shop: Shop, bia: Agent) -> None:
    row = opened()
    more = ReturnsPolicy(withdrawal_days=30, bonus=500)
    for _ in range(2):
        set_policy(shop=shop, policy=more, agent=bia, now=LATER)

    assert policy_of(shop.pk) == more
    assert Entry.objects.filter(name="returns.policy.changed").count() == 2
    row.refresh_from_db()
    assert row.policy.get("bonus", 0) == 0


# --- All at once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_asked_for_by_many_at_once_a_piece_comes_back_once(
    shop: Shop, order: Order, path: Blueprint, bia: Agent
) -> None:
    channel = make_channel(shop)
    for number in range(4):
        arrive(channel, now=NOW, subject=f"Quero devolver {number}", **{"from": f"ana{number}@example.com"})
    start = Barrier(4)

    def ask(ticket: Ticket) -> str:
        start.wait(timeout=30)
        try:
            open_return(
                ticket=ticket,
                blueprint=path,
                order=Order.objects.select_related("account__backend__shop", "backend__shop").get(pk=order.pk),
                wanted=[Wanted("1", 1, Reason.CHANGED_MIND)],
                notice=Notice(NOW, "paper"),
                opener=Opener(agent=bia),
                key=f"k{ticket.pk}",
                now=NOW,
            )
        except CannotReturn as cannot:
            return cannot.trouble.value
        finally:
            connections.close_all()
        return "opened"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(ask, Ticket.objects.order_by("pk")))

    assert answers == ["opened", "opened", "too_many", "too_many"], "there are two mugs"
    assert len({row.number for row in Return.objects.all()}) == 2
