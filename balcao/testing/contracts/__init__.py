"""Contracts that plug-ins prove they keep: subclass one, say what to test, and run pytest."""

import pytest

# Before they are imported: otherwise a scenario that fails says nothing but "AssertionError".
pytest.register_assert_rewrite("balcao.testing.contracts.channel", "balcao.testing.contracts.commerce")

from balcao.testing.contracts.channel import ChannelContract  # noqa: E402
from balcao.testing.contracts.commerce import CommerceContract  # noqa: E402

__all__ = ["ChannelContract", "CommerceContract"]
