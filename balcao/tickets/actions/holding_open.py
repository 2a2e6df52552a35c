"""Keeping a ticket from being closed while something is still owed on it."""

from balcao.tickets.actions.holding import take_hold
from balcao.tickets.models import Ticket


def hold(*, ticket: Ticket) -> None:
    """Keep a ticket open until it is released: a process runs on it. For those who say so in the journal themselves."""
    take_hold(ticket)
    ticket.is_held_open = True
    ticket.save(update_fields=["is_held_open"])


def release(*, ticket: Ticket) -> None:
    """Let a ticket be solved and closed again."""
    take_hold(ticket)
    ticket.is_held_open = False
    ticket.save(update_fields=["is_held_open"])
