"""The plug-ins of this installation: our own, those of installed packages, and those named in BALCAO_PLUGINS."""

from collections.abc import Callable, Iterable
from functools import partial
from importlib.metadata import entry_points
from typing import cast

from django.utils.module_loading import import_string

from balcao.kit.env import BadSetting
from balcao.ports import registry
from balcao.ports.channel import Channel
from balcao.ports.commerce import Commerce

BACKENDS = (
    "balcao.commerce.actions.book.Book",
    "balcao.plugins.commerce.odoo.adapter.Odoo",
    "balcao.plugins.commerce.rest.adapter.Rest",
    "balcao.plugins.commerce.shopify.adapter.Shopify",
    "balcao.plugins.commerce.tryton.adapter.Tryton",
    "balcao.plugins.commerce.vendure.adapter.Vendure",
    "balcao.plugins.commerce.woocommerce.adapter.WooCommerce",
)
CHANNELS = (
    "balcao.plugins.channels.mail.adapter.Mail",
    "balcao.plugins.channels.form.adapter.Form",
    "balcao.plugins.channels.portal.adapter.Portal",
)
_GROUPS = ("balcao.channels", "balcao.commerce")  # the entry-point groups in which other packages offer plug-ins


def register_all(*, named: Iterable[str] = ()) -> None:
    """Make every plug-in known; `named` are dotted paths of classes. Raises `BadSetting`, naming the plug-in."""
    for path in (*BACKENDS, *CHANNELS, *named):
        _register(path, partial(import_string, path))
    for group in _GROUPS:
        for found in entry_points(group=group):
            _register(found.value, found.load)


def _register(name: str, load: Callable[[], Callable[[], object]]) -> None:
    try:
        plugin = load()()
    except Exception as error:
        raise BadSetting(f"The plug-in {name} cannot be loaded: {type(error).__name__}: {error}") from error
    # Told apart by what only a backend has, so that one setting names plug-ins of every kind.
    port = Commerce if hasattr(plugin, "abilities") else Channel
    if missing := registry.parts_missing(plugin, port):
        raise BadSetting(f"The plug-in {name} lacks {', '.join(missing)}: see balcao.ports.{port.__name__.lower()}.")
    if port is Commerce:
        registry.register_commerce(cast("Commerce", plugin))
    else:
        registry.register_channel(cast("Channel", plugin))
