from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from balcao.journal import actions, queries
from balcao.journal.models import Entry, EntryPersonal, EntrySubject, Head
from balcao.journal.types import SYSTEM, Actor, ActorKind, Subject, SubjectKind

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def record(name: str = "ticket.opened", *, ticket: int = 1, **more: object) -> Entry:
    return actions.record(name=name, at=NOON, actor=SYSTEM, about=[Subject(SubjectKind.TICKET, ticket)], **more)  # type: ignore[arg-type]


def test_entries_are_read_only_once_they_are_sealed() -> None:
    entry = record()
    assert queries.entries_after(0) == []
    assert actions.seal() == 1
    assert [(e.pk, e.position) for e in queries.entries_after(0)] == [(entry.pk, 1)]
    assert queries.head_position() == 1


def test_positions_have_no_gaps_whatever_the_size_of_a_round() -> None:
    for ticket in range(7):
        record(ticket=ticket)
    assert [actions.seal(limit=3) for _ in range(4)] == [3, 3, 1, 0]
    assert [entry.position for entry in queries.entries_after(0)] == [1, 2, 3, 4, 5, 6, 7]


def test_sealing_nothing_writes_nothing(django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert actions.seal() == 0


def test_a_round_of_many_entries_costs_few_statements(django_assert_max_num_queries: Callable[..., object]) -> None:
    record()
    actions.seal()  # the first round makes the head
    for ticket in range(50):
        record(ticket=ticket)
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        actions.seal()


@pytest.mark.parametrize(
    "change",
    [
        {"name": "ticket.closed"},
        {"facts": {"status": "spam"}},
        {"at": NOON + timedelta(seconds=1)},
        {"actor_kind": "agent"},
        {"actor_id": 9},
        {"shop_id": 9},
        {"personal_digest": "0" * 64},
        {"chain": "0" * 64},
    ],
)
def test_a_later_change_of_anything_an_entry_says_breaks_the_chain_there(change: dict[str, object]) -> None:
    for ticket in range(3):
        record(ticket=ticket, facts={"status": "new"}, shop_id=1)
    actions.seal()
    assert queries.first_broken_link() is None
    Entry.objects.filter(position=2).update(**change)
    assert queries.first_broken_link() == 2


def test_a_changed_subject_breaks_the_chain() -> None:
    record()
    actions.seal()
    EntrySubject.objects.update(subject_id=99)
    assert queries.first_broken_link() == 1


def test_an_entry_cut_out_of_the_middle_or_off_the_end_breaks_the_chain() -> None:
    for ticket in range(3):
        record(ticket=ticket)
    actions.seal()
    Entry.objects.filter(position=3).delete()
    assert queries.first_broken_link() == 3
    Entry.objects.filter(position=1).delete()
    assert queries.first_broken_link() == 1


def test_erasing_personal_values_keeps_the_chain() -> None:
    entry = record(name="ticket.message.received", personal={"address": "ana@example.com"})
    actions.seal()
    assert actions.erase_personal(entries=[entry.pk]) == 1
    erased = EntryPersonal.objects.get(entry=entry)
    assert (erased.values, erased.salt) == ({}, "")
    assert queries.first_broken_link() is None


def test_equal_personal_values_have_different_digests() -> None:
    digests = {record(personal={"address": "ana@example.com"}).personal_digest for _ in range(2)}
    assert len(digests) == 2


def test_the_history_of_a_ticket_holds_what_is_not_sealed_yet() -> None:
    record(ticket=1)
    actions.seal()
    record(name="ticket.solved", ticket=1)
    record(ticket=2)
    history = queries.history(kind=SubjectKind.TICKET, subject_id=1)
    assert [entry.name for entry in history] == ["ticket.opened", "ticket.solved"]


def test_one_sealer_at_a_time_and_the_next_one_after_its_lease() -> None:
    assert actions.lease_sealer(worker="ana", now=NOON)
    assert not actions.lease_sealer(worker="bruno", now=NOON + timedelta(seconds=1))
    assert actions.lease_sealer(worker="ana", now=NOON + timedelta(seconds=2))
    assert not actions.lease_sealer(worker="bruno", now=NOON + timedelta(seconds=4))
    assert actions.lease_sealer(worker="bruno", now=NOON + timedelta(seconds=5))


def test_a_sealer_that_stops_hands_over_at_once() -> None:
    actions.lease_sealer(worker="ana", now=NOON)
    actions.release_sealer(worker="ana")
    assert actions.lease_sealer(worker="bruno", now=NOON)


def test_holding_the_lease_writes_only_now_and_then() -> None:
    actions.lease_sealer(worker="ana", now=NOON)
    before = Head.objects.get().leased_until
    assert actions.lease_sealer(worker="ana", now=NOON + timedelta(seconds=1))
    assert Head.objects.get().leased_until == before


def test_a_reader_never_moves_back() -> None:
    actions.advance(reader="webhooks", position=5)
    actions.advance(reader="webhooks", position=3)
    assert queries.reader_position("webhooks") == 5
    assert queries.reader_position("metrics") == 0


def test_the_actor_is_kept() -> None:
    entry = actions.record(name="ticket.assigned", at=NOON, actor=Actor(ActorKind.AGENT, 4), about=[])
    assert (entry.actor_kind, entry.actor_id) == ("agent", 4)
