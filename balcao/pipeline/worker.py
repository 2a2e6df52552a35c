"""The worker: one process that does what is due, in threads, and sleeps until it is woken."""

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import OperationalError, close_old_connections
from django.utils import timezone

from balcao.automation.actions import ruling as runs
from balcao.commerce.actions import files
from balcao.commerce.actions import refreshing as copies
from balcao.jobs import actions as jobs
from balcao.jobs import backend
from balcao.kit import wake
from balcao.kit.db import is_postgres
from balcao.pipeline import (
    clock,
    followers,
    inbound,
    late_shipments,
    notice_mails,
    orders,
    outbound,
    poll,
    refreshing,
    ruling,
    sealing,
    timers,
    webhooks,
)
from balcao.pipeline.stages import doing, outlook
from balcao.webhooks.actions import delivering

CLOCK_EVERY = timedelta(seconds=5)
_SWEEP = 2.0  # seconds: what becomes due by time alone is found this soon
_LOOK = 15.0  # seconds: what the other threads look for by themselves, should a wake-up get lost
_RENEW_EVERY = 20.0
_POST_EVERY = 5.0
_PAUSE_AFTER_ERROR = 1.0
_GRACE = 10.0  # seconds for what is being done when told to stop

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """One turn: who works, and when it is."""

    worker: str
    now: datetime


Source = Callable[[Work], int]


def _tell_time(work: Work) -> int:
    if not jobs.hold(duty="clock", worker=work.worker, now=work.now, lasting=CLOCK_EVERY * 4):
        return 0
    if work.now.minute == 0:  # nobody minds when exactly
        jobs.prune(now=work.now)
        copies.prune(now=work.now)
        files.prune(now=work.now)
        delivering.prune(now=work.now)
        runs.prune(now=work.now)
    return clock.run_due(now=work.now) + late_shipments.run_due(now=work.now) + outlook.run_due(now=work.now)


def _fire_timers(work: Work) -> int:
    if not jobs.hold(duty="timers", worker=work.worker, now=work.now, lasting=CLOCK_EVERY * 4):
        return 0
    return timers.run_due(now=work.now) + ruling.fire_due(now=work.now)


# What there is to do, in the order of a turn; each does a limited part and returns how much.
SOURCES: tuple[Source, ...] = (
    lambda work: inbound.run_due(worker=work.worker, now=work.now),
    lambda work: outbound.run_due(worker=work.worker, now=work.now),
    lambda work: orders.run_due(worker=work.worker, now=work.now),
    lambda work: followers.run_due(now=work.now),
    lambda work: doing.run_due(worker=work.worker, now=work.now),
    lambda work: ruling.run_due(now=work.now),
    lambda work: backend.run_due(worker=work.worker),
)


@dataclass
class Worker:
    """Threads that take turns at the sources until told to stop."""

    threads: int
    name: str = field(default_factory=lambda: f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(3)}")
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Work until `stop` is called; then let what was begun come to its end."""
        labourers = [self._thread(self._labour, number) for number in range(self.threads)]
        sealer = self._thread(lambda: sealing.keep_sealing(worker=self.name, stopping=self.stopping))
        poster = self._thread(self._post)
        watcher = self._thread(poll.Watcher(worker=self.name, stopping=self.stopping).run)
        refresher = self._thread(refreshing.Refresher(worker=self.name, stopping=self.stopping).run)
        sender = self._thread(webhooks.Sender(worker=self.name, stopping=self.stopping).run)
        while not self.stopping.wait(_RENEW_EVERY):
            self._try(lambda: jobs.renew(worker=self.name, now=timezone.now()))
            close_old_connections()
        deadline = time.monotonic() + _GRACE
        for thread in [*labourers, sealer, watcher, poster, refresher, sender]:
            thread.join(max(deadline - time.monotonic(), 0))
        self._try(self._hand_back)
        close_old_connections()

    def stop(self) -> None:
        """Ask the worker to stop; safe to call from a signal or another thread."""
        # Not in this thread: a signal may have interrupted it while it held one of the locks.
        threading.Thread(target=self._stop, daemon=True).start()

    def _stop(self) -> None:
        self.stopping.set()
        wake.ring()

    def _thread(self, target: Callable[..., None], *args: int) -> threading.Thread:
        thread = threading.Thread(target=target, args=args, daemon=True)
        thread.start()
        return thread

    def _labour(self, number: int) -> None:
        # The first thread sweeps and tells the time, the others only lend a hand when there is news.
        is_first = number == 0
        due = _Every(CLOCK_EVERY)
        with wake.Watch(wake.Topic.WORK, wake.Topic.SEALED) as watch:
            while not self.stopping.is_set():
                done = self.turn()
                if is_first and due.is_now():
                    for duty in (_fire_timers, _tell_time):
                        done += self._try(partial(duty, Work(self.name, timezone.now())))
                if not done:
                    close_old_connections()
                    watch.wait(_SWEEP if is_first else _LOOK)
        close_old_connections()

    def _post(self) -> None:
        # A thread of its own: a mail server that takes its time keeps only notices waiting.
        while not self.stopping.wait(_POST_EVERY):
            self._try(lambda: notice_mails.run_due(now=timezone.now()))
            close_old_connections()

    def turn(self) -> int:
        """Ask every source once; return how much was done."""
        done = 0
        for source in SOURCES:
            if not self.stopping.is_set():
                done += self._try(partial(source, Work(self.name, timezone.now())))
        return done

    def _try(self, deed: Callable[[], int]) -> int:
        try:
            return deed()
        except OperationalError as error:  # the database is away or busy: one line says it
            log.error("The database does not answer; trying again: %s", error)  # noqa: TRY400
        except Exception:
            log.exception("A turn of the worker failed; going on")
        close_old_connections()
        self.stopping.wait(_PAUSE_AFTER_ERROR)
        return 0

    def _hand_back(self) -> int:
        jobs.drop_duties(worker=self.name)
        return jobs.release(worker=self.name, now=timezone.now())


class _Every:
    """Says when a span of time has passed again."""

    def __init__(self, span: timedelta) -> None:
        self._span, self._next = span.total_seconds(), 0.0

    def is_now(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._span
        return True


def run(*, threads: int = 0) -> None:
    """Work in this process until SIGTERM or SIGINT; `threads` 0: four on PostgreSQL, two on SQLite."""
    worker = Worker(threads=threads or (4 if is_postgres() else 2))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    log.info("Worker %s works in %s threads.", worker.name, worker.threads)
    worker.run()
