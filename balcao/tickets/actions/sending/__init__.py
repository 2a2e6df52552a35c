"""Writing to customers: the message and its dispatch in one transaction, relayed afterwards."""

from balcao.tickets.actions.sending.answering import send_message
from balcao.tickets.actions.sending.settling import recall_message, retry_message, settled
from balcao.tickets.actions.sending.starting import forward_message, log_contact, start_ticket
from balcao.tickets.actions.sending.writing import Writing

__all__ = [
    "Writing",
    "forward_message",
    "log_contact",
    "recall_message",
    "retry_message",
    "send_message",
    "settled",
    "start_ticket",
]
