"""A page that reads slowly holds up nobody, and gets its messages in order."""

import asyncio
from typing import Any

from balcao.api.live import line as lines
from balcao.api.live.line import Line
from balcao.api.live.types import Close, Sight, Viewer

ANA = Viewer(agent=1, name="Ana", sight=Sight(shops=frozenset({1})))


class Wire:
    """What an ASGI server gives us to send with; its buffer is full until it is let go."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.free = asyncio.Event()
        self.is_cut = False

    async def send(self, message: Any) -> None:
        await self.free.wait()
        if self.is_cut:
            raise OSError("The page is gone.")
        self.sent.append(message.get("text") or message["code"])


def test_what_can_leave_leaves_at_once() -> None:
    async def main() -> list[Any]:
        wire = Wire()
        wire.free.set()
        line = Line(ANA, wire.send)
        line.post("one")
        line.post("two")
        return wire.sent  # nothing was awaited

    assert asyncio.run(main()) == ["one", "two"]


def test_what_has_to_wait_leaves_in_order_and_so_does_what_follows() -> None:
    async def main() -> list[Any]:
        wire = Wire()
        line = Line(ANA, wire.send)
        for text in ("one", "two", "three"):
            line.post(text)
        assert wire.sent == []
        wire.free.set()
        await asyncio.sleep(0.05)
        line.post("four")
        line.close(Close.LOGGED_OUT)
        line.post("too late")
        await asyncio.sleep(0)
        return wire.sent

    assert asyncio.run(main()) == ["one", "two", "three", "four", 4401]


def test_a_page_that_never_reads_is_given_up() -> None:
    async def main() -> tuple[list[Any], bool]:
        wire = Wire()
        line = Line(ANA, wire.send)
        for number in range(lines._MOST_WAITING + 2):
            line.post(str(number))
        was_open = line.is_open
        wire.free.set()
        await asyncio.sleep(0.05)
        return wire.sent, was_open

    assert asyncio.run(main()) == (["0", int(Close.TOO_SLOW)], False)


def test_a_page_that_is_gone_is_noticed_and_hurts_nobody() -> None:
    async def main() -> tuple[bool, bool]:
        at_once, later = Wire(), Wire()
        at_once.is_cut = later.is_cut = True
        at_once.free.set()
        first, second = Line(ANA, at_once.send), Line(ANA, later.send)
        first.post("one")
        second.post("one")
        later.free.set()
        await asyncio.sleep(0.01)
        return first.is_open, second.is_open

    assert asyncio.run(main()) == (False, False)
