"""What the settings of a mailbox add to understanding its mail."""

import pytest

from balcao.plugins.channels.mail.adapter import Mail
from balcao.plugins.channels.mail.compose import Sender, reply_address
from balcao.plugins.channels.mail.config import MailConfig
from balcao.ports.channel import Connection, Inbound, RawEnvelope


def read(to: str, *, sender: str = "ana@example.com", cc: str = "", aliases: str = "") -> Inbound:
    raw = f"From: {sender}\r\nTo: {to}\r\nCc: {cc}\r\nSubject: Re: x\r\nMessage-ID: <m@example.com>\r\n\r\nOi\r\n"
    config = MailConfig(address="sac@loja.example", aliases=aliases)
    return Mail().parse(RawEnvelope("1", raw.encode()), Connection(config))


def test_our_signed_address_is_ourselves() -> None:
    inbound = read("Loja <sac+c1a.abcdefghij@loja.example>, bruno@example.com", cc="SAC@loja.example")
    assert [party.value for party in inbound.recipients][:2] == ["sac@loja.example", "bruno@example.com"]
    assert not any("+c" in party.value for party in (*inbound.recipients, *inbound.copied))
    assert inbound.reply_tokens == ("1a.abcdefghij",)  # where it belongs is still known


def test_a_plus_of_somebody_else_stays() -> None:
    inbound = read("sac+c1a.abcdefghij@other.example, elif+compras@example.com")
    assert [party.value for party in inbound.recipients] == [
        "sac+c1a.abcdefghij@other.example",
        "elif+compras@example.com",
    ]


@pytest.mark.parametrize("sender", ["sac@loja.example", "vendas@loja.example"])
def test_nothing_automatic_answers_our_own_addresses(sender: str) -> None:
    assert read("sac@loja.example", sender=sender, aliases="vendas@loja.example, ").silence
    assert not read("sac@loja.example").silence


@pytest.mark.parametrize("number", ["1", "9", "z", "10", "8x"])
def test_what_we_write_as_reply_address_is_found_again(number: str) -> None:
    token = f"{number}.abcdefgh27"
    address = reply_address(Sender("sac@loja.example", plus_addressing=True), token)
    assert read(address).reply_tokens == (token,)
    assert read(address.upper()).reply_tokens == (token,)
