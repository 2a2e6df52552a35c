"""The plug-ins of this installation: our own, those of installed packages, and those named in BALCAO_PLUGINS."""

from collections.abc import Iterable
from importlib.metadata import entry_points

from django.utils.module_loading import import_string

from balcao.kit.env import BadSetting
from balcao.ports import registry

CHANNELS = ("balcao.plugins.channels.mail.adapter.Mail", "balcao.plugins.channels.form.adapter.Form")
_GROUP = "balcao.channels"  # the entry-point group in which other packages offer channels


def register_all(*, named: Iterable[str] = ()) -> None:
    """Make every plug-in known; `named` are dotted paths of classes."""
    for path in (*CHANNELS, *named):
        try:
            registry.register_channel(import_string(path)())
        except ImportError as error:
            raise BadSetting(f"The plug-in {path} cannot be loaded: {error}") from error
    for found in entry_points(group=_GROUP):
        registry.register_channel(found.load()())
