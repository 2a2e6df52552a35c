"""P1 to P3: matters in departments: the scan of timers, the stage board, and what a department owes."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial

from balcao.testing.servers import Operator
from benchmarks.client import Answer, Browser, side_by_side
from benchmarks.corpus import EMAIL, PASSWORD
from benchmarks.report import Measured
from benchmarks.stage import Desk, desk, filled

_TIMES = 100
_PAGES = {"P2-board": "/stages/", "P3-owed": "/in/stages/"}


def measure(engine: str, sizes: Sequence[int], wanted: set[str]) -> Iterator[Measured]:
    """Measure with few and with many running processes, both desks asked in turn."""
    with ExitStack() as open_ones:
        houses = [open_ones.enter_context(filled(engine, size, "processes")) for size in sizes]
        if wanted & {"P2", "P3"}:
            yield from _shown(engine, sizes, houses, wanted, open_ones)
        if "P1" in wanted:  # last: it makes timers due
            for size, house in zip(sizes, houses, strict=True):
                yield from _scanned(engine, size, house)


def _scanned(engine: str, size: int, house: Operator) -> Iterator[Measured]:
    command = [sys.executable, "-m", "benchmarks.ticking"]
    done = subprocess.run(command, env=house.environment, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    yield Measured("P1-idle", engine, found["idle"], size)
    yield Measured("P1-firing", engine, found["firing"], size)


def _shown(
    engine: str, sizes: Sequence[int], houses: Sequence[Operator], wanted: set[str], open_ones: ExitStack
) -> Iterator[Measured]:
    running: list[Desk] = [open_ones.enter_context(desk(house)) for house in houses]
    browsers = [Browser(one.address) for one in running]
    for browser in browsers:
        browser.log_in(EMAIL, PASSWORD)
    for key, address in _PAGES.items():
        if key.partition("-")[0] not in wanted:
            continue
        notes = [f"{len(_expect(browser.get(address)).body) // 1024} kB" for browser in browsers]
        pairs = [(partial(browser.get, address), one.web) for browser, one in zip(browsers, running, strict=True)]
        for size, found, note in zip(sizes, side_by_side(pairs, times=_TIMES), notes, strict=True):
            yield Measured(key, engine, found.p50, size, found.p95, found.cpu, note)


def _expect(answer: Answer) -> Answer:
    if answer.status != 200:
        raise RuntimeError(f"The desk answered with {answer.status}: {answer.body[:500]}")
    return answer
