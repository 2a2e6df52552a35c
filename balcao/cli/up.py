"""`balcao up`: everything in the foreground, on one port."""

import argparse
import gc
import os
import socket

from balcao.cli.output import Output
from balcao.cli.results import Exit


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the address to listen on and whether to show the demo shop."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (8000, or the next free one)")
    parser.add_argument("--demo", action="store_true", help="bring the demo shop in if there is none yet")


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Prepare the database, then serve and work until told to stop."""
    from balcao.cli.serving import chosen_port, listen
    from balcao.cli.supervisor import Supervisor

    with listen(host=options.host, port=chosen_port(options.port)) as listener:
        address = f"http://localhost:{listener.getsockname()[1]}"
        os.environ.setdefault("BALCAO_PUBLIC_URL", address)
        _prepare(output, demo=options.demo)
        output.result({"address": address}, text=f"Balcão is open at [bold]{address}[/bold]. Ctrl-C closes it.")
        roles = {"web": lambda: _serve(listener), "worker": _work}
        return Supervisor(roles, say=output.say).run()


def _prepare(output: Output, *, demo: bool) -> None:
    import django
    from django.db import connections

    from balcao.cli.migrate import apply_migrations

    django.setup()
    applied = apply_migrations()
    if applied:
        output.say(f"{len(applied)} migrations applied.")
    if demo:
        from balcao.cli.demo import bring_in

        bring_in(output)
    # Loaded before the fork, the code stands in memory once for both processes.
    import balcao.pipeline.worker
    import balcao.project.asgi
    import balcao.project.urls  # noqa: F401

    for connection in connections.all(initialized_only=True):
        connection.close()
        getattr(connection, "close_pool", lambda: None)()
    gc.freeze()


def _serve(listener: socket.socket) -> None:
    from balcao.cli.serving import serve

    serve("balcao.project.asgi:application", listener)


def _work() -> None:
    from balcao.pipeline import worker

    worker.run()
