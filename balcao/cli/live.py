"""`balcao live`: serve live connections only, for installations of several processes."""

import argparse

from balcao.cli.output import Output
from balcao.cli.results import Exit


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the address to listen on."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (8001)")


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Serve until told to stop."""
    from balcao.cli.serving import chosen_port, listen, serve

    port = chosen_port(options.port) or 8001
    with listen(host=options.host, port=port) as listener:
        output.say(f"Live connections on http://{options.host}:{port}/live")
        serve("balcao.project.asgi:live", listener)
    return Exit.OK
