"""Everything that reads channels for others."""

import json
import zlib
from dataclasses import fields
from typing import Any

from django.conf import settings

from balcao.channels.models import Channel, Dispatch, Envelope, EnvelopeBody
from balcao.channels.types import EnvelopeState
from balcao.kit import crypto
from balcao.kit.prepared import Prepared
from balcao.ports import registry
from balcao.ports.channel import Connection, IdentityKind, Party, RawEnvelope
from balcao.shops.models import Shop

SECRETS_PURPOSE = "channel-secrets"


def secret_keys() -> list[str]:
    """Return the keys that open sealed secrets, the current one first."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def config_of(channel: Channel) -> Any:
    """Return the channel's typed config, secrets opened; unknown settings of an older version are left out."""
    config = registry.channel(channel.kind).Config
    values = dict(channel.settings)
    if channel.sealed_secrets:
        values |= json.loads(crypto.unseal(channel.sealed_secrets, key=secret_keys(), purpose=SECRETS_PURPOSE))
    known = {f.name for f in fields(config)}
    return config(**{name: value for name, value in values.items() if name in known})


_OWN = Prepared(
    lambda shop, kind: (
        Channel.objects.filter(shop_id=shop, kind=kind).exclude(address="").values_list("address", flat=True)
    )
)


def connection_of(channel: Channel) -> Connection:
    """Return the channel as its adapter sees it."""
    adapter = registry.channel(channel.kind)
    return Connection(
        config=config_of(channel),
        own=tuple(Party(adapter.identity_kind, address) for address in _OWN(channel.shop_id, channel.kind)),
        language=channel.shop.language,
        region=channel.shop.region,
    )


def raw_of(envelope: Envelope) -> RawEnvelope:
    """Return an envelope as the channel handed it over."""
    body = EnvelopeBody.objects.get(envelope_id=envelope.pk)
    packed = bytes(body.packed)
    return RawEnvelope(
        external_id=envelope.external_id,
        body=zlib.decompress(packed) if body.is_packed else packed,
        source=envelope.source,
        received_at=envelope.received_at,
    )


def quarantined(*, limit: int = 100) -> list[Envelope]:
    """Return the newest envelopes that could not be understood."""
    found = Envelope.objects.filter(state=EnvelopeState.QUARANTINED).select_related("channel")
    return list(found.order_by("-id")[:limit])


def answering_channel(channel: Channel) -> Channel | None:
    """Return the channel on which answers to contacts of this one travel: itself, or the shop's first that can."""
    if registry.channel(channel.kind).limits(connection_of(channel)).replies:
        return channel
    others = (
        Channel.objects.filter(shop_id=channel.shop_id, is_active=True).exclude(pk=channel.pk).select_related("shop")
    )
    for other in others:
        if registry.channel(other.kind).limits(connection_of(other)).replies:
            return other
    return None


def dispatch_of(external_id: str) -> Dispatch | None:
    """Return the dispatch that left under this id."""
    return Dispatch.objects.filter(external_id=external_id).first()


def writing_channel(shop: Shop, kind: IdentityKind) -> Channel | None:
    """Return the shop's first channel on which it may write first to addresses of a kind; None where there is none."""
    for channel in Channel.objects.filter(shop=shop, is_active=True).select_related("shop"):
        adapter = registry.channel(channel.kind)
        if adapter.identity_kind == kind and adapter.limits(connection_of(channel)).starts:
            return channel
    return None
