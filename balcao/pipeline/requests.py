"""What a customer asks for or says on their own pages: an envelope of its own channel, like any message."""

import base64
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from balcao.channels.actions.connecting import create_channel
from balcao.channels.actions.keeping import keep
from balcao.channels.models import Channel, Envelope
from balcao.channels.queries import connection_of
from balcao.journal.types import SYSTEM
from balcao.kit.db import locked
from balcao.pipeline.inbound import take_in
from balcao.ports import registry
from balcao.ports.channel import File, RawEnvelope
from balcao.shops.models import Shop
from balcao.tickets.models import Conversation, Message
from balcao.tickets.queries.threads import reply_token

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
    raw = RawEnvelope(external_id=f"portal.{key}", body=_packed(asdict(request)), source=_KIND, received_at=now)
    with transaction.atomic():
        envelope, _is_new = keep(channel=_channel(shop, now), raw=raw, now=now)
    return envelope


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer says on the page of a matter, in the conversation that it was told in."""

    conversation: Conversation
    message: str
    language: str
    is_verified: bool  # they showed control of the address they write from
    files: tuple[File, ...] = ()


def answer(*, answer: Answer, key: str, now: datetime) -> Message | None:
    """Keep what a customer says and put it where it belongs; the same key again is the same message.

    None where it is kept but could not be placed: a worker tries again, or a person looks at it.
    """
    talk = answer.conversation
    body = {
        "email": talk.identity.value,
        "name": talk.identity.name,
        "subject": talk.subject,
        "message": answer.message,
        "language": answer.language,
        "is_verified": answer.is_verified,
        "reply_token": reply_token(talk),
        "files": [_stored(file) for file in answer.files],
    }
    return _taken(talk.ticket.shop, body, key=key, now=now)


def submit_at_once(
    *, shop: Shop, request: Request, key: str, now: datetime, files: tuple[File, ...] = ()
) -> Message | None:
    """Keep a request and put it where it belongs at once; None where a worker tries again, or a person looks at it."""
    body = {**asdict(request), "files": [_stored(file) for file in files]}
    return _taken(shop, body, key=key, now=now)


def _taken(shop: Shop, body: dict[str, Any], *, key: str, now: datetime) -> Message | None:
    raw = RawEnvelope(external_id=f"portal.{key}", body=_packed(body), source=_KIND, received_at=now)
    channel = _channel_now(shop, now)
    taken = take_in(channel=channel, raw=raw, connection=connection_of(channel), now=now, holder=f"page:{os.getpid()}")
    return taken.message


def _stored(file: File) -> dict[str, str]:
    return {"name": file.name, "type": file.media_type, "content": base64.b64encode(file.content).decode()}


def _packed(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


@transaction.atomic
def _channel_now(shop: Shop, now: datetime) -> Channel:
    return _channel(shop, now)


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
