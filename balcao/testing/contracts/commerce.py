"""The scenario book: what every backend of orders must keep to, whatever shop system is behind it."""

import json
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, ClassVar

import pytest

from balcao.ports import money, registry
from balcao.ports.commerce import (
    Action,
    ActionKind,
    AddNote,
    Address,
    Cancel,
    ChangeAddress,
    Checked,
    Commerce,
    Done,
    KeyKind,
    Line,
    Link,
    Order,
    OrderStage,
    Outcome,
    Refund,
    RequestReturn,
)
from balcao.ports.config import described, secret_names

_MOST_PAGES = 1_000
_ELSEWHERE = Address(
    line1="Rua XV de Novembro, 9", city="Curitiba", region="PR", postcode="80020-310", country="BR", name="Ana Souza"
)


class CommerceContract:
    """Subclass it as `class TestMyBackend(CommerceContract)`, and bring orders into the system under test.

    Scenarios of actions that a backend does not declare are skipped; what it declares it has to do. The fixtures
    `link`, `pending` and `delivered` give a connection and two paid orders, one that has not left and one that arrived:
    as `adapter.order` tells them, of currency and prices of your own.
    """

    backend: ClassVar[type[Any]]
    tells_refunded_pieces: ClassVar[bool] = True  # False where the system forgets what a refund was for
    tells_changes: ClassVar[bool] = True  # False for what lives in our own tables

    @pytest.fixture
    def adapter(self) -> Commerce:
        """Give an adapter of the kind under test."""
        adapter: Commerce = self.backend()
        return adapter

    @pytest.fixture
    @abstractmethod
    def link(self) -> Link:
        """Give a connection to the system under test."""

    @pytest.fixture
    @abstractmethod
    def pending(self, link: Link) -> Order:
        """Give a paid order that has not left, of two pieces at least."""

    @pytest.fixture
    @abstractmethod
    def delivered(self, link: Link) -> Order:
        """Give a paid order that arrived, of two pieces at least."""

    def test_it_says_what_it_is(self, adapter: Commerce) -> None:
        """A kind is a plain word, settings are a typed dataclass."""
        assert adapter.kind.isidentifier()
        assert adapter.kind == adapter.kind.lower()
        assert adapter.label
        assert isinstance(adapter.is_tried, bool)
        assert is_dataclass(adapter.Config)
        assert not registry.parts_missing(adapter, Commerce)

    def test_its_settings_can_be_filled_in(self, adapter: Commerce, link: Link) -> None:
        """Every setting is described by `config_field`, may be empty at first, and no secret shows."""
        adapter.Config()
        bare = {one.name for one in fields(adapter.Config)} - {one.name for one, _ in described(adapter.Config)}
        assert not bare, f"Without config_field, the set-up page does not ask for: {', '.join(sorted(bare))}."
        secrets = [value for name in secret_names(adapter.Config) if (value := str(getattr(link.config, name)))]
        assert not [value for value in secrets if value in repr(link)]

    def test_its_settings_can_be_tried(self, adapter: Commerce, link: Link) -> None:
        """Every step of `check` says what was tried, and what to do where it did not work."""
        if not isinstance(adapter, Checked):
            pytest.skip("It has no check.")
        steps = adapter.check(link)
        assert all(step and (works or hint) for step, works, hint in steps)

    def test_an_order_is_found_by_its_key_and_by_what_people_say(
        self, adapter: Commerce, link: Link, pending: Order
    ) -> None:
        """The system's own key and the order's number lead to the same order, with whole amounts that add up."""
        assert adapter.order(pending.ref, link) == pending
        assert pending.ref in [order.ref for order in adapter.find(KeyKind.NUMBER, pending.number, link)]
        paid = sum(payment.amount for payment in pending.payments if not payment.is_refund)
        assert paid == pending.total, (
            "What was paid is not what the order costs. We count quantity x unit_price - discount + tax of each line,"
            " - discount + freight + tax of the order; unit_price is before, Line.discount of the whole line."
        )

    def test_what_is_not_there_is_not_found(self, adapter: Commerce, link: Link) -> None:
        """An unknown order is no error."""
        assert adapter.order("no-such-order", link) is None
        assert not adapter.find(KeyKind.NUMBER, "no-such-order", link)

    def test_changes_tell_of_every_order_and_come_to_an_end(
        self, adapter: Commerce, link: Link, pending: Order
    ) -> None:
        """From an empty cursor on, page by page; a cursor can be stored as JSON."""
        self._skip_unless_it_tells()
        assert pending.ref in self._read_on(adapter, link, {})[0]

    def test_what_changed_is_told_again(self, adapter: Commerce, link: Link, pending: Order) -> None:
        """An order that changed after the cursor was reached comes once more."""
        self._skip_unless_it_tells()
        cursor = self._read_on(adapter, link, {})[1]
        self._do(adapter, link, pending, Cancel("changed mind"), key="cancel-told")

        assert pending.ref in self._read_on(adapter, link, cursor)[0]

    def test_an_address_is_changed(self, adapter: Commerce, link: Link, pending: Order) -> None:
        """The order goes elsewhere from now on."""
        self._do(adapter, link, pending, ChangeAddress(_ELSEWHERE), key="address")

        after = self._now(adapter, link, pending)
        assert (after.address.line1, after.address.postcode) == (_ELSEWHERE.line1, _ELSEWHERE.postcode)

    def test_a_cancelled_order_pays_back_what_was_paid(self, adapter: Commerce, link: Link, pending: Order) -> None:
        """All of it, to where it came from."""
        self._do(adapter, link, pending, Cancel("changed mind"), key="cancel")

        after = self._now(adapter, link, pending)
        assert after.stage == OrderStage.CANCELLED
        assert _paid_back(after) == pending.total

    def test_single_pieces_are_cancelled_or_none(self, adapter: Commerce, link: Link, pending: Order) -> None:
        """Cancelling one piece leaves the others; a system that cannot do that refuses, and nothing happens."""
        self._skip_unless(adapter, link, ActionKind.CANCEL)
        piece = (pending.lines[0].ref, 1)
        done = adapter.perform(Cancel("one too many", (piece,)), pending, link, key="cancel-piece")

        after = self._now(adapter, link, pending)
        assert after.stage != OrderStage.CANCELLED, (
            "One piece was to be cancelled, not the order: refuse if you cannot."
        )
        if done.outcome == Outcome.REFUSED:
            assert (after.lines, _paid_back(after)) == (pending.lines, 0)
        else:
            assert _left(after.lines) == {**_left(pending.lines), piece[0]: _left(pending.lines)[piece[0]] - 1}
        if done.outcome == Outcome.DONE:
            assert _paid_back(after) == money.price_of(pending, [piece])

    def test_a_piece_is_paid_back_only_once(self, adapter: Commerce, link: Link, delivered: Order) -> None:
        """Exactly its price, and the order tells that it is settled, so that nobody is offered it again."""
        self._skip_unless(adapter, link, ActionKind.REFUND)
        piece = (delivered.lines[0].ref, 1)
        done = adapter.perform(Refund("broken", (piece,)), delivered, link, key="refund-piece")
        if done.outcome == Outcome.REFUSED:
            pytest.skip("It pays back sums only.")

        after = self._now(adapter, link, delivered)
        assert _paid_back(after) == money.price_of(delivered, [piece])
        assert not self.tells_refunded_pieces or money.settled(after)[piece[0]] == 1, (
            "The order forgot which piece was paid back: tell it in Payment.pieces, or Line.returned."
        )

    def test_a_refund_pays_back_exactly_once(self, adapter: Commerce, link: Link, delivered: Order) -> None:
        """The same key again has no second effect, and `recall` knows what became of it."""
        first = self._do(adapter, link, delivered, Refund("late", amount=100), key="refund")
        again = adapter.perform(Refund("late", amount=100), delivered, link, key="refund")

        assert again.outcome == first.outcome
        assert _paid_back(self._now(adapter, link, delivered)) == 100  # noqa: PLR2004 - the amount above
        recalled = adapter.recall("refund", Refund("late", amount=100), delivered, link)
        assert recalled
        assert recalled.outcome == first.outcome

    def test_what_never_happened_is_not_recalled(self, adapter: Commerce, link: Link, pending: Order) -> None:
        """An action that was not carried out had no effect."""
        assert adapter.recall("never", AddNote("x"), pending, link) is None

    def test_more_than_was_paid_is_refused_or_left(self, adapter: Commerce, link: Link, delivered: Order) -> None:
        """No system pays back more than it took."""
        self._skip_unless(adapter, link, ActionKind.REFUND)
        done = adapter.perform(Refund("late", amount=delivered.total + 1), delivered, link, key="too-much")

        assert done.outcome == Outcome.REFUSED
        assert not _paid_back(self._now(adapter, link, delivered))

    def test_pieces_are_announced_to_come_back(self, adapter: Commerce, link: Link, delivered: Order) -> None:
        """The order says which, and nothing is paid back yet."""
        piece = (delivered.lines[0].ref, 1)
        self._do(adapter, link, delivered, RequestReturn((piece,), reason="regret"), key="return")

        after = self._now(adapter, link, delivered)
        assert [comeback.pieces for comeback in after.comebacks] == [(piece,)]
        assert not _paid_back(after)

    def test_a_note_is_left(self, adapter: Commerce, link: Link, pending: Order) -> None:
        """Staff who look into the shop system read it."""
        self._do(adapter, link, pending, AddNote("Leave it with the neighbour."), key="note")

        assert "Leave it with the neighbour." in " ".join(self._now(adapter, link, pending).notes)

    def test_what_was_bought_stays_known(self, adapter: Commerce, link: Link, pending: Order) -> None:
        """Lines keep their names, quantities and prices whatever happens to the order."""
        self._do(adapter, link, pending, Cancel("changed mind"), key="cancel-known")

        after = self._now(adapter, link, pending)
        assert [replace(line, cancelled=0) for line in after.lines] == list(pending.lines)

    def _do(self, adapter: Commerce, link: Link, order: Order, action: Action, *, key: str) -> Done:
        self._skip_unless(adapter, link, action.kind)
        done = adapter.perform(action, order, link, key=key)
        assert done.outcome in (Outcome.DONE, Outcome.PARTLY), done.detail or done.code
        return done

    def _read_on(self, adapter: Commerce, link: Link, cursor: Mapping[str, Any]) -> tuple[set[str], Mapping[str, Any]]:
        refs: set[str] = set()
        for _ in range(_MOST_PAGES):
            told = adapter.changes(cursor, link)
            refs |= {order.ref for order in told.orders}
            assert not told.more or told.cursor != cursor, "There is more, but the cursor has not moved."
            cursor = json.loads(json.dumps(dict(told.cursor)))
            if not told.more:
                return refs, cursor
        pytest.fail(f"There is still more after {_MOST_PAGES} pages.")

    def _skip_unless_it_tells(self) -> None:
        if not self.tells_changes:
            pytest.skip("It lives in our own tables.")

    def _skip_unless(self, adapter: Commerce, link: Link, kind: ActionKind) -> None:
        if kind not in adapter.abilities(link):
            pytest.skip(f"It does not declare {kind}.")

    def _now(self, adapter: Commerce, link: Link, order: Order) -> Order:
        found = adapter.order(order.ref, link)
        assert found
        return found


def _left(lines: Iterable[Line]) -> dict[str, int]:
    return {line.ref: line.quantity - money.gone(line) for line in lines if line.quantity > money.gone(line)}


def _paid_back(order: Order) -> int:
    return sum(payment.amount for payment in order.payments if payment.is_refund)
