"""Events leave: what a follower made of the journal is claimed, signed, sent, and settled.

It arrives at least once, always under the same id: whoever dies between the answer and the note of it sends again.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import close_old_connections
from django.utils import timezone

from balcao.journal.models import Entry
from balcao.kit import wake
from balcao.kit.http import FetchError, fetch
from balcao.pipeline.steps import reached
from balcao.webhooks.actions import delivering
from balcao.webhooks.models import Delivery
from balcao.webhooks.queries import policy, sealed
from balcao.webhooks.rules.retrying import wished
from balcao.webhooks.types import Answer

AT_ONCE = 8  # deliveries under way from one worker
_SHOWN = 500  # characters of an answer that are kept
_LOOK = 2.0  # seconds: what becomes due by time alone is found this soon
_PAUSE = 0.1  # between two looks, however often we are woken

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]


def follow(entries: Sequence[Entry], now: datetime) -> None:
    """Make the deliveries that entries lead to."""
    delivering.make(entries=entries, now=now)


def run_due(*, worker: str, now: datetime, limit: int = AT_ONCE, clock: Clock = timezone.now) -> int:
    """Send what is due, one after another; return how much was taken up."""
    claimed = delivering.claim(worker=worker, now=now, limit=limit)
    for delivery in claimed:
        deliver(delivery=delivery, clock=clock)
    return len(claimed)


def deliver(*, delivery: Delivery, clock: Clock) -> None:
    """Send one claimed delivery and write down what came of it."""
    reached("webhook.claimed")
    answer = _answer_to(delivery, clock)
    reached("webhook.sent")
    delivering.settle(delivery=delivery, answer=answer, now=clock())
    reached("webhook.settled")


def _answer_to(delivery: Delivery, clock: Clock) -> Answer:
    began = time.monotonic()
    try:
        message = sealed(delivery, now=clock())
        got = fetch(message.url, method="POST", headers=message.headers, content=message.body, policy=policy())
    except FetchError as error:
        return Answer(None, fault=str(error), took=_since(began))
    except Exception as error:  # its own fault stops no other delivery
        log.exception("Delivery %s could not be sent", delivery.pk)
        return Answer(None, fault=type(error).__name__, took=_since(began))
    text = got.content.decode(errors="replace").replace("\0", "")[:_SHOWN]
    later = wished(got.headers.get("retry-after", ""), now=clock())
    return Answer(got.status, text=text, took=_since(began), retry_after=later)


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


@dataclass
class Sender:
    """Sends what is due, several at once, apart from all other work: the other side may take its time."""

    worker: str
    stopping: threading.Event
    clock: Clock = timezone.now
    _free: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))

    def run(self) -> None:
        """Send until told to stop; call it in a thread of its own."""
        with wake.Watch(wake.Topic.WORK) as watch:
            while not self.stopping.is_set():
                begun = 0
                try:
                    begun = self.look()
                except Exception:
                    log.exception("Looking for webhooks to send failed; trying again")
                close_old_connections()
                if not self.stopping.wait(_PAUSE) and not begun:
                    watch.wait(_LOOK)

    def look(self) -> int:
        """Begin to send what is due, as far as there are hands; return how much was begun."""
        hands = 0
        while hands < AT_ONCE and self._free.acquire(blocking=False):
            hands += 1
        claimed: list[Delivery] = []
        try:
            if hands:
                claimed = delivering.claim(worker=self.worker, now=self.clock(), limit=hands)
        finally:
            for _unneeded in range(hands - len(claimed)):
                self._free.release()
        for delivery in claimed:
            threading.Thread(target=self._deliver, args=(delivery,), daemon=True).start()
        return len(claimed)

    def _deliver(self, delivery: Delivery) -> None:
        try:
            deliver(delivery=delivery, clock=self.clock)
        except Exception:
            log.exception("Delivery %s could not be settled; its lease tells when it is tried again", delivery.pk)
        finally:
            close_old_connections()
            self._free.release()
            wake.ring(wake.Topic.WORK)  # there is a free hand again
