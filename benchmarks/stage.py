"""Installations to measure: an empty one, or one filled with so many tickets or orders. Each is thrown away afterwards.

Filling takes minutes, so a filled database is kept under `var/bench` and copied for each run.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from balcao.testing.servers import MissingServer, Operator, cluster, open_folder
from benchmarks.client import children

KEPT = Path(__file__).resolve().parent.parent / "var" / "bench"
ENGINES = ("sqlite", "postgres")
# As it is delivered (fsync and synchronous_commit on), with the usual share of a small server's memory.
_DURABLE = ["shared_buffers=512MB", "effective_cache_size=2GB", "max_wal_size=4GB"]
_STOP_SECONDS = 30


@contextmanager
def empty(engine: str) -> Iterator[Operator]:
    """Give a migrated installation without anything in it."""
    with open_folder(owner=None) as folder, _database(engine, None) as url:
        operator = Operator(folder, database_url=url)
        _must(operator.run("migrate"))
        yield operator


@contextmanager
def filled(engine: str, count: int, what: str = "tickets") -> Iterator[Operator]:
    """Give an installation with so many tickets (or orders), brought to today's tables."""
    kept = KEPT / (f"{engine}-{count}" if what == "tickets" else f"{engine}-{count}-{what}")
    if not kept.exists():
        _fill(engine, count, kept, what)
    with open_folder(owner=None) as parent, _database(engine, kept / "cluster") as url:
        folder = parent / "data"
        _copy(kept / "data", folder)
        operator = Operator(folder, database_url=url)
        _must(operator.run("migrate"))
        yield operator


def _fill(engine: str, count: int, kept: Path, what: str) -> None:
    unfinished = kept.with_name(f"filling-{kept.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "data").mkdir(parents=True)
    with open_folder(owner="postgres" if engine == "postgres" else None) as folder:
        with _server(engine, folder) as url:
            operator = Operator(unfinished / "data", database_url=url)
            _must(operator.run("migrate"))
            prepare(operator, what, count)
        if engine == "postgres":
            _copy(folder / "cluster", unfinished / "cluster")
    unfinished.rename(kept)


def prepare(operator: Operator, what: str, count: int) -> None:
    """Fill an operator's database, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.prepare", what, str(count)]
    subprocess.run(command, env=operator.environment, check=True)


@contextmanager
def _database(engine: str, kept: Path | None) -> Iterator[str]:
    """Give the URL of a database: a copy of the kept one, if there is one."""
    with open_folder(owner="postgres" if engine == "postgres" else None) as folder:
        if engine == "postgres" and kept:
            _copy(kept, folder / "cluster")
        with _server(engine, folder) as url:
            yield url


@contextmanager
def _server(engine: str, folder: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield ""  # in the data folder, as it comes
        return
    with cluster(folder, settings=_DURABLE) as url:
        yield url


def _copy(source: Path, target: Path) -> None:
    # Keeps the owner, and takes no time on file systems that can share blocks.
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True)


def _must(done: "subprocess.CompletedProcess[str]") -> None:
    if done.returncode:
        raise MissingServer(f"{done.args} failed: {done.stdout}{done.stderr}")


@dataclass(frozen=True, slots=True)
class Desk:
    """A running `balcao up`: where it answers, and its processes."""

    address: str
    pid: int

    @property
    def web(self) -> int:
        """Return the process that serves the pages: the first that the supervisor starts."""
        return children(self.pid)[0]


@contextmanager
def desk(operator: Operator) -> Iterator[Desk]:
    """Run `balcao up` while the block lasts."""
    log = operator.folder / "desk.log"
    with log.open("w") as errors:
        command = [sys.executable, "-m", "balcao.cli", "up", "--json"]
        process = subprocess.Popen(command, env=operator.environment, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line.startswith('{"address"'):
            raise MissingServer(f"The desk did not open: {line}{log.read_text()}")
        yield Desk(str(json.loads(line)["address"]), process.pid)
    finally:
        process.terminate()
        process.wait(_STOP_SECONDS)
