"""Sending to a real SMTP server (aiosmtpd)."""

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from balcao.plugins.channels.mail.config import MailConfig
from balcao.plugins.channels.mail.oauth import Tokens
from balcao.plugins.channels.mail.transport import Transport
from balcao.ports.channel import ChannelError, Connection, IdentityKind, Outbound, Party, Receipt
from balcao.testing.servers import ImapServer, SmtpSink, free_port


def party(address: str, name: str = "") -> Party:
    return Party(IdentityKind.EMAIL, address, name)


REPLY = Outbound(
    external_id="c.abc@loja.example",
    to=(party("ana@example.com", "Ana"),),
    text="Olá!\n.\nSeu pedido saiu.",
    subject="Re: Pedido",
)


without_tls = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


class Steps:
    """Notes the order of what happens."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def handing_over(self) -> None:
        self.taken.append("handing over")


def connection_to(port: int, **settings: Any) -> Connection:
    config = MailConfig(
        address="sac@loja.example", smtp_host="127.0.0.1", smtp_port=port, smtp_security="plain", smtp_username="-"
    )
    return Connection(replace(config, **settings))


def send(connection: Connection, outbound: Outbound = REPLY, steps: Steps | None = None) -> Receipt:
    return Transport().send(outbound, connection, handing_over=(steps or Steps()).handing_over)


class Picky:
    """A server that answers as each test wants."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.rcpt: dict[str, str] = {}
        self.mail = self.end = ""
        self.senders: list[str] = []
        self.options: list[str] = []
        self.recipients: list[str] = []
        self.cuts_line = False

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail:
            return self.mail
        envelope.mail_from = address
        self.senders.append(address)
        self.options += options
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.steps.taken.append("whole mail there")
        self.recipients += envelope.rcpt_tos
        if self.cuts_line:
            assert server.transport is not None
            server.transport.abort()
        return self.end or "250 2.0.0 Queued as 7"


@contextmanager
def serving(handler: Picky, **options: Any) -> Iterator[int]:
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def picky(steps: Steps) -> Picky:
    return Picky(steps)


@pytest.fixture
def picky_port(picky: Picky) -> Iterator[int]:
    with serving(picky) as port:
        yield port


def test_a_mail_arrives_byte_for_byte(smtp_server: SmtpSink) -> None:
    receipt = send(connection_to(smtp_server.port), replace(REPLY, copied=(party("bruno@example.com"),)))

    [mail] = smtp_server.received
    assert mail.sender == "sac@loja.example"
    assert mail.recipients == ("ana@example.com", "bruno@example.com")
    assert b"\r\n.\r\nSeu pedido saiu." in mail.raw  # the lone dot came through
    assert b"Message-ID: <c.abc@loja.example>\r\n" in mail.raw
    assert receipt.external_id == "c.abc@loja.example"
    assert "Taken" in receipt.detail


def test_the_hand_over_is_marked_before_the_server_has_the_mail(picky_port: int, steps: Steps) -> None:
    send(connection_to(picky_port), steps=steps)
    assert steps.taken == ["handing over", "whole mail there"]


def test_nothing_leaves_when_the_mark_fails(picky_port: int, steps: Steps) -> None:
    def fail() -> None:
        raise RuntimeError("lease lost")

    with pytest.raises(RuntimeError, match="lease lost"):
        Transport().send(REPLY, connection_to(picky_port), handing_over=fail)
    assert steps.taken == []


@pytest.mark.parametrize(
    "place,answer,permanent,code,marked",
    [
        ("mail", "451 4.3.0 Later", False, "rate", False),
        ("mail", "550 5.7.1 Not from you", True, "refused", False),
        ("rcpt", "450 4.2.1 Greylisted", False, "rate", False),
        ("rcpt", "550 5.1.1 No such person", True, "address", False),
        ("end", "452 4.2.2 Mailbox full", False, "rate", True),
        ("end", "554 5.6.0 Looks like spam", True, "refused", True),
        ("end", "552 5.3.4 Too big", True, "size", True),
    ],
)
def test_temporary_and_permanent_refusals(
    picky: Picky, picky_port: int, steps: Steps, place: str, answer: str, permanent: bool, code: str, marked: bool
) -> None:
    if place == "rcpt":
        picky.rcpt["ana@example.com"] = answer
    else:
        setattr(picky, place, answer)

    with pytest.raises(ChannelError) as caught:
        send(connection_to(picky_port), steps=steps)

    assert (caught.value.permanent, caught.value.code, caught.value.uncertain) == (permanent, code, False)
    assert answer[:3] in str(caught.value)
    assert ("handing over" in steps.taken) == marked


