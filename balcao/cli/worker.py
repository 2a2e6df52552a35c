"""`balcao worker`: take in, send and tidy up in the background."""

import argparse

from balcao.cli.output import Output
from balcao.cli.results import Exit


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take how much to do at once."""
    parser.add_argument("--threads", type=int, default=0, help="things done at once (4 on PostgreSQL, 2 on SQLite)")


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Work until told to stop."""
    import django

    django.setup()
    from balcao.pipeline import worker

    output.say("The worker runs. Ctrl-C stops it.")
    worker.run(threads=options.threads)
    return Exit.OK
