"""Channels that we ask for what is new: fetched under a lease, kept with the cursor in one transaction, counted."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from django.db import close_old_connections
from django.utils import timezone

from balcao.channels import rules
from balcao.channels.actions import connecting, fetching
from balcao.channels.models import Channel, FetchState, RefusedEnvelope
from balcao.channels.queries import connection_of
from balcao.jobs.backend import job
from balcao.kit.i18n import N_
from balcao.ports import registry
from balcao.ports.channel import ChannelError, Connection, Fetching

LISTEN_SECONDS = 20.0
FAILED = N_("Fetching failed.")
NOT_ASKED = N_("This kind of channel cannot be asked for what is new.")
_LOOK_FOR_CHANNELS = 5.0  # seconds between two looks for channels that were added or switched off
_OTHERS_LEASE = 5.0  # seconds after which to ask again for a channel that another worker reads or that fails
_AT_ONCE = 50  # ids asked for by name in one go

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]


def fetched_channels() -> list[Channel]:
    """Return the channels to read."""
    return list(Channel.objects.filter(is_active=True, is_fetched=True).select_related("shop"))


def working_connection(channel: Channel) -> Connection:
    """Return the channel as its adapter sees it, with a way to store the secrets it renews."""
    return replace(
        connection_of(channel),
        keep_secrets=lambda fresh: connecting.renew_secrets(channel=channel, secrets=dict(fresh)),
    )


def poll(*, channel: Channel, worker: str, clock: Clock = timezone.now) -> int | None:
    """Bring all that is new on a channel and count it when that is due; return how many were new.

    None: another worker reads it, or it failed and is left alone for a while.
    """
    if fetching.lease(channel=channel, worker=worker, now=clock()) is None:
        return None
    try:
        brought = _bring_all(channel, worker, clock)
        _reconcile_if_due(channel, worker, clock)
    except fetching.LeaseLost:
        return None
    except Exception as error:  # noqa: BLE001 - a channel's fault is written down and never ends the worker
        _note_fault(channel, error, worker, clock)
        return None
    return brought


def _reader(channel: Channel) -> Fetching:
    adapter = registry.channel(channel.kind)
    if not isinstance(adapter, Fetching):
        raise ChannelError(NOT_ASKED, permanent=True)
    return adapter


def _bring_all(channel: Channel, worker: str, clock: Clock) -> int:
    adapter, connection, brought, more = _reader(channel), working_connection(channel), 0, True
    while more:
        cursor = FetchState.objects.get(channel=channel).cursor
        batch = adapter.fetch(connection, cursor)
        brought += fetching.keep_batch(channel=channel, batch=batch, worker=worker, now=clock())
        more = batch.more
    return brought


def _reconcile_if_due(channel: Channel, worker: str, clock: Clock) -> None:
    state, now = FetchState.objects.get(channel=channel), clock()
    if state.reconciled_at is None or now - state.reconciled_at >= rules.RECONCILE_EVERY:
        reconcile(channel=channel, worker=worker, clock=clock)


def reconcile(*, channel: Channel, worker: str, clock: Clock = timezone.now) -> list[str]:
    """Count what the server holds against what was kept or refused; return what is missing."""
    cursor = FetchState.objects.get(channel=channel).cursor
    held_there = list(_reader(channel).inventory(working_connection(channel), cursor))
    return fetching.reconcile(channel=channel, held_there=held_there, worker=worker, now=clock())


def _note_fault(channel: Channel, error: Exception, worker: str, clock: Clock) -> None:
    if not isinstance(error, ChannelError):
        log.error("Channel %s could not be read", channel.pk, exc_info=error)
        error = ChannelError(f"{FAILED}\n{type(error).__name__}", permanent=False)
    fetching.fetch_failed(channel=channel, error=error, worker=worker, now=clock())


def fetch_missing(*, channel: Channel, clock: Clock = timezone.now) -> int:
    """Ask once more for what is missing and for what was refused; return how many came."""
    state = FetchState.objects.get(channel=channel)
    refused = RefusedEnvelope.objects.filter(channel=channel).order_by("-id").values_list("external_id", flat=True)
    wanted = list(dict.fromkeys([*state.missing, *refused[:_AT_ONCE]]))
    adapter, connection, came = _reader(channel), working_connection(channel), 0
    for start in range(0, len(wanted), _AT_ONCE):
        asked = wanted[start : start + _AT_ONCE]
        batch = adapter.fetch(connection, state.cursor, only=asked)
        came += fetching.keep_missing(channel=channel, batch=batch, asked=asked, now=clock())
    return came


@job(most_tries=3)
def fetch_missing_later(channel_id: int) -> int:
    """Do `fetch_missing` in a worker: what the button of the console page enqueues."""
    return fetch_missing(channel=Channel.objects.select_related("shop").get(pk=channel_id))


@dataclass
class Watcher:
    """One thread for each fetched channel, which waits for its news; one more looks for channels that come and go."""

    worker: str
    stopping: threading.Event
    clock: Clock = timezone.now
    _threads: dict[int, threading.Thread] = field(default_factory=dict)

    def run(self) -> None:
        """Watch all channels until told to stop; call it in a thread of its own."""
        while not self.stopping.is_set():
            try:
                self._start(channel.pk for channel in fetched_channels())
            except Exception:
                log.exception("Looking for channels to read failed; trying again")
            close_old_connections()
            self.stopping.wait(_LOOK_FOR_CHANNELS)

    def _start(self, channels: Iterable[int]) -> None:
        for channel_id in channels:
            thread = self._threads.get(channel_id)
            if thread is None or not thread.is_alive():
                thread = threading.Thread(target=partial(self._watch, channel_id), daemon=True)
                self._threads[channel_id] = thread
                thread.start()

    def _watch(self, channel_id: int) -> None:
        """Read one channel and wait for its news, until it is switched off or the worker stops."""
        channel = None
        while not self.stopping.is_set() and (current := self._current(channel_id)) is not None:
            channel = current
            self.turn(channel)
        self._leave(channel)

    def turn(self, channel: Channel) -> None:
        """Bring what is new, then wait for more; whatever goes wrong is written down and tried again."""
        try:
            brought = poll(channel=channel, worker=self.worker, clock=self.clock)
            if brought is None:
                close_old_connections()
                self.stopping.wait(_OTHERS_LEASE)
            else:
                self._listen(channel)
        except Exception:
            log.exception("Watching channel %s failed; going on", channel.pk)
            close_old_connections()
            self.stopping.wait(_OTHERS_LEASE)

    def _listen(self, channel: Channel) -> None:
        cursor, connection = FetchState.objects.get(channel=channel).cursor, working_connection(channel)
        close_old_connections()
        try:
            _reader(channel).listen(connection, cursor, seconds=LISTEN_SECONDS)
        except ChannelError as error:
            _note_fault(channel, error, self.worker, self.clock)

    def _current(self, channel_id: int) -> Channel | None:
        found = Channel.objects.filter(pk=channel_id, is_active=True, is_fetched=True).select_related("shop")
        return found.first()

    def _leave(self, channel: Channel | None) -> None:
        if channel is not None:
            fetching.let_go(channel=channel, worker=self.worker)
            _reader(channel).hang_up()
        close_old_connections()
