"""Understanding what was kept: faults that are not the envelope's, and reports on what we sent."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from balcao.channels.models import Channel, DispatchReceipt, Envelope
from balcao.channels.queries import connection_of
from balcao.channels.types import EnvelopeState
from balcao.journal.actions import seal
from balcao.pipeline import followers, outbound
from balcao.pipeline.inbound import understand
from balcao.ports.channel import IdentityKind, Party
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.actions.sending import Writing, recall_message, send_message
from balcao.tickets.models import Message, SearchDocument

MINUTE = timedelta(minutes=1)


def losing(table: str) -> Callable[..., Any]:
    """Let the database fail wherever this table is read."""

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and table in sql:
            raise OperationalError("the database is locked")
        return execute(sql, params, many, context)

    return wrapper


def test_a_fault_of_the_database_puts_nothing_into_quarantine(channel: Channel, now: datetime) -> None:
    envelope = receive(channel, now=now, text="Oi").envelope
    Envelope.objects.update(state=EnvelopeState.KEPT)
    kept = Envelope.objects.select_related("channel__shop").get()

    with connection.execute_wrapper(losing("channels_envelopebody")), pytest.raises(OperationalError):
        understand(envelope=kept, connection=connection_of(channel), now=now)

    envelope.refresh_from_db()
    assert envelope.state == EnvelopeState.KEPT


def said(channel: Channel, bia: Agent, now: datetime) -> list[Message]:
    """Answer Ana twice, with a copy for Leo the second time, and relay both."""
    first = receive(channel, now=now, id="one", text="Onde está?").message
    assert first
    conversation = first.conversation
    leo = Party(IdentityKind.EMAIL, "leo@example.com", "Leo")
    writings = [Writing("Já vai"), Writing("Saiu hoje", copied=(leo,))]
    sent = []
    for place, writing in enumerate(writings):
        at = now + place * MINUTE
        sent.append(send_message(conversation=conversation, writing=writing, agent=bia, now=at))
        outbound.run_due(worker="w", now=at + MINUTE / 2, clock=lambda: now)
    return sent


@pytest.mark.parametrize("recipient, is_dead", [("ana@example.com", True), ("leo@example.com", False)])
def test_a_bounce_is_about_the_nearest_message_and_the_address_that_failed(
    channel: Channel, bia: Agent, now: datetime, recipient: str, is_dead: bool
) -> None:
    older, newer = said(channel, bia, now)
    report = {"recipient": recipient, "permanent": True, "action": "failed", "about": newer.external_id}
    facts = {"from": "mailer-daemon@example.com", "answers": [older.external_id], "report": report}

    receive(channel, now=now + 5 * MINUTE, nature="bounce", text="User unknown", **facts)

    assert DispatchReceipt.objects.get().dispatch == newer.dispatch
    identity = older.conversation.identity
    identity.refresh_from_db()
    assert (identity.undeliverable_at is not None) == is_dead


def test_what_was_taken_back_is_found_no_more(channel: Channel, bia: Agent, now: datetime) -> None:
    first = receive(channel, now=now, text="Onde está?").message
    assert first
    message = send_message(conversation=first.conversation, writing=Writing("Palavras infelizes"), agent=bia, now=now)
    follow(now)
    assert SearchDocument.objects.filter(message=message).exists()

    assert recall_message(message=message, agent=bia, now=now)
    follow(now)

    assert not SearchDocument.objects.filter(message=message).exists()
    assert SearchDocument.objects.filter(message=first).exists()


def follow(now: datetime) -> None:
    while seal() or followers.run_due(now=now):
        pass
