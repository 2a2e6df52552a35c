"""Printing for people (rich on a terminal, plain in a pipe) and for programs (`--json`)."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


class Output:
    """Where a command prints; with `json` people's lines go to standard error and results are JSON lines."""

    def __init__(self, *, json: bool = False) -> None:
        self.json = json

    @cached_property
    def console(self) -> "Console":
        """Return the console for people, made when first used: rich takes a while to import."""
        from rich.console import Console

        return Console(stderr=self.json, highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """Print a line for people; rich markup is understood."""
        self.console.print(text)

    def result(self, result: Mapping[str, Any], *, text: str) -> None:
        """Print what came of the command: the text for people, or the mapping as one line of JSON."""
        if self.json:
            sys.stdout.write(json.dumps(result, ensure_ascii=False, default=str) + "\n")
            sys.stdout.flush()
        else:
            self.say(text)

    def table(self, rows: Sequence[Mapping[str, Any]], *, title: str = "") -> None:
        """Print rows of the same keys: a table for people, or one line of JSON each."""
        if self.json:
            for row in rows:
                self.result(row, text="")
            return
        from rich.table import Table

        table = Table(*(rows[0] if rows else ()), title=title or None, title_justify="left")
        for row in rows:
            table.add_row(*(str(value) for value in row.values()))
        self.console.print(table)

    @contextmanager
    def progress(self, title: str, *, total: int) -> Iterator[Callable[[], None]]:
        """Show a bar on a terminal while the block runs; it is given a function to call after each step."""
        if not self.console.is_terminal or not total:
            yield lambda: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.console) as bar:
            task = bar.add_task(title, total=total)
            yield lambda: bar.advance(task)
