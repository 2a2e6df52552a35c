"""Who moves conversations between tickets does so alone; who writes into them keeps them in place meanwhile."""

from django.db import connection

from balcao.kit.db import is_postgres

_MOVING = 0x62616C74  # the number under which they wait for one another; SQLite's writers are alone anyway


def move_alone() -> None:
    """Wait for all who write into conversations, and keep them out until the transaction ends."""
    _wait("pg_advisory_xact_lock")


def keep_in_place() -> None:
    """Keep merges and splits out until the transaction ends; ask before anything is read or locked."""
    _wait("pg_advisory_xact_lock_shared")


def _wait(function: str) -> None:
    if is_postgres():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_MOVING])
