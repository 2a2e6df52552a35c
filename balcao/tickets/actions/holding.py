"""Holding tickets: who changes one sees it as it stands now, and nobody moves its conversations meanwhile."""

from django.db import connection

from balcao.kit.db import is_postgres, locked
from balcao.kit.prepared import Prepared
from balcao.tickets.models import Ticket

_MOVING = 0x62616C74  # the number under which they wait for one another; SQLite's writers are alone anyway


def move_alone() -> None:
    """Wait for all who write into conversations, and keep them out until the transaction ends."""
    _wait("pg_advisory_xact_lock")


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


def one_at_a_time(key: str) -> None:
    """Let one transaction at a time go on with this key, for what no constraint holds: a message that comes twice."""
    if is_postgres():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _wait(function: str) -> None:
    if is_postgres():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_MOVING])
