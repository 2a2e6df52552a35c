"""Plug-ins are made known by one setting, whatever they are for."""

from balcao.ports import registry
from balcao.project.plugins import register_all


def test_channels_and_backends_are_named_alike() -> None:
    register_all(named=["balcao.testing.backends.PaperBackend", "balcao.testing.channels.PaperChannel"])

    assert registry.commerce("paper").kind == registry.channel("paper").kind == "paper"
    assert "book" in registry.commerce_kinds()
