"""O2: a shop's file of orders brought into the order book by `balcao orders import`, and the memory that this takes."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from balcao.testing.servers import MissingServer, Operator
from benchmarks.bought import write_file
from benchmarks.client import clock
from benchmarks.report import Measured
from benchmarks.stage import KEPT, empty, prepare

COUNT = 100_000


def measure(engine: str) -> Iterator[Measured]:
    """Measure the first time, the same file again, and the most memory that the process had."""
    with _file(COUNT) as (path, rows), empty(engine) as operator:
        prepare(operator, "shop", 1)
        seconds, cpu, most = _run(operator, path)
        again, _cpu, _most = _run(operator, path)
    note = f"{rows:,} rows; the same file again {COUNT / again:,.0f}/s"
    yield Measured("O2-import", engine, COUNT / seconds, COUNT, cpu=cpu * 1000 / COUNT, note=note)
    yield Measured("O2-memory", engine, most, COUNT, note="peak resident memory")


@contextmanager
def _file(count: int) -> Iterator[tuple[Path, int]]:
    """Give a file of so many orders, and how many rows it has."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="orders-", dir=KEPT) as folder:
        path = Path(folder) / "pedidos.csv"
        yield path, write_file(path, count)


def _run(operator: Operator, path: Path) -> tuple[float, float, float]:
    """Return seconds on the clock, seconds of CPU, and the most memory in MB."""
    command = [sys.executable, "-m", "balcao.cli", "orders", "import", str(path), "--json"]
    with clock() as passed:
        process = subprocess.Popen(command, env=operator.environment, stdout=subprocess.DEVNULL)
        _pid, status, used = os.wait4(process.pid, 0)
        seconds = passed()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise MissingServer(f"{command} ended with {process.returncode}.")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
