"""Mails brought in by hand or by a mail server: each kept durably, then placed; many may share one commit."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice, tee

from django.utils.translation import gettext as _
from django.utils.translation import override

from balcao.channels.actions.connecting import create_channel
from balcao.channels.models import Channel
from balcao.channels.queries import connection_of
from balcao.journal.types import SYSTEM
from balcao.pipeline.ahead import Batch, reading_ahead
from balcao.pipeline.inbound import Taken, reader_of
from balcao.pipeline.reading import Read
from balcao.pipeline.together import Intake
from balcao.ports import registry
from balcao.ports.channel import RawEnvelope
from balcao.shops.actions import first_shop
from balcao.shops.models import Shop

_BATCH = 50
_BATCH_SIZE = 8_000_000  # bytes
_MANY = 300  # as many as make up for starting another process


@dataclass(frozen=True, slots=True)
class Spooled:
    """One raw envelope to bring in and what to call it in reports."""

    source: str
    body: bytes = field(repr=False)
    sent_at: datetime | None = None


class NoSuchPlace(Exception):
    """The shop or channel that was named does not exist; the message says which and what there is."""


def place_for(*, kind: str, shop: str = "", channel: str = "", now: datetime) -> Channel:
    """Return the channel to bring things in through: the one named, else the shop's first, else one made for it."""
    chosen = Shop.objects.filter(slug=shop).first() if shop else first_shop(now=now)
    if chosen is None:
        raise NoSuchPlace(f"No shop '{shop}'; there are: {', '.join(Shop.objects.values_list('slug', flat=True))}.")
    channels = Channel.objects.filter(shop=chosen, kind=kind).select_related("shop")
    if channel:
        found = channels.filter(address__iexact=channel).first() or channels.filter(name__iexact=channel).first()
        if found is None:
            known = ", ".join(channels.values_list("address", flat=True)) or "none"
            raise NoSuchPlace(f"The shop {chosen.slug} has no mailbox '{channel}'; there are: {known}.")
        return found
    with override(chosen.language.lower()):
        name = _("Mailbox")
    config = registry.channel(kind).Config()
    return channels.first() or create_channel(
        shop=chosen, kind=kind, name=name, address="", config=config, actor=SYSTEM, now=now
    )


def bring_in(
    *, channel: Channel, things: Iterable[Spooled], together: bool, expected: int = 0
) -> Iterator[tuple[Spooled, Taken]]:
    """Keep and place each thing; with `together`, up to 50 share a commit, and are yielded after it.

    `expected`: about how many there are; where they are many, a second process reads them ahead.
    """
    things, waiting = tee(things)
    intake = Intake(channel, reader_of(channel, connection_of(channel)), f"ingest:{os.getpid()}")
    batches = _batches(map(_raw, things), most=_BATCH if together or expected >= _MANY else 1)
    ahead = reading_ahead(intake.reader, batches) if expected >= _MANY else ((batch, None) for batch in batches)
    for batch, read in ahead:
        for some, of_them in [(batch, read)] if together else _each(batch, read):
            yield from zip(islice(waiting, len(some)), intake.take(some, of_them), strict=True)


def _each(batch: Batch, read: list[Read] | None) -> Iterator[tuple[Batch, list[Read] | None]]:
    """Yield batches of one."""
    for place, raw in enumerate(batch):
        yield [raw], [read[place]] if read else None


def _batches(raws: Iterable[RawEnvelope], *, most: int) -> Iterator[Batch]:
    """Yield envelopes in batches that a commit and the memory can bear."""
    batch: Batch = []
    size = 0
    for raw in raws:
        batch.append(raw)
        size += len(raw.body)
        if len(batch) == most or size >= _BATCH_SIZE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _raw(thing: Spooled) -> RawEnvelope:
    digest = hashlib.sha256(thing.body).hexdigest()
    return RawEnvelope(external_id=digest, body=thing.body, source="ingest", received_at=thing.sent_at)
