"""Plug-ins are made known by one setting, whatever they are for."""

import pytest

from balcao.kit.env import BadSetting
from balcao.ports import registry
from balcao.project.plugins import register_all


def test_channels_and_backends_are_named_alike() -> None:
    register_all(named=["balcao.testing.backends.PaperBackend", "balcao.testing.channels.PaperChannel"])

    assert registry.commerce("paper").kind == registry.channel("paper").kind == "paper"
    assert "book" in registry.commerce_kinds()


class Halfway:
    """A backend whose maker has not come to the end yet."""

    kind = "halfway"

    def abilities(self, link: object) -> frozenset[str]:
        """Say that it can do nothing."""
        return frozenset()


def test_a_plugin_that_lacks_something_is_named_with_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("balcao.testing.backends.Halfway", Halfway, raising=False)

    with pytest.raises(BadSetting, match=r"Halfway lacks label, .*, recall: see balcao.ports.commerce"):
        register_all(named=["balcao.testing.backends.Halfway"])


def test_a_plugin_that_cannot_be_loaded_is_named_with_the_reason() -> None:
    with pytest.raises(BadSetting, match=r"balcao\.nowhere\.Backend cannot be loaded: .*balcao\.nowhere"):
        register_all(named=["balcao.nowhere.Backend"])
