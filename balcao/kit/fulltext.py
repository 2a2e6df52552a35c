"""Full-text search in the database itself, alike on both engines: FTS5 on SQLite, a `tsvector` under GIN on PostgreSQL.

The terms are made by `searchtext`, so the engines only store and match them; neither stems nor folds anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from balcao.kit.db import is_postgres

Term = tuple[str, ...]  # words that must stand one after another; mostly one
Match = tuple[tuple[Term, ...], ...]  # every group must match, by any of its terms

_MANY = 2000  # hits from which walking backwards beats fetching them all
_LAST_POSITION = 16_383  # of a tsvector


@dataclass(frozen=True, slots=True)
class FullText:
    """One index: documents by id, found newest (highest id) first."""

    table: str

    def create(self) -> None:
        """Create the index; for migrations."""
        with connection.cursor() as cursor:
            if is_postgres():
                cursor.execute(f"CREATE TABLE {self.table} (id bigint PRIMARY KEY, terms tsvector NOT NULL)")
                cursor.execute(f"CREATE INDEX {self.table}_terms ON {self.table} USING gin (terms)")
            else:
                cursor.execute(f"CREATE VIRTUAL TABLE {self.table} USING fts5(terms, content='', tokenize='ascii')")

    def drop(self) -> None:
        """Drop the index; for migrations."""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {self.table}")

    def add(self, documents: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Add documents by id; an id is added once, a changed document gets a new one."""
        rows = [(number, self._stored(terms)) for number, terms in documents]
        if is_postgres():
            statement = f"INSERT INTO {self.table} (id, terms) VALUES (%s, %s::tsvector) ON CONFLICT DO NOTHING"  # noqa: S608
        else:
            statement = f"INSERT INTO {self.table} (rowid, terms) VALUES (%s, %s)"  # noqa: S608 - our own name
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def _stored(self, terms: Sequence[str]) -> str:
        if is_postgres():
            return " ".join(f"'{term}':{min(place, _LAST_POSITION)}" for place, term in enumerate(terms, 1))
        return " ".join(terms)

    def newest(self, match: Match, *, before: int | None = None, limit: int = 500) -> list[int]:
        """Return the ids of matching documents, highest first, below `before`."""
        if not match:
            return []
        if not is_postgres():
            return self._newest_sqlite(match, before, limit)
        return self._newest_postgres(match, before, limit)

    def among(self, match: Match, ids: Sequence[int]) -> list[int]:
        """Return those of these documents that match: each is looked up by its id, whatever else matches."""
        if not match or not ids:
            return []
        matches = "(terms || ''::tsvector) @@ %s::tsquery" if is_postgres() else f"{self.table} MATCH %s"
        key = "id" if is_postgres() else "rowid"
        places = ", ".join(["%s"] * len(ids))
        statement = f"SELECT {key} FROM {self.table} WHERE {matches} AND {key} IN ({places})"  # noqa: S608 - our own name
        with connection.cursor() as cursor:
            cursor.execute(statement, [_as_tsquery(match) if is_postgres() else _as_fts5(match), *ids])
            return [row[0] for row in cursor.fetchall()]

    def _newest_sqlite(self, match: Match, before: int | None, limit: int) -> list[int]:
        bound, values = ("AND rowid < %s", [before]) if before else ("", [])
        statement = f"SELECT rowid FROM {self.table} WHERE {self.table} MATCH %s {bound} ORDER BY rowid DESC LIMIT %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement, [_as_fts5(match), *values, limit])
            return [row[0] for row in cursor.fetchall()]

    def _newest_postgres(self, match: Match, before: int | None, limit: int) -> list[int]:
        """Fetch and sort few hits, walk backwards through many: PostgreSQL's own guess is off by 500 times."""
        wanted = _as_tsquery(match)
        bound, values = ("AND id < %s", [before]) if before else ("", [])
        some = f"SELECT id FROM {self.table} WHERE terms @@ %s::tsquery"  # noqa: S608 - our own name
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({some} LIMIT {_MANY}) AS hits", [wanted])  # noqa: S608
            if cursor.fetchone()[0] < _MANY:
                walk = f"WITH hits AS MATERIALIZED ({some}) SELECT id FROM hits WHERE true {bound}"  # noqa: S608
            else:
                # An expression that the GIN index does not know keeps the planner on the key.
                walk = f"SELECT id FROM {self.table} WHERE (terms || ''::tsvector) @@ %s::tsquery {bound}"  # noqa: S608
            cursor.execute(f"{walk} ORDER BY id DESC LIMIT %s", [wanted, *values, limit])
            return [row[0] for row in cursor.fetchall()]


def _as_fts5(match: Match) -> str:
    groups = (" OR ".join(f'"{" ".join(term)}"' for term in group) for group in match)
    return " AND ".join(f"({group})" for group in groups)


def _as_tsquery(match: Match) -> str:
    groups = (" | ".join(" <-> ".join(f"'{word}'" for word in term) for term in group) for group in match)
    return " & ".join(f"({group})" for group in groups)
