"""A mail from Ana, an answer to her, and her reply: over a real IMAP and a real SMTP server."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest

from balcao.channels.actions.connecting import create_channel
from balcao.channels.actions.keeping import keep
from balcao.channels.models import Channel, Dispatch
from balcao.channels.types import DispatchState
from balcao.journal.types import SYSTEM
from balcao.pipeline import inbound, outbound, poll
from balcao.plugins.channels.form.config import FormConfig
from balcao.plugins.channels.mail.adapter import Mail
from balcao.plugins.channels.mail.config import MailConfig
from balcao.ports import registry
from balcao.ports.channel import RawEnvelope
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.factories import make_agent, make_shop
from balcao.testing.servers import ImapServer, SmtpSink
from balcao.tickets.actions.sending import Writing, send_message
from balcao.tickets.models import Message, Ticket

SHOP = "sac@moringa.example"


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def elif_(shop: Shop) -> Agent:
    return make_agent("Elif", shop=shop)


@pytest.fixture
def mailbox(shop: Shop, imap_server: ImapServer, smtp_to_imap: SmtpSink, now: datetime) -> Channel:
    config = MailConfig(
        address=SHOP,
        plus_addressing=True,
        password=imap_server.password,
        imap_host=imap_server.host,
        imap_port=imap_server.port,
        imap_security="plain",
        since_days=1,
        smtp_host=smtp_to_imap.host,
        smtp_port=smtp_to_imap.port,
        smtp_security="plain",
        smtp_username="-",
    )
    imap_server._maildir(SHOP)
    return create_channel(
        shop=shop, kind="mail", name="SAC", address=SHOP, config=config, actor=SYSTEM, now=now, is_fetched=True
    )


def take_in(mailbox: Channel, now: datetime) -> None:
    assert poll.poll(channel=mailbox, worker="w", clock=lambda: now) == 1
    assert inbound.run_due(worker="w", now=now, clock=lambda: now) == 1


def answer(message: Message, text: str, by: Agent, now: datetime) -> Message:
    sent = send_message(conversation=message.conversation, writing=Writing(text=text), agent=by, now=now)
    later = now + timedelta(minutes=1)
    assert outbound.run_due(worker="w", now=later, clock=lambda: later) == 1
    return sent


def last_of(server: ImapServer, name: str) -> EmailMessage:
    return cast("EmailMessage", message_from_bytes(server.delivered(name)[-1], policy=default))


def test_one_matter_stays_one_ticket(mailbox: Channel, elif_: Agent, imap_server: ImapServer, now: datetime) -> None:
    # given a mail from Ana
    imap_server._maildir("ana@example.com")
    first = (
        f"From: Ana <ana@example.com>\r\nTo: {SHOP}\r\nMessage-ID: <a1@example.com>\r\nSubject: Pedido\r\n\r\nCadê?\r\n"
    )
    imap_server.deliver(SHOP, first.encode())
    take_in(mailbox, now)

    # when Elif answers
    sent = answer(Message.objects.get(), "Está a caminho.", elif_, now)

    # then the answer lies in Ana's mailbox, in her thread
    assert Dispatch.objects.get().state == DispatchState.SENT
    letter = last_of(imap_server, "ana@example.com")
    assert letter["In-Reply-To"] == "<a1@example.com>"
    assert str(letter["Message-ID"]).strip("<>") == sent.external_id
    body = letter.get_body(("plain",))
    assert body is not None
    assert "Está a caminho." in body.get_content()

    # and when Ana replies to where it says, even with a mail program that drops the thread, it is the same ticket
    back = letter["Reply-To"].addresses[0].addr_spec
    assert back.startswith("sac+c")
    second = (
        f"From: ana@example.com\r\nTo: {back}\r\nMessage-ID: <a2@example.com>\r\nSubject: outro\r\n\r\nObrigada!\r\n"
    )
    imap_server.deliver(SHOP, second.encode())
    later = now + timedelta(minutes=2)
    take_in(mailbox, later)
    assert Ticket.objects.count() == 1
    assert list(Message.objects.order_by("id").values_list("text", flat=True))[-1] == "Obrigada!"
    adapter = registry.channel("mail")
    assert isinstance(adapter, Mail)
    adapter.hang_up()


def test_an_answer_to_a_form_leaves_through_the_mailbox(
    shop: Shop, mailbox: Channel, elif_: Agent, imap_server: ImapServer, now: datetime
) -> None:

    form = create_channel(shop=shop, kind="form", name="Fale", address="", config=FormConfig(), actor=SYSTEM, now=now)
    imap_server._maildir("bruno@example.com")
    body = '{"name": "Bruno", "email": "bruno@example.com", "subject": "Frete", "message": "Quanto custa?"}'
    keep(channel=form, raw=RawEnvelope("form.1", body.encode(), "form"), now=now)
    inbound.run_due(worker="w", now=now, clock=lambda: now)

    answer(Message.objects.get(), "Nada, acima de R$ 200.", elif_, now)

    letter = last_of(imap_server, "bruno@example.com")
    assert letter["From"].addresses[0].addr_spec == SHOP
    assert "Frete" in letter["Subject"]
