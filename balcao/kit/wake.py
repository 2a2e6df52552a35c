"""Waking those who wait for news in the database, across threads, processes and machines, without busy polling.

PostgreSQL tells (NOTIFY); SQLite is asked whether another connection has committed, every 40 ms, which costs
three thousandths of a processor. A wake-up is only a hint: who waits also looks by itself from time to time.
"""

import asyncio
import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, Self
from urllib.parse import quote

from django.db import connection, transaction

_CHANNEL = "balcao"
_SQLITE_EVERY = 0.04  # seconds between two looks
_RETRY_AFTER = 1.0  # seconds after the connection that listens was lost
_log = logging.getLogger(__name__)


class Topic(StrEnum):
    """What there may be news of. SQLite cannot tell one from the other and wakes for all."""

    JOURNAL = "journal"  # entries to seal
    SEALED = "sealed"  # sealed entries to read
    WORK = "work"  # envelopes, dispatches, jobs


class _Switchboard:
    """Counts what was heard; those who wait compare the count with the one they saw last."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.counts: Counter[str] = Counter()
        self.of_any = 0
        self.rings: set[Callable[[], None]] = set()
        self.watches = 0
        self.ear: _Ear | None = None

    def ring(self, topic: str | None) -> None:
        with self.changed:
            if topic is None:
                self.of_any += 1
            else:
                self.counts[topic] += 1
            self.changed.notify_all()
            rings = list(self.rings)
        for ring in rings:
            ring()

    def heard(self, topics: tuple[Topic, ...]) -> int:
        return self.of_any + sum(self.counts[topic] for topic in topics)

    def open(self) -> None:
        with self.changed:
            self.watches += 1
            if self.ear is None:
                self.ear = _Ear(_source(), self.ring)
                self.ear.start()

    def close(self) -> None:
        with self.changed:
            self.watches -= 1
            ear, self.ear = (self.ear, None) if self.watches == 0 else (None, self.ear)
        if ear is not None:
            ear.stop()


class _Source(Protocol):
    """Where news from other processes comes from."""

    def connect(self) -> None: ...

    def listen(self) -> list[str | None]:
        """Return what was heard within a moment; None stands for anything."""

    def close(self) -> None: ...


class _Postgres:
    def __init__(self) -> None:
        self._settings = connection.get_connection_params()

    def connect(self) -> None:
        import psycopg

        self._connection = psycopg.connect(**{**self._settings, "autocommit": True})
        self._connection.execute(f"LISTEN {_CHANNEL}")

    def listen(self) -> list[str | None]:
        return [heard.payload for heard in self._connection.notifies(timeout=0.5, stop_after=1)]

    def close(self) -> None:
        if hasattr(self, "_connection"):
            self._connection.close()


class _SQLite:
    def __init__(self, path: str) -> None:
        self._path = path

    def connect(self) -> None:
        self._connection = sqlite3.connect(f"file:{quote(self._path)}?mode=rw", uri=True, check_same_thread=False)
        self._version = self._data_version()

    def _data_version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def listen(self) -> list[str | None]:
        time.sleep(_SQLITE_EVERY)  # half the price of waiting for an event
        before, self._version = self._version, self._data_version()
        return [None] if before != self._version else []

    def close(self) -> None:
        if hasattr(self, "_connection"):
            self._connection.close()


class _Deaf:
    """A database in memory: nobody else can write to it, so this process hears itself only."""

    def __init__(self) -> None:
        self._pause = threading.Event()

    def connect(self) -> None:
        pass

    def listen(self) -> list[str | None]:
        self._pause.wait(0.5)
        return []

    def close(self) -> None:
        pass


def _source() -> _Source:
    if connection.vendor == "postgresql":
        return _Postgres()
    path = str(connection.settings_dict["NAME"])
    return _Deaf() if ":memory:" in path or "mode=memory" in path else _SQLite(path)


class _Ear(threading.Thread):
    """The one thread of a process that listens to the database."""

    def __init__(self, source: _Source, ring: Callable[[str | None], None]) -> None:
        super().__init__(name="wake", daemon=True)
        self._source, self._ring = source, ring
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._source.connect()
                self._ring(None)  # what happened while nobody listened
                while not self._stopped.is_set():
                    for topic in self._source.listen():
                        self._ring(topic)
            except Exception as error:  # noqa: BLE001 - whatever cut the line, listen again
                _log.warning("Waiting for news was interrupted: %s", error)
                self._stopped.wait(_RETRY_AFTER)
            finally:
                self._source.close()

    def stop(self) -> None:
        self._stopped.set()
        if self.is_alive() and threading.current_thread() is not self:
            self.join(timeout=2)


_board = _Switchboard()


def _forget_parent() -> None:
    global _board  # noqa: PLW0603 - a forked child has none of its parent's threads
    _board = _Switchboard()


os.register_at_fork(after_in_child=_forget_parent)


class Watch:
    """Waits for news of some topics; what happens between two waits is not missed. Use it as a context manager."""

    def __init__(self, *topics: Topic) -> None:
        self._topics = topics

    def __enter__(self) -> Self:
        self._board = _board
        self._board.open()
        self._seen = self._board.heard(self._topics) - 1  # the first wait returns at once: look before you wait
        return self

    def __exit__(self, *_: object) -> None:
        self._board.close()

    def _is_news(self) -> bool:
        return self._board.heard(self._topics) != self._seen

    def _note(self) -> bool:
        heard = self._board.heard(self._topics)
        is_news, self._seen = heard != self._seen, heard
        return is_news

    def wait(self, seconds: float) -> bool:
        """Sleep until there is news (True) or the time is over (False)."""
        with self._board.changed:
            self._board.changed.wait_for(self._is_news, timeout=seconds)
            return self._note()

    async def wait_async(self, seconds: float) -> bool:
        """Sleep likewise without holding a thread."""
        loop, rung = asyncio.get_running_loop(), asyncio.Event()

        def ring() -> None:
            with contextlib.suppress(RuntimeError):  # the loop may have been closed meanwhile
                loop.call_soon_threadsafe(rung.set)

        self._board.rings.add(ring)
        try:
            async with asyncio.timeout(seconds):
                while not self._is_news():
                    await rung.wait()
                    rung.clear()
        except TimeoutError:
            pass
        finally:
            self._board.rings.discard(ring)
        return self._note()


def ring(topic: Topic | None = None) -> None:
    """Wake those who wait in this process, at once; without a topic, all of them."""
    _board.ring(topic)


def notify(topic: Topic) -> None:
    """Wake those who wait for a topic, here and elsewhere, once the running transaction has committed."""
    announce = _ANNOUNCEMENTS[topic]
    current = set(connection.savepoint_ids)
    if not any(waiting[1] is announce and waiting[0] <= current for waiting in connection.run_on_commit):
        transaction.on_commit(announce, robust=True)  # what is committed is not made to look failed


def _announcement(topic: Topic) -> Callable[[], None]:
    def announce() -> None:
        ring(topic)
        # Not within the transaction: NOTIFY there makes all commits of the server wait for one another.
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify(%s, %s)", [_CHANNEL, topic.value])

    return announce


_ANNOUNCEMENTS = {topic: _announcement(topic) for topic in Topic}
