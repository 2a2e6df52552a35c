"""Processes that take mails in and send answers are killed, again and again: nothing may be lost, nothing doubled."""

from balcao.testing.torture.run import Report, torture

__all__ = ["Report", "torture"]
