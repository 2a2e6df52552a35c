"""A throw-away Redis server."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from balcao.testing.servers.running import as_owner, free_port, open_folder, program, running


@contextmanager
def redis() -> Iterator[str]:
    """Run a server that keeps nothing while the block lasts; give its URL."""
    server = program("redis-server", package="redis-server")
    with open_folder(owner=None) as folder:
        port = free_port()
        command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        with running(as_owner(command, owner=None), port=port, log=folder / "server.log", stop=signal.SIGTERM):
            yield f"redis://127.0.0.1:{port}/0"
