"""Tokens for Google and Microsoft mailboxes."""

import base64
import hashlib
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from balcao.plugins.channels.mail.config import MailConfig
from balcao.plugins.channels.mail.imap import Mailbox
from balcao.plugins.channels.mail.imap_session import Sessions
from balcao.plugins.channels.mail.oauth import Tokens
from balcao.plugins.channels.mail.transport import Transport
from balcao.ports.channel import ChannelError, Connection

GOOGLE = MailConfig(
    address="sac@loja.example",
    login="google",
    oauth_client_id="client",
    oauth_client_secret="client-secret",
    oauth_refresh_token="refresh-1",
)


def test_the_consent_page_asks_for_mail_and_a_lasting_token() -> None:
    url = Transport().consent_url(
        Connection(GOOGLE), redirect_uri="https://desk.example/o", state="s", verifier="v" * 43
    )
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    assert asked["scope"] == "https://mail.google.com/"
    assert asked["access_type"] == "offline"
    assert asked["login_hint"] == "sac@loja.example"
    assert asked["state"] == "s"
    digest = hashlib.sha256(b"v" * 43).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")


def test_microsoft_is_asked_at_the_tenant() -> None:
    config = MailConfig(login="microsoft", oauth_tenant="loja.example")
    url = Transport().consent_url(Connection(config), redirect_uri="https://d", state="s", verifier="v")
    assert url.startswith("https://login.microsoftonline.com/loja.example/oauth2/v2.0/authorize?")
    assert "offline_access" in url
    assert "IMAP.AccessAsUser.All" in url


def test_a_password_needs_no_consent() -> None:
    connection = Connection(MailConfig(login="password"))
    assert Transport().consent_url(connection, redirect_uri="https://d", state="s", verifier="v") == ""


def test_the_code_becomes_a_secret_to_keep(token_server: Any) -> None:
    token_server.refresh_token = "refresh-new"
    transport = Transport(tokens=Tokens(transport=token_server))
    kept = transport.consented(Connection(GOOGLE), redirect_uri="https://d", code="the-code", verifier="v")
    assert kept == {"oauth_refresh_token": "refresh-new"}
    assert token_server.urls == ["https://oauth2.googleapis.com/token"]
    assert token_server.asked[0]["code"] == "the-code"
    assert token_server.asked[0]["code_verifier"] == "v"
    assert token_server.asked[0]["client_secret"] == "client-secret"


def test_a_token_is_kept_until_shortly_before_its_end(token_server: Any) -> None:
    now = [0.0]
    tokens, connection = Tokens(transport=token_server, clock=lambda: now[0]), Connection(GOOGLE)
    assert tokens.access(connection) == "token-1"
    now[0] = 3400.0
    assert tokens.access(connection) == "token-1"
    now[0] = 3500.0
    assert tokens.access(connection) == "token-2"
    assert token_server.asked[0]["refresh_token"] == "refresh-1"


def test_a_replaced_refresh_token_is_handed_back_once(token_server: Any) -> None:
    token_server.refresh_token = "refresh-2"
    kept: list[Mapping[str, str]] = []
    tokens = Tokens(transport=token_server)
    tokens.access(Connection(GOOGLE, keep_secrets=kept.append))
    tokens.access(Connection(replace(GOOGLE, oauth_refresh_token="refresh-2"), keep_secrets=kept.append))
    assert kept == [{"oauth_refresh_token": "refresh-2"}]
    assert len(token_server.asked) == 1


@pytest.mark.parametrize(
    "answer,code,permanent",
    [
        (httpx.Response(400, json={"error": "invalid_grant", "error_description": "Token revoked"}), "auth", False),
        (httpx.Response(503, text="busy"), "rate", False),
        (httpx.Response(200, text="not json"), "auth", False),
    ],
)
def test_a_refusal_is_told_without_secrets(
    token_server: Any, answer: httpx.Response, code: str, permanent: bool
) -> None:
    token_server.answer = answer
    with pytest.raises(ChannelError) as caught:
        Tokens(transport=token_server).access(Connection(GOOGLE))
    assert (caught.value.code, caught.value.permanent) == (code, permanent)
    assert "refresh-1" not in str(caught.value)
    assert "client-secret" not in repr(GOOGLE)


@contextmanager
def imap_with_tokens(right: str) -> Iterator[int]:
    """Run the smallest IMAP server that knows AUTHENTICATE XOAUTH2 (Dovecot would need a token service)."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            there, _ = listener.accept()
            with there, there.makefile("rwb") as lines:
                _converse(lines, right)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    stopped.set()
    listener.close()


def _converse(lines: Any, right: str) -> None:
    def say(text: str) -> None:
        lines.write(text.encode() + b"\r\n")
        lines.flush()

    say("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready")
    while line := lines.readline().decode():
        tag, command, *_ = line.split()
        if command == "AUTHENTICATE":
            say("+ ")
            if f"auth=Bearer {right}\x01" in base64.b64decode(lines.readline()).decode():
                say(f"{tag} OK in")
            else:
                say("+ eyJzdGF0dXMiOiI0MDAifQ==")
                lines.readline()
                say(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials")
        elif command == "CAPABILITY":
            say("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2")
            say(f"{tag} OK done")
        elif command == "EXAMINE":
            say("* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x")
            say(f"{tag} OK [READ-ONLY] done")
        elif command == "UID":
            say("* SEARCH")
            say(f"{tag} OK done")
        else:
            say(f"{tag} OK done")


def test_a_refused_token_is_renewed_once(token_server: Any) -> None:
    sessions = Sessions(Tokens(transport=token_server))
    with imap_with_tokens("token-2") as port:
        config = replace(GOOGLE, imap_host="127.0.0.1", imap_port=port, imap_security="plain")
        batch = Mailbox(sessions).fetch(Connection(config), {})
        sessions.close()
    assert [place["uidvalidity"] for place in batch.cursor["folders"].values()] == [7]
    assert len(token_server.asked) == 2


def test_a_token_that_stays_refused_says_what_to_do(token_server: Any) -> None:
    with imap_with_tokens("never") as port:
        config = replace(GOOGLE, imap_host="127.0.0.1", imap_port=port, imap_security="plain")
        with pytest.raises(ChannelError) as caught:
            Mailbox(Sessions(Tokens(transport=token_server))).fetch(Connection(config), {})
    assert caught.value.code == "auth"
    assert len(token_server.asked) == 2
