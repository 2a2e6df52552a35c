"""Sealing the journal right after commit: every process that waits tries, the one with the lease does it."""

import logging
import threading

from django.db import close_old_connections
from django.utils import timezone

from balcao.journal import actions, queries
from balcao.kit import wake

_LOOK_EVERY = 2.0  # seconds, should a wake-up get lost
_PAUSE_AFTER_ERROR = 1.0

log = logging.getLogger(__name__)


def seal_now(*, worker: str) -> int:
    """Seal what is committed if it is this worker's turn; return how many entries were sealed."""
    if not queries.is_unsealed() or not actions.lease_sealer(worker=worker, now=timezone.now()):
        return 0
    count = 0
    while sealed := actions.seal():
        count += sealed
    return count


def keep_sealing(*, worker: str, stopping: threading.Event) -> None:
    """Seal until told to stop; whatever goes wrong, go on."""
    with wake.Watch(wake.Topic.JOURNAL) as watch:
        while not stopping.is_set():
            try:
                seal_now(worker=worker)
            except Exception:
                log.exception("Sealing the journal failed; trying again")
                stopping.wait(_PAUSE_AFTER_ERROR)
            close_old_connections()
            watch.wait(_LOOK_EVERY)
    actions.release_sealer(worker=worker)
    close_old_connections()
