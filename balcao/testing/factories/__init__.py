"""Small builders for tests, made through the same actions as everything else."""

from balcao.testing.factories.desk import make_agent, make_channel, make_shop, make_verified, receive

__all__ = ["make_agent", "make_channel", "make_shop", "make_verified", "receive"]
