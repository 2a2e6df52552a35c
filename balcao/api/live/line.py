"""One open page and the line to it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator, MutableMapping
from typing import Any

from balcao.api.live.types import Close, Viewer

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Coroutine[Any, Any, None]]

_MOST_WAITING = 1000  # messages for a page that reads too slowly


class _Rest:
    """The rest of a coroutine that was started outside a task and has to wait for something."""

    def __init__(self, waits_for: Any, rest: Coroutine[Any, Any, None]) -> None:
        self._waits_for, self._rest = waits_for, rest

    def __await__(self) -> Generator[Any, Any, None]:
        yield self._waits_for
        yield from self._rest.__await__()


class Line:
    """Sends without waiting: at ten thousand open pages a task for each message would cost more than the message."""

    __slots__ = (
        "_send",
        "_sending",
        "_waiting",
        "is_away",
        "is_open",
        "position",
        "reading",
        "said",
        "viewer",
        "watched",
    )

    def __init__(self, viewer: Viewer, send: Send) -> None:
        self.viewer = viewer
        self.position = 0  # everything up to here was sent or is not for this page
        self.is_open = True
        self.is_away = False
        self.reading: int | None = None
        self.watched: frozenset[int] = frozenset()
        self.said = 0  # messages from the page since the last beat
        self._send = send
        self._sending: asyncio.Task[None] | None = None
        self._waiting: deque[Message] | None = None

    def post(self, text: str) -> None:
        """Send a text now, or in order after those that still wait."""
        self._post({"type": "websocket.send", "text": text})

    def close(self, code: Close) -> None:
        """End the connection after what was posted."""
        if self.is_open:
            self._post({"type": "websocket.close", "code": int(code)})
            self.is_open = False

    def _post(self, message: Message) -> None:
        if not self.is_open:
            return
        if self._sending is not None:
            self._queue(message)
            return
        sending = self._send(message)
        try:
            waits_for = sending.send(None)
        except StopIteration:
            return
        except Exception:  # noqa: BLE001 - the page is gone: its own task will notice and tidy up
            self.is_open = False
            return
        self._sending = asyncio.ensure_future(self._finish(_Rest(waits_for, sending)))

    def _queue(self, message: Message) -> None:
        self._waiting = deque() if self._waiting is None else self._waiting
        self._waiting.append(message)
        if len(self._waiting) > _MOST_WAITING:
            self._waiting.clear()
            self._waiting.append({"type": "websocket.close", "code": int(Close.TOO_SLOW)})
            self.is_open = False

    async def _finish(self, rest: Awaitable[None]) -> None:
        try:
            await rest
            while self._waiting:
                await self._send(self._waiting.popleft())
        except Exception:  # noqa: BLE001 - as above
            self.is_open = False
        finally:
            self._sending = self._waiting = None
