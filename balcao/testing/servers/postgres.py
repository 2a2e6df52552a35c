"""A throw-away PostgreSQL cluster, and databases in it."""

import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from balcao.testing.servers.running import MissingServer, as_owner, free_port, open_folder, program, running

_OWNER = "postgres"  # the server refuses to run as root
_ATTEMPTS = 100
_OFTEN = ["listen_addresses=127.0.0.1", "max_connections=200"]
# Speed over durability: the cluster does not outlive its test run.
_FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=128MB", "max_wal_size=256MB"]
# What waits so long for somebody else's lock, or holds one and does nothing, is a fault: it becomes an error.
_IMPATIENT = ["lock_timeout=120s", "idle_in_transaction_session_timeout=120s"]


@contextmanager
def postgres() -> Iterator[str]:
    """Run a cluster while the block lasts; give the URL of its empty database `balcao`."""
    with open_folder(owner=_OWNER) as folder, cluster(folder, settings=[*_FAST, *_IMPATIENT]) as url:
        yield url


@contextmanager
def cluster(folder: Path, *, settings: Iterable[str]) -> Iterator[str]:
    """Run the cluster in an `open_folder`, made if there is none yet; give the URL of its database `balcao`."""
    folders = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    server = program("postgres", folders=folders, package="postgresql")
    is_new = not (folder / "cluster").exists()
    if is_new:
        _make_cluster(program("initdb", folders=folders, package="postgresql"), folder / "cluster")
    port = free_port()
    command = [server, "-D", str(folder / "cluster"), "-p", str(port), "-k", str(folder)]
    command += [argument for setting in (*_OFTEN, *settings) for argument in ("-c", setting)]
    with running(as_owner(command, owner=_OWNER), port=port, log=folder / "server.log", stop=signal.SIGINT):
        address = f"postgresql://balcao@127.0.0.1:{port}"
        if is_new:
            _create(f"{address}/postgres", "balcao")
        yield f"{address}/balcao"


@contextmanager
def new_database(url: str) -> Iterator[str]:
    """Create a database in the cluster of `url` while the block lasts; give its URL."""
    name = f"t{uuid4().hex[:12]}"
    _create(url, name)
    try:
        yield f"{url.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _make_cluster(initdb: str, folder: Path) -> None:
    command = [initdb, "-D", str(folder), "-A", "trust", "-U", "balcao", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    made = subprocess.run(as_owner(command, owner=_OWNER), cwd="/", capture_output=True, text=True, check=False)
    if made.returncode:
        raise MissingServer(f"initdb failed: {made.stderr[-2000:]}")


def _create(url: str, name: str) -> None:
    for attempt in range(_ATTEMPTS):
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.OperationalError:  # the port answers a moment before the server does
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(0.05)
        else:
            return
