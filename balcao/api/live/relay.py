"""Presence and typing between several live processes, by Redis; one process alone needs none of it."""

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from balcao.api.live import rules
from balcao.api.live.colleagues import Counter, Tickets
from balcao.api.live.types import Colleague, Deed, Mode, Sight

if TYPE_CHECKING:
    from redis.asyncio import Redis

CHANNEL = "balcao:live"
WHOLE_EVERY = 10.0  # seconds: heals what got lost, and shows that this process lives
FORGOTTEN_AFTER = 25.0
_PAUSE_AFTER_ERROR = 1.0

log = logging.getLogger(__name__)


class Relay:
    """Tells other processes what happens in the pages of this one, and hears of theirs."""

    def __init__(self, url: str, tickets: Tickets, counter: Counter) -> None:
        self._url, self._tickets, self._counter = url, tickets, counter
        self._node = secrets.token_hex(6)
        self._to_say: asyncio.Queue[str] = asyncio.Queue()
        self._heard_at: dict[str, float] = {}
        self._is_over = False
        tickets.on_news = self._tell_ticket

    async def run(self) -> None:
        """Speak and listen for ever; whatever goes wrong, go on."""
        from redis.asyncio import Redis

        while not self._is_over:  # a group of tasks may swallow its cancelling when one of them fails meanwhile
            try:
                async with Redis.from_url(self._url) as redis, asyncio.TaskGroup() as group:
                    group.create_task(self._speak(redis))
                    group.create_task(self._listen(redis))
                    group.create_task(self._say_all())
            except* Exception as errors:  # noqa: BLE001 - whatever cut the line, try again
                if not self._is_over:
                    log.warning("Redis is away, colleagues of other processes are not shown: %s", errors.exceptions[0])
                    await asyncio.sleep(_PAUSE_AFTER_ERROR)

    def end(self) -> None:
        """Let `run` end when it is cancelled."""
        self._is_over = True

    def tell_people(self) -> None:
        """Tell who has a page open here."""
        self._say(people=[_packed(colleague) for colleague in self._counter.here()])

    def _tell_ticket(self, ticket: int) -> None:
        self._say(tickets=_packed_tickets({ticket: self._tickets.here(ticket)}))

    def _say(self, **news: Any) -> None:
        if self._to_say.qsize() < 10_000:  # noqa: PLR2004 - the next whole state tells what a long absence dropped
            self._to_say.put_nowait(rules.encode({"node": self._node, **news}))

    async def _say_all(self) -> None:
        while True:
            self._say(tickets=_packed_tickets(self._tickets.all_here()), whole=True)
            self.tell_people()
            self._forget_the_silent()
            await asyncio.sleep(WHOLE_EVERY)

    async def _speak(self, redis: "Redis") -> None:
        while True:
            await redis.publish(CHANNEL, await self._to_say.get())

    async def _listen(self, redis: "Redis") -> None:
        async with redis.pubsub(ignore_subscribe_messages=True) as listening:
            await listening.subscribe(CHANNEL)
            async for message in listening.listen():
                self._hear(json.loads(message["data"]))

    def _hear(self, news: dict[str, Any]) -> None:
        node = news["node"]
        if node == self._node:
            return
        self._heard_at[node] = time.monotonic()
        if "tickets" in news:
            self._tickets.hear(node, _unpacked_tickets(news["tickets"]), whole=news.get("whole", False))
        if "people" in news:
            self._counter.hear(node, [_unpacked(packed) for packed in news["people"]])

    def _forget_the_silent(self) -> None:
        now = time.monotonic()
        for node in [node for node, at in self._heard_at.items() if now - at > FORGOTTEN_AFTER]:
            del self._heard_at[node]
            self._tickets.hear(node, {}, whole=True)
            self._counter.hear(node, [])


def _packed(colleague: Colleague) -> list[Any]:
    sight = colleague.sight
    return [colleague.agent, colleague.name, colleague.is_away, sorted(sight.shops), sight.every_shop]


def _unpacked(packed: list[Any]) -> Colleague:
    agent, name, is_away, shops, every_shop = packed
    return Colleague(agent, name, is_away, Sight(frozenset(shops), every_shop))


def _packed_tickets(tickets: Mapping[int, Iterable[Deed]]) -> dict[int, list[list[Any]]]:
    return {ticket: [[deed.agent, deed.name, deed.mode] for deed in deeds] for ticket, deeds in tickets.items()}


def _unpacked_tickets(tickets: dict[str, list[list[Any]]]) -> dict[int, tuple[Deed, ...]]:
    return {
        int(ticket): tuple(Deed(agent, name, Mode(mode)) for agent, name, mode in deeds)
        for ticket, deeds in tickets.items()
    }
