"""Rows gathered by a key on disk: memory stays flat however many there are and in whatever order they come."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from types import TracebackType
from typing import Self

from balcao.kit.tables import Figure, Row

_TABLE = (
    "CREATE TABLE spooled (place INTEGER PRIMARY KEY, key TEXT NOT NULL, number INTEGER NOT NULL, cells TEXT NOT NULL)"
)
_IN_ORDER = """
    SELECT spooled.key, number, cells FROM spooled
    JOIN (SELECT key, min(place) AS first FROM spooled GROUP BY key) AS firsts ON firsts.key = spooled.key
    ORDER BY first, place
"""


class Spool:
    """Rows in a temporary file of their own."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("", isolation_level=None)  # a file without a name: it goes even if we are killed
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("PRAGMA synchronous = OFF")
        self._base.execute(_TABLE)
        self._base.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def add(self, key: str, row: Row) -> None:
        """Keep a row; rows without a key stand each for themselves."""
        cells = json.dumps({name: [text] if isinstance(text, Figure) else text for name, text in row.cells.items()})
        self._base.execute(
            "INSERT INTO spooled (key, number, cells) VALUES (?, ?, ?)", (key or f"\0{row.number}", row.number, cells)
        )

    def close_in(self) -> int:
        """End the gathering and return how many groups there are."""
        self._base.execute("COMMIT")
        self._base.execute("CREATE INDEX spooled_key ON spooled (key)")
        found: int = self._base.execute("SELECT count(DISTINCT key) FROM spooled").fetchone()[0]
        return found

    def groups(self) -> Iterator[list[Row]]:
        """Yield the rows of each key together, in the order in which the keys first came."""
        with closing(self._base.execute(_IN_ORDER)) as rows:
            for _, found in groupby(rows, key=lambda row: row[0]):
                yield [Row(number, _read(cells)) for _, number, cells in found]


def _read(cells: str) -> dict[str, str]:
    return {name: Figure(text[0]) if isinstance(text, list) else text for name, text in json.loads(cells).items()}
