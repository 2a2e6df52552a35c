"""A shop, its people and what customers write to it."""

import secrets
from datetime import UTC, datetime
from typing import Any

from balcao.channels.actions.connecting import create_channel
from balcao.channels.models import Channel
from balcao.channels.queries import connection_of
from balcao.commerce.actions import verifying
from balcao.commerce.actions.verifying import Place
from balcao.commerce.models import Order
from balcao.journal.types import SYSTEM
from balcao.pipeline.inbound import Taken, take_in
from balcao.ports.channel import RawEnvelope
from balcao.shops.actions import create_shop
from balcao.shops.models import Shop
from balcao.staff.actions import create_agent
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.channels import PaperConfig, letter
from balcao.tickets.models import Ticket

LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def make_shop(slug: str = "moringa", **facts: Any) -> Shop:
    """Open a shop in Brazil that speaks three languages and counts in reais."""
    settings = {"name": slug.title(), "languages": ["pt-BR", "tr", "en"], "region": "BR", "currency": "BRL", **facts}
    return create_shop(slug=slug, actor=SYSTEM, now=LONG_AGO, **settings)


def make_agent(name: str, *, shop: Shop, role: Role = Role.AGENT, **facts: Any) -> Agent:
    """Hire somebody for a shop."""
    return create_agent(
        email=f"{name.lower()}@{shop.slug}.example",
        name=name,
        role=role,
        shops=[shop],
        actor=SYSTEM,
        now=LONG_AGO,
        **facts,
    )


def make_channel(shop: Shop, *, kind: str = "paper", name: str = "Letters") -> Channel:
    """Set up a channel of a shop; of paper, unless the test brings its own kind."""
    address = f"{name.lower()}@{shop.slug}.example"
    config = PaperConfig(address=address)
    return create_channel(shop=shop, kind=kind, name=name, address=address, config=config, actor=SYSTEM, now=LONG_AGO)


def receive(channel: Channel, *, now: datetime, **facts: Any) -> Taken:
    """Let a letter arrive, through the real way in."""
    raw = RawEnvelope(external_id=secrets.token_hex(8), body=letter(**facts), source="test", received_at=now)
    return take_in(channel=channel, raw=raw, connection=connection_of(channel), now=now, holder="test")


def make_verified(ticket: Ticket, order: Order, *, now: datetime) -> None:
    """Let a ticket's customer have opened the link that went to the order's address."""
    talk = ticket.conversations.get()
    place = Place(talk.created_at, conversation=talk.pk, ticket=ticket.pk)
    sent = verifying.challenge(account=order.account, order=order, place=place, language="", agent=None, now=now)
    _code, token = verifying.arm(challenge=sent)
    verifying.confirm_link(token=token, now=now)
