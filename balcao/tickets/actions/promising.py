"""Keeping what lists show of the clocks of many tickets at once."""

from collections.abc import Mapping, Sequence

from django.db import connection

from balcao.kit.gathering import Statement, gathering, write
from balcao.tickets import rules
from balcao.tickets.actions.tallies import counted, shift
from balcao.tickets.models import Ticket
from balcao.tickets.types import DueFacts

_TOLD = ("due_at", "due_kind", "paused_for", "paused_left", "warned", "breached_at", "is_at_risk")
_CACHED = (*_TOLD, "is_due_soon", "waits_for_others")
_FIELDS = [field for field in Ticket._meta.concrete_fields if field.name in _CACHED]  # noqa: SLF001 - Django's own
_COLUMNS = ", ".join(f"{field.column} = %s" for field in _FIELDS)
_UPDATE = Statement(f"UPDATE {Ticket._meta.db_table} SET {_COLUMNS} WHERE id = %s")  # noqa: SLF001, S608 - our own names


def set_due_facts_of(*, tickets: Sequence[Ticket], facts: Mapping[int, DueFacts]) -> list[Ticket]:
    """Keep what lists show of these tickets' clocks, in two statements; return those that say something else now.

    For the follower that owns the clocks alone: it holds the rows locked. A copy of what they say, so it leaves no
    journal entry.
    """
    changed = [ticket for ticket in tickets if _differs(ticket, facts[ticket.pk])]
    if not changed:
        return []
    with gathering():
        for ticket in changed:
            before = counted(ticket)
            _take_over(ticket, facts[ticket.pk])
            shift(before, counted(ticket))
        write(_UPDATE, [_values(ticket) for ticket in changed])
    return changed


def _differs(ticket: Ticket, facts: DueFacts) -> bool:
    return any(getattr(ticket, name) != getattr(facts, name) for name in _TOLD)


def _take_over(ticket: Ticket, facts: DueFacts) -> None:
    for name in _TOLD:
        setattr(ticket, name, getattr(facts, name))
    ticket.is_due_soon = rules.is_due_soon(facts)
    ticket.waits_for_others = rules.waits_for_others(facts.paused_for)


def _values(ticket: Ticket) -> list[object]:
    found = [field.get_db_prep_save(getattr(ticket, field.attname), connection) for field in _FIELDS]
    return [*found, ticket.pk]
