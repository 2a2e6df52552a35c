"""The mails that we write."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.plugins.channels.mail.compose import Sender, composed, page_of
from balcao.plugins.channels.mail.config import MailConfig
from balcao.plugins.channels.mail.transport import Transport
from balcao.ports.channel import ChannelError, Connection, File, IdentityKind, Outbound, Party

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = Sender("sac@loja.example")


def party(address: str, name: str = "") -> Party:
    return Party(IdentityKind.EMAIL, address, name)


REPLY = Outbound(
    external_id="c.abc@loja.example",
    to=(party("ana@example.com", "Ana Çelik"),),
    text="Olá!\n\nSeu pedido saiu: https://loja.example/p?a=1&b=2.",
    sender_name="Loja São José",
    subject="Re: Onde está?",
    answers=("last@example.com", "first@example.com"),
)


def read(outbound: Outbound, sender: Sender = SHOP) -> EmailMessage:
    return cast("EmailMessage", message_from_bytes(composed(outbound, sender, date=NOON), policy=default))


def test_the_same_outbound_gives_the_same_bytes() -> None:
    with_file = replace(REPLY, files=(File("a.pdf", "application/pdf", b"%PDF"),))
    assert composed(with_file, SHOP, date=NOON) == composed(with_file, SHOP, date=NOON)
    assert b"\n" not in composed(with_file, SHOP, date=NOON).replace(b"\r\n", b"")


def test_headers_say_who_what_and_to_which_mail() -> None:
    mail = read(REPLY)
    assert str(mail["From"]) == "Loja São José <sac@loja.example>"
    assert str(mail["To"]) == "Ana Çelik <ana@example.com>"
    assert mail["Subject"] == "Re: Onde está?"
    assert mail["Message-ID"] == "<c.abc@loja.example>"
    assert mail["In-Reply-To"] == "<last@example.com>"
    assert mail["References"] == "<first@example.com> <last@example.com>"
    assert mail["Date"].datetime == NOON
    assert mail["Auto-Submitted"] is None
    assert mail["Reply-To"] is None


def test_answers_come_back_to_the_conversation() -> None:
    mail = read(replace(REPLY, reply_token="12.abcdefghij"), Sender("sac@loja.example", plus_addressing=True))
    assert mail["Reply-To"].addresses[0].addr_spec == "sac+c12.abcdefghij@loja.example"
    assert read(replace(REPLY, reply_token="12.abcdefghij"))["Reply-To"] is None


def test_automatic_mail_is_marked_so() -> None:
    mail = read(replace(REPLY, automatic=True))
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] == "auto_reply"
    assert mail["X-Loop"] == "sac@loja.example"
    assert read(replace(REPLY, automatic=True, answers=()))["Auto-Submitted"] == "auto-generated"


def test_text_and_page_say_the_same() -> None:
    mail = read(REPLY)
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n") == REPLY.text
    assert '<a href="https://loja.example/p?a=1&amp;b=2">' in page.get_content()
    assert "Seu pedido saiu" in page.get_content()


def test_pictures_stand_in_the_page_and_files_beside_it() -> None:
    picture = File("foto ção.png", "image/png", b"\x89PNG", content_id="pic@loja", inline=True)
    receipt = File("nota.pdf", "application/pdf", b"%PDF-1.4")
    mail = read(replace(REPLY, html='<p><img src="cid:pic@loja"></p>', files=(picture, receipt)))
    parts = {part.get_filename(): part for part in mail.walk() if part.get_filename()}
    assert parts["foto ção.png"]["Content-ID"] == "<pic@loja>"
    assert parts["foto ção.png"].get_content() == b"\x89PNG"
    assert parts["nota.pdf"].get_content_disposition() == "attachment"
    assert mail.get_content_type() == "multipart/mixed"


@pytest.mark.parametrize(
    "outbound",
    [
        replace(REPLY, subject="Hi\r\nBcc: all@example.com"),
        replace(REPLY, sender_name="Loja\nX-Evil: 1"),
        replace(REPLY, to=(party("ana@example.com\r\nRCPT"),)),
        replace(REPLY, to=(party("no address"),)),
        replace(REPLY, answers=("x\r\nX-Evil: 1",)),
        replace(REPLY, external_id="x\nX-Evil: 1"),
        replace(REPLY, language="pt\r\nX-Evil: 1"),
        replace(REPLY, files=(File("a\r\nX-Evil: 1", "text/plain", b""),)),
        replace(REPLY, files=(File("a", "text/plain", b"", content_id="a\r\nX-Evil: 1"),)),
    ],
)
def test_no_header_can_be_smuggled_in(outbound: Outbound) -> None:
    with pytest.raises(ChannelError) as caught:
        composed(outbound, SHOP, date=NOON)
    assert caught.value.permanent


def test_a_media_type_cannot_smuggle_either() -> None:
    odd = read(
        replace(REPLY, files=(File("a", "text/plain\r\nX-Evil: 1", b"x"), File("b.eml", "message/rfc822", b"y")))
    )
    assert odd["X-Evil"] is None
    assert [part.get_content_type() for part in odd.iter_attachments()] == ["application/octet-stream"] * 2


line = st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200)


@given(text=st.text(st.characters(blacklist_categories=["Cs", "Cc"], whitelist_characters="\n"), max_size=2000))
def test_any_text_arrives_as_written(text: str) -> None:
    body = read(replace(REPLY, text=text)).get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text


@given(subject=line)
def test_any_subject_arrives_as_written(subject: str) -> None:
    said = str(read(replace(REPLY, subject=subject))["Subject"])
    assert said.split() == subject.split()


@given(ids=st.lists(st.from_regex(r"[a-z0-9.]{1,300}@[a-z]{1,40}\.example", fullmatch=True), max_size=30))
def test_references_survive_folding(ids: list[str]) -> None:
    raw = composed(replace(REPLY, answers=tuple(ids)), SHOP, date=NOON)
    head = raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").decode()
    said = [value for name, _, value in (line.partition(": ") for line in head.split("\r\n")) if name == "References"]
    assert said == ([" ".join(f"<{one}>" for one in reversed(ids))] if ids else [])


def test_html_is_escaped() -> None:
    assert "<script>" not in page_of("<script>alert(1)</script>")
    assert 'href="https://a.example/&quot;x"' not in page_of('https://a.example/"x')


def test_message_ids_cannot_be_guessed() -> None:
    connection = Connection(MailConfig(address="sac@loja.example"))
    minted = {Transport().new_id(connection) for _ in range(100)}
    assert len(minted) == 100
    assert all(one.startswith("c.") and one.endswith("@loja.example") and len(one) > 40 for one in minted)
