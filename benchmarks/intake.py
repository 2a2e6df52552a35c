"""W1: mails taken in by `balcao ingest`, durably, every answer on the ticket it answers."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from balcao.testing.servers import Operator
from benchmarks.client import clock
from benchmarks.corpus import mails
from benchmarks.report import Measured
from benchmarks.stage import empty

COUNT = 1000
_ANSWERS = 200


def measure(engine: str) -> Iterator[Measured]:
    """Measure both ways of taking in."""
    with _folder_of_mails() as folder:
        yield _take_in(engine, folder, "W1-single", "--one-by-one")
        yield _take_in(engine, folder, f"W1-bulk-{engine}")


def _take_in(engine: str, folder: Path, key: str, *more: str) -> Measured:
    with empty(engine) as operator:
        idle, idle_cpu, _ = _run(operator, folder.parent / "none", *more)
        seconds, cpu, results = _run(operator, folder, *more)
    outcomes = [result["outcome"] for result in results]
    threaded = outcomes.count("reply")
    rate = COUNT / (seconds - idle)
    note = f"{threaded} of {_ANSWERS} answers threaded, {outcomes.count('new')} tickets"
    return Measured(key, engine, rate, cpu=(cpu - idle_cpu) * 1000 / COUNT, note=note)


def _run(operator: Operator, folder: Path, *more: str) -> tuple[float, float, list[dict[str, str]]]:
    """Return seconds on the clock, seconds of CPU, and what was printed."""
    before = os.times()
    with clock() as passed:
        results = operator.results("ingest", str(folder), *more)
        seconds = passed()
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, cpu, results


@contextmanager
def _folder_of_mails() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="balcao-bench-") as name:
        folder = Path(name) / "mails"
        folder.mkdir()
        (Path(name) / "none").mkdir()
        for number, mail in enumerate(mails(COUNT)):
            (folder / f"{number:04d}.eml").write_bytes(mail)
        yield folder
