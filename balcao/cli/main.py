"""The console command `balcao`: finds the command asked for, runs it, turns errors into exit codes."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from balcao.cli.output import Output
from balcao.cli.results import CommandFailed, Exit
from balcao.kit.env import BadSetting

# A command is the module of its name in this package, imported only when it is asked for.
COMMANDS = {
    "up": "run everything in the foreground on one port",
    "web": "serve the pages only (at scale, behind a proxy)",
    "live": "serve live connections only (at scale, under /live)",
    "worker": "take in, send and tidy up in the background",
    "migrate": "bring the database to this version",
    "demo": "bring the demo shop into an empty installation",
    "ingest": "bring mails in from files, folders, mbox, Maildir or standard input",
    "orders": "bring orders and products in from files, write them out, replay a benchmark",
    "deadlines": "explain how due times come about, make clocks anew",
    "doctor": "check settings, database, mailboxes, clock and disk, and say what to do",
    "agent": "create agents",
    "token": "create and revoke tokens with which programs use the API",
    "backup": "write database and files into one archive",
    "restore": "bring back what `backup` wrote",
}
_SERVING = {"up", "web", "live", "worker"}  # the others use one connection for a moment, and no pool
_JSON = "--json"  # understood anywhere in the line


class Command(Protocol):
    """What the module of a command offers."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, options: argparse.Namespace, output: Output) -> Exit:
        """Do what was asked and say how it went."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balcao.project.settings")
    given = sys.argv[1:] if argv is None else argv
    arguments = [argument for argument in given if argument != _JSON]
    options = _parser(arguments).parse_args(arguments)
    output = Output(json=_JSON in given)
    if options.command not in _SERVING:
        os.environ.setdefault("BALCAO_DATABASE_POOL", "0")
    try:
        return _load(options.command).run(options, output)
    except CommandFailed as failure:
        return _fail(output, str(failure), failure.code)
    except BadSetting as error:
        return _fail(output, str(error), Exit.CONFIGURATION)
    except KeyboardInterrupt:
        return _fail(output, "Stopped.", Exit.FAILED)
    except Exception as error:
        trouble = _database_trouble(error)
        if trouble is None:
            raise
        return _fail(output, str(trouble), trouble.code)


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    about = "Balcão, the service desk of an online shop."
    parser = argparse.ArgumentParser(
        prog="balcao", description=about, epilog=f"With {_JSON} a command prints JSON lines for programs."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose.capitalize() + ".")
        if name in arguments:
            _load(name).arguments(command)
    return parser


def _load(name: str) -> Command:
    return cast("Command", import_module(f"balcao.cli.{name}"))


def _fail(output: Output, text: str, code: Exit) -> int:
    if output.json:
        output.result({"error": text, "code": int(code)}, text="")
    else:
        sys.stderr.write(f"balcao: {text}\n")
    return code


def _database_trouble(error: Exception) -> CommandFailed | None:
    # Imported late: most commands that fail do so before Django is needed.
    from django.db import InterfaceError, OperationalError, ProgrammingError

    if not isinstance(error, (OperationalError, InterfaceError, ProgrammingError)):
        return None
    if "no such table" in str(error) or "does not exist" in str(error):
        return CommandFailed("The database is not set up. Run: balcao migrate", code=Exit.CONFIGURATION)
    if isinstance(error, ProgrammingError):
        return None
    return CommandFailed(f"The database does not answer: {error}".strip(), code=Exit.TEMPORARY)
