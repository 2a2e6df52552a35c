"""Sending into a folder: every mail becomes a file, nothing leaves the machine."""

import os
from collections.abc import Callable
from pathlib import Path

from balcao.plugins.channels.mail.config import MailConfig
from balcao.ports.channel import ChannelError, Outbound, Receipt

_KEPT_IN_NAMES = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@")


def deliver(config: MailConfig, outbound: Outbound, mail: bytes, *, handing_over: Callable[[], None]) -> Receipt:
    """Write the mail under its own id, whole or not at all: the same mail again replaces itself."""
    folder = Path(config.outgoing_folder)
    name = "".join(c if c in _KEPT_IN_NAMES else "_" for c in outbound.external_id)
    handing_over()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{name}.part"
        with part.open("wb") as stream:
            stream.write(mail)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(folder / f"{name}.eml")
    except OSError as error:
        raise ChannelError(
            f"The folder {folder} cannot be written: {error.strerror}.", permanent=False, code="connect"
        ) from error
    return Receipt(outbound.external_id, str(folder))
