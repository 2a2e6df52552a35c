"""How the parts are served: the one place that sets up uvicorn and granian."""

import os
import signal
import socket
from typing import TYPE_CHECKING

from balcao.cli.results import CommandFailed
from balcao.kit.env import Env

if TYPE_CHECKING:
    import uvicorn

FIRST_PORT = 8000
_PORTS_TRIED = 50
_BACKLOG = 2048
_GRACE_SECONDS = 5


def listen(*, host: str, port: int | None) -> socket.socket:
    """Return a listening socket on `port`, or on the first free one from 8000 when None is given."""
    ports = [port] if port is not None else range(FIRST_PORT, FIRST_PORT + _PORTS_TRIED)
    for candidate in ports:
        try:
            return socket.create_server((host, candidate), backlog=_BACKLOG)
        except OSError as error:
            reason = error.strerror
    raise CommandFailed(f"Port {ports[-1]} of {host} cannot be used: {reason}. Choose another with --port.")


def chosen_port(given: int | None) -> int | None:
    """Return the port from the command line or BALCAO_PORT; None when neither names one."""
    if given is not None:
        return given
    return Env().number("BALCAO_PORT", 0, least=0) or None


def serve(target: str, listener: socket.socket) -> None:
    """Serve an ASGI application, given as `module:name`, until told to stop."""
    # The server passes on the signal that stopped it once it has ended well: nobody needs to hear it then.
    for heard in (signal.SIGTERM, signal.SIGINT):
        signal.signal(heard, lambda *_: None)
    _uvicorn(target).run(sockets=[listener])


def _uvicorn(target: str) -> "uvicorn.Server":
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            target,
            loop="uvloop" if os.name == "posix" else "auto",
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="on",
            proxy_headers=False,  # the pages read them themselves, whichever server runs them: project/proxies.py
            server_header=False,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            # Live messages are small: compression would cost 60 kB of memory for each open page.
            ws_per_message_deflate=False,
        )
    )
