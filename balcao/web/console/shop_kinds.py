"""What kinds of shop systems are called, and the usual ways to connect each."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from balcao.commerce.actions.book import Book
from balcao.commerce.models import Backend
from balcao.ports import registry
from balcao.ports.commerce import Checked, Hooked
from balcao.ports.config import Preset, presets


@dataclass(frozen=True, slots=True)
class Way:
    """One way to connect a shop system of some kind."""

    kind: str
    preset: Preset
    words: str
    help_text: str
    is_tried: bool


def kind_words(kind: str) -> str:
    """Return what a kind of shop system is called; its bare name where it is not installed any more."""
    return _(registry.commerce(kind).label) if kind in registry.commerce_kinds() else kind


def ways() -> list[Way]:
    """Return the ways to connect everything that is installed, the order book first."""
    kinds = sorted(registry.commerce_kinds(), key=lambda kind: (kind != Book.kind, kind_words(kind).casefold()))
    return [way for kind in kinds for way in _ways_of(kind)]


def _ways_of(kind: str) -> list[Way]:
    adapter = registry.commerce(kind)
    own = _("Orders live in Balcão itself; you bring them in from a file.") if kind == Book.kind else ""
    found = presets(adapter.Config) or (Preset("new", ""),)
    return [
        Way(
            kind,
            preset,
            _(preset.label) if preset.label else kind_words(kind),
            _(preset.help_text) if preset.help_text else own,
            adapter.is_tried,
        )
        for preset in found
    ]


def way(kind: str, key: str) -> Way | None:
    """Return one way, None if there is none of this name."""
    if kind not in registry.commerce_kinds():
        return None
    return next((found for found in _ways_of(kind) if found.preset.key == key), None)


def is_tried(kind: str) -> bool:
    """Tell whether the adapter was tried against a real system of its kind."""
    return registry.commerce(kind).is_tried


def is_checked(backend: Backend) -> bool:
    """Tell whether a shop system's settings can be tried out."""
    return isinstance(registry.commerce(backend.kind), Checked)


def hook_of(backend: Backend, config: Any) -> str:
    """Return the address at which a shop system tells us of changes, "" where it does not."""
    is_hooked = isinstance(registry.commerce(backend.kind), Hooked) and bool(getattr(config, "is_hooked", True))
    return f"{settings.PUBLIC_URL}/hooks/shop/{backend.public_key}/" if is_hooked else ""
