"""Writes that are gathered: keys at once, rows at the end, and never asked for before they are there."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from balcao.customers.models import Customer, Identity
from balcao.kit.db import insert, insert_new
from balcao.kit.gathering import apart, foresee, foreseen, gathering, is_gathering, known_by, settle

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def customer(name: str) -> Customer:
    return Customer(name=name, created_at=NOW)


def names() -> list[str]:
    return list(Customer.objects.order_by("id").values_list("name", flat=True))


def address(value: str, home: Customer) -> Identity:
    return Identity(kind="email", value=value, match_key=value, customer=home, home=home, created_at=NOW)


def test_rows_have_their_keys_at_once_and_are_written_at_the_end() -> None:
    with transaction.atomic(), gathering(Customer, room=2):
        ana = insert(customer("Ana"))
        bruno = insert(customer("Bruno"))
        mehmet = insert(customer("Mehmet"))  # one more than there is room for
        assert names() == []

    assert ana.pk < bruno.pk < mehmet.pk
    assert list(Customer.objects.order_by("id")) == [ana, bruno, mehmet]
    assert names() == ["Ana", "Bruno", "Mehmet"]


def test_a_row_is_written_as_it_was_when_it_was_given() -> None:
    with transaction.atomic(), gathering():
        ana = insert(customer("Ana"))
        ana.name = "Somebody else"

    assert names() == ["Ana"]


def test_keys_are_taken_from_where_other_rows_get_theirs() -> None:
    before = Customer.objects.create(name="Ana", created_at=NOW)
    with transaction.atomic(), gathering(Customer, room=3):
        within = insert(customer("Bruno"))
    after = Customer.objects.create(name="Elif", created_at=NOW)

    assert before.pk < within.pk < after.pk


def test_what_waits_is_written_before_somebody_asks_for_it() -> None:
    with transaction.atomic(), gathering():
        insert(customer("Ana"))
        known_by("ana")
        apart(["bruno", "elif"])
        assert names() == []
        apart(["bruno", "ana"])
        assert names() == ["Ana"]
        insert(customer("Bruno"))
        assert names() == ["Ana"]
        settle()
        assert names() == ["Ana", "Bruno"]


def test_a_name_holds_though_something_is_settled_before_its_row_comes() -> None:
    with transaction.atomic(), gathering():
        known_by("ana")
        settle()
        insert(customer("Ana"))
        apart(["ana"])
        assert names() == ["Ana"]


def test_a_block_within_another_one_joins_it() -> None:
    with transaction.atomic(), gathering():
        with gathering(Customer):
            insert(customer("Ana"))
        assert names() == []
        assert is_gathering()

    assert names() == ["Ana"]
    assert not is_gathering()


def test_nothing_of_a_block_that_fails_is_written_by_the_next() -> None:
    with suppress(RuntimeError), gathering():
        insert(customer("Ana"))
        raise RuntimeError
    with gathering():
        insert(customer("Bruno"))

    assert names() == ["Bruno"]


def test_a_constraint_speaks_up_at_the_end() -> None:
    home = Customer.objects.create(name="Ana", created_at=NOW)
    Identity.objects.bulk_create([address("ana@example.com", home)])
    other = Customer.objects.create(name="Bruno", created_at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic(), gathering():
        insert(address("ana@example.com", other))


def test_of_rows_that_may_be_there_the_new_ones_are_told() -> None:
    ana, bruno, elif_ = (Customer.objects.create(name=name, created_at=NOW) for name in ("Ana", "Bruno", "Elif"))
    Identity.objects.bulk_create([address("ana@example.com", ana)])
    rows = [address("ana@example.com", ana), address("bruno@example.com", bruno), address("bruno@example.com", elif_)]

    with transaction.atomic(), gathering(room=3):
        assert insert_new(rows) == [False, True, False]

    assert Identity.objects.get(value="bruno@example.com").pk == rows[1].pk
    assert Identity.objects.count() == 2


def test_what_was_asked_ahead_holds_until_something_is_written_about_it() -> None:
    with gathering():
        foresee({"ana": 1, "bruno": None})
        assert foreseen(["bruno", "ana"]) == [None, 1]
        assert foreseen(["ana", "elif"]) is None
        known_by("ana")
        assert foreseen(["ana"]) is None
        assert foreseen(["bruno"]) == [None]
    assert foreseen(["bruno"]) is None
