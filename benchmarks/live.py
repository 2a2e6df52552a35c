"""W8: from a change to the screens: one page at a time, and one change on thousands of open pages."""

import asyncio
import base64
import os
import resource
import time
from collections.abc import Iterator
from http import HTTPStatus
from itertools import cycle
from urllib.parse import urlsplit

from benchmarks.client import Browser, memory, percentile
from benchmarks.corpus import EMAIL, FIRST_NUMBER, PASSWORD
from benchmarks.report import Measured
from benchmarks.stage import Desk, desk, filled

SIZE = 2000  # tickets
_CROWDS = (2000, 10_000)
_CHANGES = 50
_BROADCASTS = 7
_AT_ONCE = 100  # pages that open together
_PATIENCE = 30.0  # seconds
_FILES_BESIDE = 200  # that this process has open for other things
_TEXT, _PING, _PONG = 0x81, b"\x89", 0x8A  # first bytes of frames (RFC 6455, 5.2)
_ENTRY = b'"name":"ticket.priority.changed"'


class Page(asyncio.Protocol):
    """A WebSocket as plain as can be, so that it is the server that is measured."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.is_open = asyncio.get_running_loop().create_future()
        self.heard: list[float] = []  # when changes arrived

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands as a page of ours would."""
        self.transport = transport
        where = urlsplit(self._browser.address).netloc
        cookies = "; ".join(f"{name}={value}" for name, value in self._browser.cookies.items())
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(  # type: ignore[attr-defined] # asyncio gives us a transport that can write
            f"GET /live/socket HTTP/1.1\r\nHost: {where}\r\nOrigin: http://{where}\r\nCookie: {cookies}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Note when a change arrives; answer the server's pings, for it hangs up on a page that does not."""
        if _ENTRY in data:
            self.heard.append(time.perf_counter())
        elif data[:1] == _PING:
            self.transport.write(_frame(data[2 : 2 + data[1]], kind=_PONG))  # type: ignore[attr-defined] # as above
        elif data.startswith(b"HTTP/1.1 101"):
            self.transport.write(_frame(b"{}"))  # type: ignore[attr-defined] # as above
            self.is_open.set_result(None)


def _frame(words: bytes, *, kind: int = _TEXT) -> bytes:
    """Return a short frame; clients have to mask theirs, with zeros too."""
    return bytes([kind, 0x80 | len(words), 0, 0, 0, 0]) + words


def measure(engine: str) -> Iterator[Measured]:
    """Measure both, in one process as `balcao up` runs it."""
    for crowd in _CROWDS:
        if not _may_open(crowd):
            continue
        with filled(engine, SIZE) as operator, desk(operator) as running:
            browser = Browser(running.address)
            browser.log_in(EMAIL, PASSWORD)
            yield from asyncio.run(_measure(engine, running, browser, crowd))


def _may_open(crowd: int) -> bool:
    """Raise the limit of open files, if we may, for this process and those it starts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most >= crowd + _FILES_BESIDE


async def _measure(engine: str, running: Desk, browser: Browser, crowd: int) -> list[Measured]:
    priorities = cycle(["high", "normal"])
    alone = [await _open(browser, running)]
    found = []
    if crowd == _CROWDS[0]:
        times = [await _change(browser, alone, next(priorities)) for _ in range(_CHANGES)]
        note = f"p50 {percentile(times, 0.5):.0f} ms, from sending the form"
        found.append(Measured("W8-screen", engine, percentile(times, 0.95), note=note))
    before = memory(running.web)
    pages = alone
    while len(pages) < crowd:
        pages += await asyncio.gather(*(_open(browser, running) for _ in range(min(_AT_ONCE, crowd - len(pages)))))
    await asyncio.sleep(2)
    each = (memory(running.web) - before) * 1024 / crowd
    times = [await _change(browser, pages, next(priorities)) for _ in range(_BROADCASTS)]
    note = f"to the last page, from sending the form; slowest of {_BROADCASTS}: {max(times):.0f} ms"
    found.append(Measured(f"W8-{crowd}", engine, percentile(times, 0.5), note=note))
    found.append(Measured("W8-memory", engine, each, note=f"{crowd:,} pages, one process"))
    for page in pages:
        page.transport.close()
    return found


async def _open(browser: Browser, running: Desk) -> Page:
    where = urlsplit(running.address)
    loop = asyncio.get_running_loop()
    _, page = await loop.create_connection(lambda: Page(browser), where.hostname, where.port)
    await asyncio.wait_for(page.is_open, _PATIENCE)
    return page


async def _change(browser: Browser, pages: list[Page], priority: str) -> float:
    """Change a ticket's priority; return the milliseconds until the last page has heard of it."""
    await asyncio.sleep(0.2)
    for page in pages:
        page.heard.clear()
    begun = time.perf_counter()
    await asyncio.to_thread(_send, browser, priority)
    while not all(page.heard for page in pages):
        if time.perf_counter() - begun > _PATIENCE:
            deaf = sum(not page.heard for page in pages)
            raise RuntimeError(f"{deaf} of {len(pages)} pages heard nothing.")
        await asyncio.sleep(0.01)
    return (max(page.heard[0] for page in pages) - begun) * 1000


def _send(browser: Browser, priority: str) -> None:
    answer = browser.post(f"/tickets/{FIRST_NUMBER + 1}/priority/", {"priority": priority})
    if answer.status != HTTPStatus.FOUND:
        raise RuntimeError(f"The change was answered with {answer.status}.")
