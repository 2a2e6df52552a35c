"""All open pages of this process, and the entries, colleagues and heartbeats that go out to them."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable

from django.conf import settings

from balcao.api.live import rules, viewers
from balcao.api.live.colleagues import Counter, Tickets
from balcao.api.live.feed import Feed
from balcao.api.live.line import Line
from balcao.api.live.relay import Relay
from balcao.api.live.threads import in_thread
from balcao.api.live.types import Close, Sealed, Sight, Viewer

STORM = 50  # entries at once: one reload serves an open page better than each of them
BEAT_EVERY = 25.0  # seconds
RENEW_EVERY = 60.0  # seconds between two looks at the sessions of open pages
_TICK = 1.0
_GRACE = 3.0
_AT_ONCE = 200  # sessions looked at in one go

log = logging.getLogger(__name__)


class Hub:
    """Knows every open page by what its agent may see."""

    def __init__(self) -> None:
        self.feed = Feed()
        self.tickets = Tickets()
        self.counter = Counter()
        self._relay = Relay(settings.REDIS_URL, self.tickets, self.counter) if settings.REDIS_URL else None
        self._groups: dict[Sight, set[Line]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []
        self._begun: asyncio.Future[None] | None = None
        self._beat_turn = 0

    async def begin(self) -> None:
        """Start to follow the journal, at the first page that asks for it."""
        if self._begun is None:
            self._begun = asyncio.ensure_future(self._begin())
        try:
            await asyncio.shield(self._begun)
        except Exception:
            self._begun = None  # the next page tries again
            raise

    async def _begin(self) -> None:
        await self.feed.start()
        self.feed.listen(self._tell)
        self._tasks = [
            asyncio.create_task(self.feed.follow()),
            asyncio.create_task(self._repeat(_TICK, self._tick)),
            asyncio.create_task(self._repeat(RENEW_EVERY, self._renew_all)),
        ]
        if self._relay:
            self._tasks.append(asyncio.create_task(self._relay.run()))

    async def end(self) -> None:
        """Stop following; the server closes the connections."""
        if self._relay:
            self._relay.end()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_GRACE)
        if self._begun is not None:
            await self.feed.stop()

    def join(self, line: Line) -> None:
        """Let a page that has caught up hear all that comes."""
        self._groups[line.viewer.sight].add(line)
        self.counter.join(line)
        line.post(self.counter.whole(line.viewer.sight))

    def leave(self, line: Line) -> None:
        """Forget a page."""
        line.is_open = False
        group = self._groups.get(line.viewer.sight, set())
        if line not in group:
            return
        group.discard(line)
        if not group:
            del self._groups[line.viewer.sight]
        self.counter.leave(line)
        left = self.tickets.leave(line)
        if left is not None:
            self.tickets.tell(left)

    def __len__(self) -> int:
        return sum(len(group) for group in self._groups.values())

    def _tell(self, entries: list[Sealed]) -> None:
        if len(entries) > STORM:
            self._tell_all(entries[-1].position, rules.encode({"type": "refetch", "position": entries[-1].position}))
        else:
            for entry in entries:
                self._tell_one(entry)
        concerned = {a for e in entries if e.name.startswith("agent.") for a in e.about.get("agent", ())}
        for agent in concerned:
            for line in self.counter.lines_of(agent):
                asyncio.ensure_future(self._renew([line]))  # noqa: RUF006 - it ends by itself and nobody waits for it

    def _tell_one(self, entry: Sealed) -> None:
        if rules.is_personal(entry) or not entry.shop:
            self._tell_named(entry)
            return
        for sight, group in self._groups.items():
            if sight.sees_shop(entry.shop):
                self._post(group, entry.position, entry.text)

    def _tell_named(self, entry: Sealed) -> None:
        for sight, group in self._groups.items():
            seen = [line for line in group if rules.is_seen(entry, agent=line.viewer.agent, sight=sight)]
            self._post(seen, entry.position, entry.text)

    def _tell_all(self, position: int, text: str) -> None:
        for group in self._groups.values():
            self._post(group, position, text)

    @staticmethod
    def _post(lines: "set[Line] | list[Line]", position: int, text: str) -> None:
        for line in lines:
            if line.position < position:
                line.position = position
                line.post(text)

    async def _tick(self) -> None:
        self._tell_presence()
        for ticket in self.tickets.expired(now=time.monotonic()):
            self.tickets.tell(ticket)
        self._beat()

    def _tell_presence(self) -> None:
        changed, gone = self.counter.take_changes()
        if not changed and not gone:
            return
        if self._relay:
            self._relay.tell_people()
        for sight, group in self._groups.items():
            text = self.counter.message(changed, gone, sight)
            if text:
                for line in group:
                    line.post(text)

    def _beat(self) -> None:
        # A share of the pages each second, so that no beat ever holds up an entry.
        turns = int(BEAT_EVERY / _TICK)
        self._beat_turn = (self._beat_turn + 1) % turns
        text = rules.encode({"type": "beat", "position": self.feed.position})
        for group in self._groups.values():
            for line in group:
                if id(line) // 64 % turns == self._beat_turn:
                    line.said = 0
                    line.post(text)

    async def _renew_all(self) -> None:
        lines = [line for group in self._groups.values() for line in group]
        for start in range(0, len(lines), _AT_ONCE):
            await self._renew(lines[start : start + _AT_ONCE])

    async def _renew(self, lines: list[Line]) -> None:
        found = await in_thread(viewers.viewers_of, {line.viewer.session for line in lines})
        for line in lines:
            if line.is_open:
                self._apply(line, found.get(line.viewer.session))

    def _apply(self, line: Line, viewer: Viewer | None) -> None:
        if viewer is None:
            line.close(Close.LOGGED_OUT)
            self.leave(line)
        elif viewer != line.viewer:
            self.leave(line)
            line.viewer, line.is_open = viewer, True
            self.join(line)
            line.post(rules.encode({"type": "refetch", "position": line.position}))

    async def _repeat(self, seconds: float, deed: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await deed()
            except Exception:
                log.exception("The live server stumbled; going on")
