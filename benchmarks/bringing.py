"""O2: a shop's file of orders brought into the order book by `balcao orders import`, and the memory that this takes."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from balcao.testing.servers import MissingServer, Operator
from benchmarks.bought import write_file
from benchmarks.client import clock
from benchmarks.report import Measured
from benchmarks.stage import KEPT, empty, prepare

COUNT = 100_000
_LOOKS = 0.1  # seconds between two looks at the memory


def measure(engine: str) -> Iterator[Measured]:
    """Measure the first time, the same file again, and the most memory that the process had."""
    with _file(COUNT) as (path, rows), empty(engine) as operator:
        prepare(operator, "shop", 1)
        first = _run(operator, path)
        again = _run(operator, path)
    note = f"{rows:,} rows; the same file again {COUNT / again.seconds:,.0f}/s"
    yield Measured("O2-import", engine, COUNT / first.seconds, COUNT, cpu=first.cpu * 1000 / COUNT, note=note)
    note = f"{first.shown:.0f} MB with the pages of the database that it maps"
    yield Measured("O2-memory", engine, first.own, COUNT, note=note)


@contextmanager
def _file(count: int) -> Iterator[tuple[Path, int]]:
    """Give a file of so many orders, and how many rows it has."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="orders-", dir=KEPT) as folder:
        path = Path(folder) / "pedidos.csv"
        yield path, write_file(path, count)


@dataclass(frozen=True, slots=True)
class _Used:
    """What a process took: seconds on the clock and of CPU, and the most memory in MB: its own, and all it showed."""

    seconds: float
    cpu: float
    own: float
    shown: float


def _run(operator: Operator, path: Path) -> _Used:
    command = [sys.executable, "-m", "balcao.cli", "orders", "import", str(path), "--json"]
    own, status, pid = 0.0, 0, 0
    with clock() as passed:
        process = subprocess.Popen(command, env=operator.environment, stdout=subprocess.DEVNULL)
        while not pid:
            own = max(own, _anonymous(process.pid))
            time.sleep(_LOOKS)
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
        seconds = passed()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise MissingServer(f"{command} ended with {process.returncode}.")
    return _Used(seconds, used.ru_utime + used.ru_stime, own, used.ru_maxrss / 1024)


def _anonymous(pid: int) -> float:
    """Return the memory that is a process's own in MB; the pages of the database that SQLite maps are the kernel's."""
    found = re.search(r"^RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
