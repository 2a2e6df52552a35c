"""Runs a command against a throw-away PostgreSQL, or installs the shop systems that the contract tests talk to.

`python -m balcao.testing.servers postgres -- pytest`, `python -m balcao.testing.servers install tryton vendure`.
"""

import os
import subprocess
import sys
import time
from importlib import import_module

from balcao.testing.servers.postgres import postgres
from balcao.testing.servers.running import MissingServer

_USAGE = "Usage: python -m balcao.testing.servers postgres -- COMMAND ... | install SERVER ...\n"


def main(arguments: list[str]) -> int:
    """Run the command after `postgres --` with BALCAO_TEST_DATABASE_URL set, or install; return the exit code."""
    if arguments[:1] == ["install"] and len(arguments) > 1:
        return _install(arguments[1:])
    if arguments[:2] != ["postgres", "--"] or len(arguments) < 3:  # noqa: PLR2004
        sys.stderr.write(_USAGE)
        return 2
    with postgres() as url:
        environment = {**os.environ, "BALCAO_TEST_DATABASE_URL": url}
        return subprocess.run(arguments[2:], env=environment, check=False).returncode


def _install(names: list[str]) -> int:
    """Have each server ready to start: its module's `installed()` returns the folder it is kept in."""
    for name in names:
        begun = time.monotonic()
        try:
            folder = import_module(f"balcao.testing.servers.{name}").installed()
        except MissingServer as error:
            sys.stderr.write(f"{name}: {error}\n")
            return 1
        sys.stdout.write(f"{name}: {folder} ({time.monotonic() - begun:.0f} s)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
