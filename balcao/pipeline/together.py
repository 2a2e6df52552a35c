"""Many envelopes taken in together: one commit keeps a batch, the next one stores what it says."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils import timezone

from balcao.channels.models import Channel, Envelope
from balcao.pipeline.ahead import Batch
from balcao.pipeline.inbound import Kept, Taken, keep, store, store_together, understand_kept
from balcao.pipeline.reading import Read, Reader, Reading
from balcao.pipeline.steps import reached

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Intake:
    """Where batches come in, what reads them, and who holds the envelopes until they are understood."""

    channel: Channel
    reader: Reader
    holder: str

    def take(self, batch: Batch, read: list[Read] | None) -> list[Taken]:
        """Keep a batch and understand it, all in order; `read` is what was read of it ahead, if anything was."""
        clean = [one.clean for one in read] if read else [self.reader.clean(raw) for raw in batch]
        kept = keep(channel=self.channel, clean=clean, now=timezone.now(), holder=self.holder)
        reached("envelope.kept")
        readings = [one.reading for one in read] if read else [None] * len(batch)
        taken: list[Taken] = []
        for is_new, some in groupby(zip(kept, readings, strict=True), key=lambda one: one[0].raw is not None):
            run = list(some)
            taken += self._understand_new(run) if is_new else self._understand_known([one for one, _ in run])
        return taken

    def _understand_known(self, kept: list[Kept]) -> list[Taken]:
        """Understand what was stored before and may be understood as well: each by itself."""
        return [understand_kept(one, reader=self.reader, now=timezone.now()) for one in kept]

    def _understand_new(self, kept: list[tuple[Kept, Reading | None]]) -> list[Taken]:
        # Not read before it is stored, unless by a process that may end over it.
        return _store([(one.envelope, reading or self.reader.read(one.raw)) for one, reading in kept if one.raw])


def _store(read: Sequence[tuple[Envelope, Reading]]) -> list[Taken]:
    if len(read) > 1:
        try:
            return store_together(read=read, clock=timezone.now)
        except Exception:
            log.warning("%s envelopes could not be stored together; storing them one by one", len(read), exc_info=True)
    return [_store_alone(envelope, reading) for envelope, reading in read]


def _store_alone(envelope: Envelope, reading: Reading) -> Taken:
    try:
        return store(envelope=envelope, reading=reading, now=timezone.now())
    except Exception:
        log.exception("Envelope %s could not be stored; a worker tries again", envelope.pk)
        return Taken(envelope, None, "Storing it failed.")
