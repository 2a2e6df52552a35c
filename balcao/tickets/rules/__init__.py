"""The decisions of the desk: plain functions of their arguments."""

from balcao.tickets.rules.merging import Standing, absorb, on_its_own_again, standing_from
from balcao.tickets.rules.promises import DUE_FACTS, due_facts_of, is_due_soon, promise_keys, waits_for_others
from balcao.tickets.rules.standing import (
    MOST_TICKETS_AN_HOUR,
    REOPENS_WITHIN,
    REPEAT_WITHIN,
    SAME_CLICK,
    UNDO_WINDOW,
    Candidate,
    Place,
    after_customer_message,
    is_over,
    last_words,
    opening_status,
    place,
    queue_of,
    tally_keys,
)

__all__ = [
    "DUE_FACTS",
    "MOST_TICKETS_AN_HOUR",
    "REOPENS_WITHIN",
    "REPEAT_WITHIN",
    "SAME_CLICK",
    "UNDO_WINDOW",
    "Candidate",
    "Place",
    "Standing",
    "absorb",
    "after_customer_message",
    "due_facts_of",
    "is_due_soon",
    "is_over",
    "last_words",
    "on_its_own_again",
    "opening_status",
    "place",
    "promise_keys",
    "queue_of",
    "standing_from",
    "tally_keys",
    "waits_for_others",
]
