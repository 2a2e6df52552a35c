"""What lists say of a ticket's promises."""

from dataclasses import fields

from balcao.deadlines.types import PauseReason
from balcao.tickets.types import DueFacts

SOON = 75  # per cent of the time used
DUE_FACTS = tuple(field.name for field in fields(DueFacts))  # a ticket's row has columns of the same names


def is_due_soon(facts: DueFacts) -> bool:
    """Tell whether a promise still holds and most of its time is used."""
    return facts.due_at is not None and facts.breached_at is None and facts.warned >= SOON


def waits_for_others(paused_for: str) -> bool:
    """Tell whether somebody is waited for who is neither the shop nor the customer."""
    return paused_for not in ("", PauseReason.CUSTOMER)


def promise_keys(*, is_due_soon: bool, is_breached: bool, is_at_risk: bool, waits_for_others: bool) -> list[str]:
    """Name the kept counts that an active ticket is part of by its clocks."""
    flags = {"due_soon": is_due_soon, "breached": is_breached, "at_risk": is_at_risk, "others": waits_for_others}
    return [key for key, holds in flags.items() if holds]


def due_facts_of(row: object) -> DueFacts:
    """Return what a ticket's row says of its promises."""
    return DueFacts(**{name: getattr(row, name) for name in DUE_FACTS})
