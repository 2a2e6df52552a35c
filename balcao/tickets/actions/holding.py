"""Holding tickets: who changes one sees it as it stands now, and nobody moves its conversations meanwhile."""

from collections.abc import Iterable

from django.db import connection

from balcao.kit.db import is_postgres, locked
from balcao.kit.prepared import Prepared
from balcao.tickets.models import Ticket

_MOVING = 0x62616C74  # the number under which they wait for one another; SQLite's writers are alone anyway


def move_alone() -> None:
    """Wait for all who write into conversations, and keep them out until the transaction ends."""
    _wait("pg_advisory_xact_lock")


def may_move_alone() -> bool:
    """Keep all others out likewise if nobody is in; tell whether that worked, without waiting."""
    if not is_postgres():
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_MOVING])
        return bool(cursor.fetchone()[0])


def keep_in_place() -> None:
    """Keep merges and splits out until the transaction ends; ask before anything is read or locked."""
    _wait("pg_advisory_xact_lock_shared")


def take_hold(ticket: Ticket) -> None:
    """Lock a ticket's row until the transaction ends, and let the instance say what the row says by now.

    Pages and jobs hand in tickets that they read a moment ago; whatever somebody else did since must not be undone.
    """
    keep_in_place()
    fresh = _AS_IT_STANDS.first(ticket.pk)
    if fresh is None:
        raise Ticket.DoesNotExist
    for field in Ticket._meta.concrete_fields:  # noqa: SLF001 - Django's public-by-custom options
        if getattr(ticket, field.attname) != getattr(fresh, field.attname):
            setattr(ticket, field.attname, getattr(fresh, field.attname))


_AS_IT_STANDS = Prepared(lambda ticket: locked(Ticket.objects.filter(pk=ticket)))


def one_at_a_time(keys: Iterable[str]) -> None:
    """Keep merges and splits out likewise, and let one transaction at a time go on with each of these keys.

    For what no constraint holds: a message that comes twice. In one order, lest two wait for each other.
    """
    if is_postgres():
        wanted = sorted(keys)
        locks = ["pg_advisory_xact_lock_shared(%s)", *["pg_advisory_xact_lock(hashtextextended(%s, 0))"] * len(wanted)]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(locks)}", [_MOVING, *wanted])


def _wait(function: str) -> None:
    if is_postgres():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_MOVING])
