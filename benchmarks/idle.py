"""W7: how soon the desk is open, and the memory of all its processes while nothing happens."""

import time
from collections.abc import Iterator

from benchmarks.client import Browser, clock, memory
from benchmarks.report import Measured
from benchmarks.stage import desk, empty

_SETTLED = 5.0  # seconds
_STARTS = 3


def measure(engine: str) -> Iterator[Measured]:
    """Measure a desk on an empty database, its login page shown once."""
    starts = []
    with empty(engine) as operator:
        for _ in range(_STARTS):
            with clock() as passed, desk(operator) as running:
                Browser(running.address).get("/account/login/")
                starts.append(passed())
                time.sleep(_SETTLED)
                used = memory(running.pid)
    yield Measured("W7-memory", engine, used, note="pages, live and worker together")
    yield Measured("W7-start", engine, min(starts), note=f"best of {_STARTS}, to the first page")
