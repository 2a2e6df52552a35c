"""What kinds of channels are called, and the usual ways to set each up."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from balcao.channels.models import Channel
from balcao.ports import registry
from balcao.ports.channel import Checked, Consented, Fetching, Hooked, Hosted
from balcao.ports.config import Preset, presets


@dataclass(frozen=True, slots=True)
class Way:
    """One way to set a channel of some kind up."""

    kind: str
    preset: Preset
    words: str
    help_text: str


def kind_words(kind: str) -> str:
    """Return what a kind of channel is called."""
    return {"mail": _("Mailbox"), "form": _("Web form"), "portal": _("Customer pages")}.get(kind, kind)


def ways() -> list[tuple[str, list[Way]]]:
    """Return every kind that is installed with its usual ways; customers' pages are there by themselves."""
    kinds = [kind for kind in registry.channel_kinds() if kind != "portal"]
    return [(kind, _ways_of(kind)) for kind in sorted(kinds, key=lambda k: (k != "mail", k))]


def _ways_of(kind: str) -> list[Way]:
    found = presets(registry.channel(kind).Config) or (Preset("new", ""),)
    return [
        Way(
            kind,
            preset,
            _(preset.label) if preset.label else kind_words(kind),
            _(preset.help_text) if preset.help_text else "",
        )
        for preset in found
    ]


def way(kind: str, key: str) -> Way | None:
    """Return one way, None if there is none of this name."""
    if kind not in registry.channel_kinds():
        return None
    return next((found for found in _ways_of(kind) if found.preset.key == key), None)


def is_fetched(kind: str, config: Any) -> bool:
    """Tell whether we ask a channel with these settings for what is new."""
    return isinstance(registry.channel(kind), Fetching) and bool(getattr(config, "is_fetched", True))


def is_hooked(channel: Channel, config: Any) -> bool:
    """Tell whether a channel with these settings calls us."""
    return isinstance(registry.channel(channel.kind), Hooked) and bool(getattr(config, "is_hooked", True))


def is_hosted(channel: Channel) -> bool:
    """Tell whether a channel has a page of ours that people fill in."""
    return isinstance(registry.channel(channel.kind), Hosted)


def is_checked(channel: Channel) -> bool:
    """Tell whether a channel's settings can be tried out."""
    return isinstance(registry.channel(channel.kind), Checked)


def needs_consent(channel: Channel, config: Any) -> bool:
    """Tell whether the owner of an account elsewhere has to let us in."""
    adapter = registry.channel(channel.kind)
    return isinstance(adapter, Consented) and bool(getattr(config, "needs_consent", True))
