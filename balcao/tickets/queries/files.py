"""The contents of attachments."""

import logging

from django.core.files import File
from django.core.files.storage import default_storage

from balcao.tickets.models import Attachment

log = logging.getLogger(__name__)


def content_of(row: Attachment) -> "File[bytes] | None":
    """Open what is stored of an attachment; None, and an error in the log, when the storage holds it no more."""
    try:
        return default_storage.open(row.storage_key, "rb")
    except FileNotFoundError:
        log.error("Attachment %s is lost: the storage holds no %s", row.pk, row.storage_key)  # noqa: TRY400 - one line says it
        return None
