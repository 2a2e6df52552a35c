"""Contracts that plug-ins prove they keep: subclass one, say what to test, and run pytest."""

from balcao.testing.contracts.channel import ChannelContract
from balcao.testing.contracts.commerce import CommerceContract

__all__ = ["ChannelContract", "CommerceContract"]
