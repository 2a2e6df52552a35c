"""A whole desk (`balcao up`) in processes of its own, as an operator runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from balcao.testing.servers.running import MissingServer

_STOP_SECONDS = 30
_KEPT = {"PATH", "HOME", "LANG", "PYTHONPATH"}


@dataclass(frozen=True)
class Operator:
    """Somebody who runs `balcao` on a data folder and, when given, a database of their own."""

    folder: Path
    database_url: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        """Run one command to its end."""
        return subprocess.run(
            self._command(arguments), env=self.environment, input=typed, capture_output=True, text=True, check=False
        )

    def results(self, *arguments: str, typed: str = "") -> list[Any]:
        """Run one command with --json; return what it printed, or raise with its error if it failed."""
        done = self.run(*arguments, "--json", typed=typed)
        if done.returncode:
            raise MissingServer(f"balcao {' '.join(arguments)} failed: {done.stdout}{done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def start(self, *arguments: str, log: IO[str] | None = None) -> "subprocess.Popen[str]":
        """Start a command that stays; what it logs goes to a file, or into a pipe that is read at its end."""
        return subprocess.Popen(
            self._command(arguments),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=log or subprocess.PIPE,
            text=True,
        )

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of the commands: nothing of ours but what was given."""
        kept = {name: value for name, value in os.environ.items() if name in _KEPT}
        return {**kept, "BALCAO_DATA_DIR": str(self.folder), "DATABASE_URL": self.database_url, **self.settings}

    @staticmethod
    def _command(arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "balcao.cli", *arguments]


@contextmanager
def running_desk(operator: Operator, *arguments: str) -> Iterator[str]:
    """Run `balcao up` while the block lasts; give its address."""
    operator.folder.mkdir(parents=True, exist_ok=True)
    path = operator.folder / "desk.log"
    # Not a pipe: nobody reads it while the desk runs, and once it is full the desk would stand still.
    with path.open("w", encoding="utf-8") as log:
        process = operator.start("up", "--json", *arguments, log=log)
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.startswith('{"address"'):
                raise MissingServer(f"The desk did not open: {line}{path.read_text(encoding='utf-8')}")
            yield str(json.loads(line)["address"])
        finally:
            process.terminate()
            process.communicate(timeout=_STOP_SECONDS)
