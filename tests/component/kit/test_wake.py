import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction

from balcao.kit import wake
from balcao.kit.wake import Topic, Watch

on_postgres = pytest.mark.skipif("sqlite" in str(connection.settings_dict["ENGINE"]), reason="NOTIFY is PostgreSQL's")


@pytest.fixture
def watch(db: None) -> Iterator[Watch]:
    with Watch(Topic.WORK) as watch:
        while watch.wait(0.6):  # the first look, and what was heard while the line was laid
            pass
        yield watch


def test_the_first_wait_returns_at_once(db: None) -> None:
    with Watch(Topic.WORK) as watch:
        assert watch.wait(60)


def test_who_waits_is_woken(watch: Watch) -> None:
    threading.Timer(0.05, wake.ring, [Topic.WORK]).start()
    began = time.monotonic()
    assert watch.wait(30)
    assert time.monotonic() - began < 5


def test_what_happens_between_two_waits_is_not_missed(watch: Watch) -> None:
    wake.ring(Topic.WORK)
    assert watch.wait(0)
    assert not watch.wait(0)


def test_other_topics_let_sleep(watch: Watch) -> None:
    wake.ring(Topic.JOURNAL)
    assert not watch.wait(0)
    wake.ring()
    assert watch.wait(0)


def test_waiting_holds_no_thread_of_the_loop(watch: Watch) -> None:
    async def wait() -> tuple[bool, bool]:
        asyncio.get_running_loop().call_later(0.05, wake.ring, Topic.WORK)
        return await watch.wait_async(30), await watch.wait_async(0.01)

    assert asyncio.run(wait()) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_news_is_told_after_the_commit_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(wake, "_ANNOUNCEMENTS", {topic: _noting(told, topic) for topic in Topic})
    with transaction.atomic():
        for _ in range(3):
            wake.notify(Topic.WORK)
        with transaction.atomic():
            wake.notify(Topic.WORK)
            wake.notify(Topic.JOURNAL)
        assert told == []
    assert told == ["work", "journal"]


@pytest.mark.django_db(transaction=True)
def test_news_of_what_was_rolled_back_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(wake, "_ANNOUNCEMENTS", {topic: _noting(told, topic) for topic in Topic})
    with transaction.atomic():
        with transaction.atomic():
            wake.notify(Topic.WORK)
            transaction.set_rollback(True)
        wake.notify(Topic.JOURNAL)
    with transaction.atomic():
        wake.notify(Topic.WORK)
        transaction.set_rollback(True)
    assert told == ["journal"]


def _noting(told: list[str], topic: Topic) -> Callable[[], None]:
    def announce() -> None:
        told.append(topic.value)

    return announce


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_another_process_is_woken_by_postgresql(watch: Watch) -> None:
    with connection.cursor() as cursor:  # as another process would: this process's own bell is not rung
        cursor.execute("SELECT pg_notify('balcao', 'work')")
    assert watch.wait(10)


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_a_line_that_was_cut_is_laid_again(watch: Watch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' AND datname = %s",
            [connection.settings_dict["NAME"]],
        )
    assert watch.wait(10)  # what was missed meanwhile is not known, so all are woken
    while watch.wait(0.6):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('balcao', 'work')")
    assert watch.wait(10)


def test_another_process_is_heard_through_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "my shop #1 100%.sqlite3"
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE ticket (id)")
    source = wake._SQLite(str(path))
    source.connect()
    try:
        assert source.listen() == []
        writer.execute("INSERT INTO ticket VALUES (1)")
        assert source.listen() == []
        writer.commit()
        assert source.listen() == [None]
        assert source.listen() == []
    finally:
        source.close()
        writer.close()


def test_a_forked_child_starts_with_a_switchboard_of_its_own(watch: Watch) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0 if wake._board.watches == 0 and wake._board.ear is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_the_ear_closes_with_the_last_watch(db: None) -> None:
    with Watch(Topic.WORK), Watch(Topic.JOURNAL):
        ear = wake._board.ear
        assert ear is not None
    assert wake._board.ear is None
    assert not ear.is_alive()
