"""Everything that writes customers; one file per deed."""

from balcao.customers.actions.cards import add_note, edit, pin_note
from balcao.customers.actions.identifying import add_identity, identify, look_up
from balcao.customers.actions.merging import declare_not_same, merge, undo_merge
from balcao.customers.actions.standing import count_ticket, mark_bounce, mark_proven, touch

__all__ = [
    "add_identity",
    "add_note",
    "count_ticket",
    "declare_not_same",
    "edit",
    "identify",
    "look_up",
    "mark_bounce",
    "mark_proven",
    "merge",
    "pin_note",
    "touch",
    "undo_merge",
]
