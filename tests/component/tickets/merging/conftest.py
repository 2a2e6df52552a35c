"""A shop, its two channels and people who write to it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from balcao.channels.models import Channel, Envelope
from balcao.ports import registry
from balcao.ports.channel import (
    Connection,
    IdentityKind,
    Inbound,
    Limits,
    Nature,
    Outbound,
    Party,
    RawEnvelope,
    Receipt,
)
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.tickets.actions.receiving import add_message
from balcao.tickets.actions.sending import Writing, send_message
from balcao.tickets.models import Conversation, Message
from balcao.tickets.queries.threads import reply_token

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


@dataclass(frozen=True)
class _NoSettings:
    pass


class Paper:
    """A channel whose letters go nowhere."""

    kind = "paper"
    identity_kind = IdentityKind.EMAIL
    Config = _NoSettings

    def __init__(self) -> None:
        self._numbers = count(1)

    def parse(self, raw: RawEnvelope, connection: Connection) -> Inbound:
        """Read nothing: tests hand over what was understood."""
        raise NotImplementedError

    def send(self, outbound: Outbound, connection: Connection, *, handing_over: Callable[[], None]) -> Receipt:
        """Take it over."""
        handing_over()
        return Receipt(outbound.external_id)

    def limits(self, connection: Connection) -> Limits:
        """Allow everything."""
        return Limits()

    def new_id(self, connection: Connection) -> str:
        """Return a fresh id."""
        return f"out-{next(self._numbers)}"


class Card(Paper):
    """Another kind of channel, to see both kinds on one ticket."""

    kind = "card"


@dataclass
class Desk:
    """A shop at work: each deed happens a minute after the one before."""

    shop: Shop
    paper: Channel
    card: Channel
    agent: Agent
    now: datetime = START
    numbers: Any = field(default_factory=lambda: count(1))

    def tick(self) -> datetime:
        """Let a minute pass."""
        self.now += timedelta(minutes=1)
        return self.now

    def write(
        self,
        who: str,
        text: str = "Where is my order?",
        *,
        answers: Message | None = None,
        thread: Conversation | None = None,
        channel: Channel | None = None,
        nature: Nature = Nature.MESSAGE,
    ) -> Message:
        """Take in a message of a customer."""
        number, now = next(self.numbers), self.tick()
        channel = channel or (answers.channel if answers else self.paper)
        envelope = Envelope.objects.create(channel=channel, external_id=f"in-{number}", received_at=now, due_at=now)
        inbound = Inbound(
            external_id=f"in-{number}",
            fingerprint=f"{number:064}",
            nature=nature,
            sender=Party(IdentityKind.EMAIL, f"{who.lower()}@example.com", who),
            subject=f"Order {number}",
            text=text,
            full_text=text,
            answers=(answers.external_id,) if answers else (),
            reply_tokens=(reply_token(thread),) if thread else (),
        )
        return add_message(channel=channel, inbound=inbound, envelope=envelope, language="en", now=now).message

    def answer(self, message: Message, text: str = "On its way.") -> Message:
        """Answer in a message's conversation."""
        message.refresh_from_db()
        return send_message(
            conversation=message.conversation, writing=Writing(text=text), agent=self.agent, now=self.tick()
        )


def open_desk() -> Desk:
    """Set up a shop with two channels and an agent."""
    shop = Shop.objects.create(name="Loja", slug="loja", languages=["en"], region="BR", created_at=START)
    channels = [
        Channel.objects.create(shop=shop, kind=kind, name=kind, public_key=f"{kind}-key", created_at=START)
        for kind in ("paper", "card")
    ]
    agent = Agent.objects.create(email="elif@shop.example", name="Elif", every_shop=True)
    return Desk(shop, *channels, agent)


@pytest.fixture
def _channels() -> Iterator[None]:
    """Know the two kinds of channel while a test runs."""
    before = dict(registry._channels)
    registry.register_channel(Paper())
    registry.register_channel(Card())
    yield
    registry._channels.clear()
    registry._channels.update(before)


@pytest.fixture
def desk(db: None, _channels: None) -> Desk:
    """Return a shop at work."""
    return open_desk()


@pytest.fixture
def opened(db: None, _channels: None) -> Callable[[], Desk]:
    """Return what sets up a shop at work, for tests that do so many times."""
    return open_desk


@pytest.fixture
def shared_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """Give threads a database that they really share: SQLite's memory is locked table by table, a file is not."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    with closing(sqlite3.connect(tmp_path / "shared.sqlite3")) as copy:
        connection.connection.backup(copy)
    settings = connections.settings["default"]
    memory, settings["NAME"] = settings["NAME"], str(tmp_path / "shared.sqlite3")
    yield
    settings["NAME"] = memory
