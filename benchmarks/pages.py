"""W2 to W5: what an agent waits for all day, against the running desk, one request after another."""

import re
from collections.abc import Callable, Iterator
from itertools import count

from benchmarks.client import Answer, Browser, Latencies, latencies
from benchmarks.corpus import COMMON, EMAIL, FIRST_NUMBER, LONG_TICKET, PASSWORD, RARE
from benchmarks.report import Measured
from benchmarks.stage import Desk, desk, filled

_TIMES = 100
_ROWS = 50
_ROW = re.compile(r'<a class="row[ "]')
_MORE = re.compile(r'hx-get="([^"]*after=[^"]*)"')


def measure(engine: str, size: int, wanted: set[str]) -> Iterator[Measured]:
    """Measure the pages on so many tickets."""
    with filled(engine, size) as operator, desk(operator) as running:
        browser = Browser(running.address)
        browser.log_in(EMAIL, PASSWORD)
        for name, measures in _MEASURES.items():
            if name in wanted:
                yield from measures(engine, size, running, browser)


def _inbox(engine: str, size: int, running: Desk, browser: Browser) -> Iterator[Measured]:
    page = _expect(browser.get("/in/ours/"), rows=_ROWS)
    found = _timed(running, lambda: browser.get("/in/ours/"))
    yield Measured("W2-page", engine, found.cpu, size, found.p95, found.cpu, f"p50 {found.p50:.1f} ms")
    more = _MORE.search(page.body)
    address = more[1].replace("&amp;", "&") if more else "/in/ours/"
    _expect(browser.get(address, HX_Request="true"), rows=_ROWS)
    found = _timed(running, lambda: browser.get(address, HX_Request="true"))
    yield Measured("W2-fragment", engine, found.cpu, size, found.p95, found.cpu, f"p50 {found.p50:.1f} ms")


def _ticket(engine: str, size: int, running: Desk, browser: Browser) -> Iterator[Measured]:
    address = f"/tickets/{FIRST_NUMBER + size}/"
    said = _expect(browser.get(address)).body.count("<article")
    found = _timed(running, lambda: browser.get(address))
    panes = _timed(running, lambda: browser.get(address, HX_Request="true", HX_Target="work"))
    note = f"{said} of {LONG_TICKET} messages, with the list beside it; without, {panes.p50:.1f} ms"
    yield Measured("W3", engine, found.p50, size, found.p95, found.cpu, note)


def _reply(engine: str, size: int, running: Desk, browser: Browser) -> Iterator[Measured]:
    numbers = count(FIRST_NUMBER + 1)

    def answer() -> None:
        sent = browser.post(f"/tickets/{next(numbers)}/reply/", {"text": "Obrigada, já enviamos.", "then": "send"})
        _expect(sent, status=302)
        browser.cookies.pop("messages", None)  # an agent's browser goes on to a page that says so and forgets it

    found = _timed(running, answer)
    yield Measured("W4", engine, found.p50, size, found.p95, found.cpu, f"{1000 / found.p50:.0f}/s one after another")


def _search(engine: str, size: int, running: Desk, browser: Browser) -> Iterator[Measured]:
    for key, word in (("W5-rare", RARE), ("W5-common", COMMON)):
        page = _expect(browser.get(f"/search/?q={word}"))
        rows = len(_ROW.findall(page.body))
        found = _timed(running, lambda word=word: browser.get(f"/search/?q={word}"))
        yield Measured(key, engine, found.p50, size, found.p95, found.cpu, f"{rows} rows")


_MEASURES: dict[str, Callable[[str, int, Desk, Browser], Iterator[Measured]]] = {
    "W2": _inbox,
    "W3": _ticket,
    "W5": _search,
    "W4": _reply,  # last, for it changes what the others see
}


def _timed(running: Desk, deed: Callable[[], object]) -> Latencies:
    return latencies(deed, times=_TIMES, server=running.web)


def _expect(answer: Answer, *, status: int = 200, rows: int = 0) -> Answer:
    if answer.status != status:
        raise RuntimeError(f"The desk answered with {answer.status}: {answer.body[:500]}")
    shown = len(_ROW.findall(answer.body))
    if rows and shown != rows:
        raise RuntimeError(f"The list shows {shown} rows, not {rows}.")
    return answer
