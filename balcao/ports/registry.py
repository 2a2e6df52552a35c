"""The registry of plug-ins: filled once by the project at start, asked by kind ever after."""

from typing import Any

from balcao.ports.channel import Channel
from balcao.ports.commerce import Commerce

_channels: dict[str, Channel] = {}
_backends: dict[str, Commerce] = {}


def parts_missing(plugin: object, port: type[Any]) -> list[str]:
    """Return the names that a port asks for and a plug-in has not."""
    asked = [name for name in {**port.__annotations__, **vars(port)} if not name.startswith("_")]
    return [name for name in asked if not hasattr(plugin, name)]


class UnknownPlugin(LookupError):
    """No plug-in of this kind is installed."""


def register_channel(channel: Channel) -> None:
    """Make a channel adapter known; a second one of the same kind replaces the first."""
    _channels[channel.kind] = channel


def channel(kind: str) -> Channel:
    """Return the adapter for a kind of channel."""
    try:
        return _channels[kind]
    except KeyError:
        raise UnknownPlugin(
            f"No channel plug-in '{kind}' is installed; installed: {', '.join(sorted(_channels)) or 'none'}."
        ) from None


def channel_kinds() -> list[str]:
    """Return the kinds of channels that are installed, sorted."""
    return sorted(_channels)


def register_commerce(backend: Commerce) -> None:
    """Make an adapter to shop systems known; a second one of the same kind replaces the first."""
    _backends[backend.kind] = backend


def commerce(kind: str) -> Commerce:
    """Return the adapter for a kind of shop system."""
    try:
        return _backends[kind]
    except KeyError:
        raise UnknownPlugin(
            f"No commerce plug-in '{kind}' is installed; installed: {', '.join(sorted(_backends)) or 'none'}."
        ) from None


def commerce_kinds() -> list[str]:
    """Return the kinds of shop systems that are installed, sorted."""
    return sorted(_backends)