def test_a_refused_copy_does_not_stop_the_mail_but_is_told(picky: Picky, picky_port: int) -> None:
    picky.rcpt["bruno@example.com"] = "550 5.1.1 No such person"
    receipt = send(connection_to(picky_port), replace(REPLY, copied=(party("bruno@example.com"),)))
    assert picky.recipients == ["ana@example.com"]
    assert "bruno@example.com: 550" in receipt.detail


def test_one_refused_recipient_among_several_stops_the_mail(picky: Picky, picky_port: int, steps: Steps) -> None:
    picky.rcpt["elif@example.com"] = "550 5.1.1 No such person"
    both = replace(REPLY, to=(party("ana@example.com"), party("elif@example.com")))
    with pytest.raises(ChannelError):
        send(connection_to(picky_port), both, steps)
    assert steps.taken == []


def test_a_line_that_breaks_after_the_hand_over_leaves_it_uncertain(picky: Picky, picky_port: int) -> None:
    picky.cuts_line = True
    with pytest.raises(ChannelError, match="may have left") as caught:
        send(connection_to(picky_port))
    assert caught.value.uncertain
    assert caught.value.code == "uncertain"


def test_a_line_that_breaks_before_it_is_tried_again(steps: Steps) -> None:
    with breaking_after(b"RCPT") as port, pytest.raises(ChannelError) as caught:
        send(connection_to(port), steps=steps)
    assert not caught.value.uncertain
    assert not caught.value.permanent
    assert steps.taken == []


