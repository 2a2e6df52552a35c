"""Runs a command against a throw-away PostgreSQL: `python -m balcao.testing.servers postgres -- pytest`."""

import os
import subprocess
import sys

from balcao.testing.servers.postgres import postgres


def main(arguments: list[str]) -> int:
    """Run the command after `postgres --` with BALCAO_TEST_DATABASE_URL set; return its exit code."""
    if arguments[:2] != ["postgres", "--"] or len(arguments) < 3:  # noqa: PLR2004
        sys.stderr.write("Usage: python -m balcao.testing.servers postgres -- COMMAND ...\n")
        return 2
    with postgres() as url:
        environment = {**os.environ, "BALCAO_TEST_DATABASE_URL": url}
        return subprocess.run(arguments[2:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
