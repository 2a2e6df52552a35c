"""PostgreSQL makes rows visible in the order of commits, not of ids: no reader may miss what commits late."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count, takewhile

import pytest
from django.db import connection, transaction

from balcao.journal import actions, queries
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" in str(connection.settings_dict["ENGINE"]), reason="SQLite has one writer at a time"),
]

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Slow(threading.Thread):
    """Records an entry and commits only when told to; may be told to die instead."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.entry_name = name
        self.recorded, self.go, self.dies = threading.Event(), threading.Event(), False
        self.start()
        assert self.recorded.wait(10)

    def run(self) -> None:
        try:
            with transaction.atomic():
                actions.record(name=self.entry_name, at=NOON, actor=SYSTEM, about=[])
                self.recorded.set()
                self.go.wait(10)
                transaction.set_rollback(self.dies)
        finally:
            connection.close()

    def commit(self) -> None:
        self.go.set()
        self.join()

    def die(self) -> None:
        self.dies = True
        self.commit()


@pytest.fixture
def elif_first() -> Iterator[Slow]:
    thread = Slow("elif.wrote")
    yield thread
    thread.commit()


def names() -> list[str]:
    return [entry.name for entry in queries.entries_after(0)]


def test_a_lower_id_that_commits_later_gets_the_later_position(elif_first: Slow) -> None:
    mehmet = Slow("mehmet.wrote")
    mehmet.commit()
    actions.seal()
    read = queries.entries_after(0)
    assert [entry.name for entry in read] == ["mehmet.wrote"]

    elif_first.commit()
    actions.seal()
    late = queries.entries_after(read[-1].position or 0)
    assert [entry.name for entry in late] == ["elif.wrote"]
    assert late[0].pk < read[0].pk
    assert queries.first_broken_link() is None


def test_a_transaction_that_fails_leaves_no_gap(elif_first: Slow) -> None:
    elif_first.die()
    Slow("mehmet.wrote").commit()
    actions.seal()
    assert [(entry.name, entry.position) for entry in queries.entries_after(0)] == [("mehmet.wrote", 1)]


def test_two_sealers_at_once_give_each_entry_one_position() -> None:
    for number in range(400):
        actions.record(name=f"entry.{number}", at=NOON, actor=SYSTEM, about=[])
    sealed: list[int] = []

    def seal() -> None:
        try:
            while count := actions.seal(limit=7):
                sealed.append(count)
        finally:
            connection.close()

    sealers = [threading.Thread(target=seal) for _ in range(4)]
    for sealer in sealers:
        sealer.start()
    for sealer in sealers:
        sealer.join()
    assert not queries.is_unsealed()
    assert [entry.position for entry in queries.entries_after(0, limit=1000)] == list(range(1, 401))
    assert queries.first_broken_link() is None


def follow_until(stop: threading.Event, threads: list[threading.Thread], seen: list[int]) -> None:
    for thread in [*threads, threading.Timer(2, stop.set)]:
        thread.start()
    position = 0
    while not stop.is_set():
        for entry in queries.entries_after(position):
            seen.append(entry.pk)
            position = entry.position or 0
    for thread in threads:
        thread.join()
    while actions.seal():
        pass
    seen += [entry.pk for entry in queries.entries_after(position, limit=100_000)]


def test_a_reader_that_follows_sealers_and_writers_misses_nothing_and_sees_nothing_twice() -> None:
    stop = threading.Event()
    seen: list[int] = []

    def write(number: int) -> None:
        try:
            for turn in takewhile(lambda _: not stop.is_set(), count()):
                with transaction.atomic():
                    actions.record(name=f"writer.{number}", at=NOON, actor=SYSTEM, about=[])
                    actions.record(name=f"writer.{number}", at=NOON, actor=SYSTEM, about=[])
                    transaction.set_rollback(turn % 5 == 4)  # some fail
        finally:
            connection.close()

    def seal() -> None:
        try:
            while not stop.is_set():
                actions.seal(limit=5)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[n]) for n in range(4)]
    threads += [threading.Thread(target=seal) for _ in range(2)]
    follow_until(stop, threads, seen)
    assert len(seen) == len(set(seen))
    assert set(seen) == set(Entry.objects.values_list("pk", flat=True))
    assert queries.first_broken_link() is None


def test_a_sealer_killed_in_the_middle_leaves_nothing_half_sealed() -> None:
    for number in range(10):
        actions.record(name=f"entry.{number}", at=NOON, actor=SYSTEM, about=[])

    def die() -> None:
        try:
            with transaction.atomic():
                actions.seal(limit=5)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        except Exception:  # noqa: BLE001 - the server has just ended this connection
            pass
        finally:
            connection.close()

    dying = threading.Thread(target=die)
    dying.start()
    dying.join()
    assert queries.head_position() == 0
    assert actions.seal() == 10
    assert queries.first_broken_link() is None
