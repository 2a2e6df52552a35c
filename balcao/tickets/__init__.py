"""Ticket, conversation, message, note, attachment, tag, saved view."""
