"""Mails brought in by hand or by a mail server: each kept durably, then placed; many may share one commit."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.utils import timezone

from balcao.channels.actions.connecting import create_channel
from balcao.channels.models import Channel
from balcao.channels.queries import connection_of
from balcao.journal.types import SYSTEM
from balcao.pipeline.inbound import Taken, keep, take_in, understand_kept
from balcao.ports import registry
from balcao.ports.channel import Connection, RawEnvelope
from balcao.shops.actions import first_shop
from balcao.shops.models import Shop

BATCH = 50


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
    config = registry.channel(kind).Config()
    return channels.first() or create_channel(
        shop=chosen, kind=kind, name="Ingest", address="", config=config, actor=SYSTEM, now=now
    )


def bring_in(*, channel: Channel, things: Iterable[Spooled], together: bool) -> Iterator[tuple[Spooled, Taken]]:
    """Keep and place each thing; with `together`, up to 50 share a commit, and are yielded after it."""
    connection = connection_of(channel)
    holder = f"ingest:{os.getpid()}"
    stream = iter(things)
    while batch := list(islice(stream, BATCH if together else 1)):
        raws = [_raw(thing) for thing in batch]
        taken = (
            _take_together(channel, raws, connection, holder)
            if together
            else [take_in(channel=channel, raw=raws[0], connection=connection, now=timezone.now(), holder=holder)]
        )
        yield from zip(batch, taken, strict=True)


def _raw(thing: Spooled) -> RawEnvelope:
    digest = hashlib.sha256(thing.body).hexdigest()
    return RawEnvelope(external_id=digest, body=thing.body, source="ingest", received_at=thing.sent_at)


def _take_together(channel: Channel, raws: list[RawEnvelope], connection: Connection, holder: str) -> list[Taken]:
    """Keep all in one commit, and place all in the next."""
    with transaction.atomic():
        kept = [keep(channel=channel, raw=raw, now=timezone.now(), holder=holder) for raw in raws]
    with transaction.atomic():
        return [understand_kept(one, connection=connection, now=timezone.now()) for one in kept]
