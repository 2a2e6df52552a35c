"""`balcao web`: serve the pages only, for installations of several processes."""

import argparse

from balcao.cli.output import Output
from balcao.cli.results import Exit

_BACKPRESSURE = 4096  # open connections a process; granian's own 1,024 is too few behind a keep-alive proxy


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the address to listen on and how much to run at once."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (8000)")
    parser.add_argument("--processes", type=int, default=1, help="processes that serve pages (1)")
    parser.add_argument("--threads", type=int, default=4, help="pages that a process serves at once (4)")


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Serve until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces

    from balcao.cli.serving import FIRST_PORT, chosen_port

    port = chosen_port(options.port) or FIRST_PORT
    output.say(f"Pages on http://{options.host}:{port}/")
    Granian(
        "balcao.project.wsgi:application",
        address=options.host,
        port=port,
        interface=Interfaces.WSGI,
        workers=options.processes,
        blocking_threads=options.threads,
        backpressure=_BACKPRESSURE,
        log_access=False,
    ).serve()
    return Exit.OK
