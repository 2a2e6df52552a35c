"""The sealed journal as it grows: read once by this process, told to all who listen, replayed to who was away."""

import asyncio
import logging
import os
import secrets
import socket
from collections import deque
from collections.abc import Callable

from balcao.api.live import rules
from balcao.api.live.threads import in_thread
from balcao.api.live.types import Sealed
from balcao.journal import actions, queries
from balcao.journal.models import Entry
from balcao.kit import wake
from balcao.pipeline.sealing import seal_now

WINDOW = 2000  # entries kept in memory for pages that come back
MOST_REPLAYED = 500  # entries; whoever missed more fetches the page anew
_BATCH = 500
_LOOK_EVERY = 2.0  # seconds, should a wake-up get lost
_PAUSE_AFTER_ERROR = 1.0

log = logging.getLogger(__name__)

Listener = Callable[[list[Sealed]], None]


def as_sealed(entry: Entry) -> Sealed:
    """Write a stored entry for the page."""
    return rules.sealed(
        position=entry.position or 0,
        name=entry.name,
        at=entry.at,
        shop=entry.shop_id,
        actor=(entry.actor_kind, entry.actor_id),
        subjects=[(subject.kind, subject.subject_id) for subject in entry.subjects.all()],
        facts=entry.facts,
    )


def read_after(position: int, *, limit: int = _BATCH) -> list[Sealed]:
    """Read sealed entries after a position."""
    return [as_sealed(entry) for entry in queries.entries_after(position, limit=limit)]


class Feed:
    """Follows the journal and calls its listeners with what is new, in order."""

    def __init__(self) -> None:
        self.position = 0
        self._window: deque[Sealed] = deque(maxlen=WINDOW)
        self._listeners: list[Listener] = []
        self._moved = asyncio.Event()
        self._name = f"live {socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(3)}"

    def listen(self, listener: Listener) -> None:
        """Call a function with every batch of new entries."""
        self._listeners.append(listener)

    async def start(self) -> None:
        """Begin at the end of the journal."""
        self.position = await in_thread(queries.head_position)

    async def follow(self) -> None:
        """Read on for ever; whatever goes wrong, go on."""
        with wake.Watch(wake.Topic.JOURNAL, wake.Topic.SEALED) as watch:
            while True:
                try:
                    while await self.step():
                        pass
                    await watch.wait_async(_LOOK_EVERY)
                except Exception:
                    log.exception("Reading the journal failed; trying again")
                    await asyncio.sleep(_PAUSE_AFTER_ERROR)

    async def step(self) -> bool:
        """Seal if it is this process's turn, read what is new and tell it; return whether there may be more."""
        entries = await in_thread(self._read)
        if entries:
            self.position = entries[-1].position
            self._window.extend(entries)
            for listener in self._listeners:
                listener(entries)
            moved, self._moved = self._moved, asyncio.Event()
            moved.set()
        return len(entries) == _BATCH

    def _read(self) -> list[Sealed]:
        seal_now(worker=self._name)
        return read_after(self.position)

    async def since(self, position: int) -> list[Sealed] | None:
        """Return the entries after a position up to now, oldest first; None if they are too many."""
        missed = self.position - position
        if missed <= 0:
            return []
        if missed > MOST_REPLAYED:
            return None
        if self._window and self._window[0].position <= position + 1:
            return [entry for entry in self._window if entry.position > position]
        return await in_thread(read_after, position)

    async def wait(self, seconds: float) -> None:
        """Sleep until there is something new or the time is over."""
        moved = self._moved
        try:
            async with asyncio.timeout(seconds):
                await moved.wait()
        except TimeoutError:
            pass

    async def stop(self) -> None:
        """Let another process seal at once."""
        await in_thread(actions.release_sealer, worker=self._name)
