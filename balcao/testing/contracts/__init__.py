"""Contracts that plug-ins prove they keep: subclass one, say what to test, and run pytest."""

from balcao.testing.contracts.channel import ChannelContract

__all__ = ["ChannelContract"]
