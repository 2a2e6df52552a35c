"""What time brings, while people go on working."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from balcao.channels.models import Channel
from balcao.pipeline import clock
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.actions import changing
from balcao.tickets.models import Ticket
from balcao.tickets.types import Status

DAY = timedelta(days=1)


def ticket_of(channel: Channel, now: datetime) -> Ticket:
    taken = receive(channel, now=now, id="first", name="Ana", subject="Prato", text="Chegou em pedaços.")
    assert taken.message
    return taken.message.ticket


def after_the_look(deed: Callable[[], object]) -> Callable[..., Any]:
    """Let something happen right after the clock has looked which tickets are due."""
    waiting = [deed]

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if waiting and sql.startswith("SELECT") and f"LIMIT {clock.BATCH}" in sql and "solved_at" in sql:
            waiting.pop()()
        return result

    return wrapper


def test_a_ticket_reopened_at_this_very_moment_is_not_closed(
    channel: Channel, shop: Shop, bia: Agent, now: datetime
) -> None:
    ticket = ticket_of(channel, now)
    changing.set_status(ticket=ticket, status=Status.SOLVED, agent=bia, now=now)
    later = now + shop.close_after_days * DAY

    with connection.execute_wrapper(
        after_the_look(lambda: receive(channel, now=later, name="Ana", answers=["first"], text="Quebrou de novo!"))
    ):
        clock.run_due(now=later)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.message_count) == (Status.OPEN, 2)


def test_what_is_due_is_done_once(channel: Channel, bia: Agent, now: datetime) -> None:
    ticket = ticket_of(channel, now)
    changing.set_status(ticket=ticket, status=Status.WAITING, agent=bia, now=now, remind_at=now + DAY)

    assert clock.run_due(now=now + DAY) >= 1
    ticket.refresh_from_db()

    assert (ticket.status, ticket.remind_at) == (Status.OPEN, None)
    changing.set_status(ticket=ticket, status=Status.WAITING, agent=bia, now=now + DAY)
    clock.run_due(now=now + DAY)
    ticket.refresh_from_db()
    assert ticket.status == Status.WAITING