@contextmanager
def breaking_after(command: bytes) -> Iterator[int]:
    """Run a server that hangs up on the given command."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        there, _ = listener.accept()
        with there, there.makefile("rwb") as lines:
            lines.write(b"220 here\r\n")
            lines.flush()
            while (line := lines.readline()) and not line.startswith(command):
                lines.write(b"250 OK\r\n")
                lines.flush()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join(10)
        listener.close()


def test_a_mail_larger_than_the_server_takes_is_not_even_tried(picky: Picky, steps: Steps) -> None:
    with serving(picky, data_size_limit=500) as port, pytest.raises(ChannelError) as caught:
        send(connection_to(port), replace(REPLY, text="x" * 2000), steps)
    assert (caught.value.code, caught.value.permanent) == ("size", True)
    assert steps.taken == []


def test_letters_before_the_at_need_a_server_that_knows_them(picky: Picky, steps: Steps) -> None:
    to_joao = replace(REPLY, to=(party("joão@exemplo.com.br"),))
    with serving(picky, enable_SMTPUTF8=False) as port, pytest.raises(ChannelError) as caught:
        send(connection_to(port), to_joao, steps)
    assert (caught.value.code, caught.value.permanent) == ("address", True)

    with serving(picky, enable_SMTPUTF8=True) as port:
        send(connection_to(port), to_joao)
        send(connection_to(port), replace(REPLY, to=(party("ana@münchen.example"),)))
    assert picky.recipients == ["joão@exemplo.com.br", "ana@xn--mnchen-3ya.example"]
    assert picky.options.count("SMTPUTF8") == 1  # only where needed


def test_automatic_mail_may_go_without_a_sender(picky: Picky, picky_port: int) -> None:
    automatic = replace(REPLY, automatic=True)
    send(connection_to(picky_port, empty_sender=True), automatic)
    send(connection_to(picky_port), automatic)
    send(connection_to(picky_port, empty_sender=True), REPLY)
    assert picky.senders == ["<>", "sac@loja.example", "sac@loja.example"]


def test_a_mailbox_that_only_receives_says_so() -> None:
    reading = connection_to(1, outgoing="none")
    assert not Transport().limits(reading).replies
    with pytest.raises(ChannelError, match="send nothing"):
        send(reading)


def passwords(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
    is_right = isinstance(login, LoginPassword) and login == LoginPassword(b"sac@loja.example", b"right")
    return AuthResult(success=is_right, handled=is_right)


@without_tls
def test_a_login_that_is_refused(picky: Picky) -> None:
    options = {"authenticator": passwords, "auth_required": True, "auth_require_tls": False}
    with serving(picky, **options) as port:
        send(connection_to(port, smtp_username="", password="right"))
        with pytest.raises(ChannelError, match="Check the user name and the password") as caught:
            send(connection_to(port, smtp_username="", password="wrong"))
    assert caught.value.code == "auth"
    assert not caught.value.permanent  # sent once the settings are right
    assert "wrong" not in str(caught.value)


def test_tls_is_used_and_checked(
    picky: Picky, imap_server: ImapServer, monkeypatch: pytest.MonkeyPatch, steps: Steps
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(imap_server.certificate, imap_server.folder / "key.pem")
    with serving(picky, tls_context=context, require_starttls=True) as port:
        over_tls = connection_to(port, smtp_security="starttls")
        with pytest.raises(ChannelError, match="certificate is not valid"):
            send(over_tls)
        monkeypatch.setenv("SSL_CERT_FILE", os.fspath(imap_server.certificate))
        send(over_tls, steps=steps)
    assert steps.taken[0] == "handing over"


def test_no_starttls_no_mail(picky_port: int) -> None:
    with pytest.raises(ChannelError, match="offers no STARTTLS"):
        send(connection_to(picky_port, smtp_security="starttls"))


def test_checking_tells_each_step(imap_server: ImapServer, smtp_server: SmtpSink) -> None:
    both = connection_to(
        smtp_server.port,
        imap_host="127.0.0.1",
        imap_port=imap_server.port,
        imap_security="plain",
        password="secret",
        username="check",
    )
    assert [(name, works) for name, works, _ in Transport().check(both)] == [
        ("Find the IMAP server", True),
        ("Connect to the IMAP server", True),
        ("Log in to read mail", True),
        ("Open the folders", True),
        ("Find the SMTP server", True),
        ("Connect to the SMTP server", True),
        ("Log in to send mail", True),
    ]


@pytest.mark.parametrize(
    "settings,failing,hint",
    [
        ({"imap_host": "no-such.invalid"}, "Find the IMAP server", "no server of this name"),
        ({"imap_port": 1}, "Connect to the IMAP server", "does not answer on this port"),
        ({"password": "wrong"}, "Log in to read mail", "refuses the login"),
        ({"folders": "INBOX, Nowhere"}, "Open the folders", "no folder of this name"),
    ],
)
def test_checking_stops_each_way_at_its_first_failure(
    imap_server: ImapServer, smtp_server: SmtpSink, settings: dict[str, Any], failing: str, hint: str
) -> None:
    right = {"imap_host": "127.0.0.1", "imap_port": imap_server.port, "imap_security": "plain", "username": "check"}
    steps = Transport().check(connection_to(smtp_server.port, **{"password": "secret", **right, **settings}))
    [(name, _, said)] = [step for step in steps if not step[1]]
    assert name == failing
    assert hint in said
    assert steps[-1][:2] == ("Log in to send mail", True)


def xoauth2(token: str) -> Callable[..., Any]:
    """Return aiosmtpd's handler for a mechanism it does not know itself: the token alone lets in."""

    async def auth_XOAUTH2(self: Any, server: SMTP, args: list[str]) -> Any:  # noqa: N802
        import base64

        said = base64.b64decode(args[1]).decode()
        if said == f"user=sac@loja.example\x01auth=Bearer {token}\x01\x01":
            return AuthResult(success=True)
        await server.challenge_auth(b'{"status":"400"}', encode_to_b64=True)
        return AuthResult(success=False, handled=False)

    return auth_XOAUTH2


@without_tls
def test_login_with_a_token_renews_it_once(picky: Picky, token_server: Any) -> None:
    class WithTokens(Picky):
        auth_XOAUTH2 = xoauth2("token-2")  # noqa: N815

    handler = WithTokens(picky.steps)
    options = {"auth_required": True, "auth_require_tls": False, "auth_exclude_mechanism": ["LOGIN", "PLAIN"]}
    with serving(handler, **options) as port:
        google = connection_to(port, smtp_username="", login="google", oauth_refresh_token="r", oauth_client_id="id")
        Transport(tokens=Tokens(transport=token_server)).send(REPLY, google, handing_over=lambda: None)
    assert handler.recipients == ["ana@example.com"]
    assert len(token_server.asked) == 2  # the first token was refused, the second let in
