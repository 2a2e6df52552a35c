"""A customer asks for something on their own pages: kept as an envelope of its own channel, like any message."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from balcao.channels.actions.connecting import create_channel
from balcao.channels.actions.keeping import keep
from balcao.channels.models import Channel, Envelope
from balcao.journal.types import SYSTEM
from balcao.kit.db import locked
from balcao.ports import registry
from balcao.ports.channel import RawEnvelope
from balcao.shops.models import Shop

_KIND = "portal"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for on the page of an order."""

    email: str
    name: str
    order: str  # its number
    subject: str
    message: str
    language: str
    is_verified: bool  # they showed control of the address


def submit(*, shop: Shop, request: Request, key: str, now: datetime) -> Envelope:
    """Keep a request; the same key again is the same request."""
    body = json.dumps(asdict(request), ensure_ascii=False, sort_keys=True).encode()
    raw = RawEnvelope(external_id=f"portal.{key}", body=body, source=_KIND, received_at=now)
    with transaction.atomic():
        envelope, _is_new = keep(channel=_channel(shop, now), raw=raw, now=now)
    return envelope


def _channel(shop: Shop, now: datetime) -> Channel:
    """Return the channel of the shop's own pages, made when the first request comes."""
    known = Channel.objects.filter(shop=shop, kind=_KIND).select_related("shop").order_by("id")
    if found := known.first():
        return found
    locked(Shop.objects.filter(pk=shop.pk)).get()  # two first requests at once make one channel
    if found := known.first():
        return found
    return create_channel(
        shop=shop,
        kind=_KIND,
        name=_name(shop),
        address="",
        config=registry.channel(_KIND).Config(),
        actor=SYSTEM,
        now=now,
    )


def _name(shop: Shop) -> str:
    with override(shop.language):
        return _("Customer pages")
