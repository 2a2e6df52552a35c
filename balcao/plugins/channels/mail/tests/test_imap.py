"""Reading a real mailbox (Dovecot)."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from imapclient import IMAPClient

from balcao.plugins.channels.mail import imap
from balcao.plugins.channels.mail.config import MailConfig
from balcao.plugins.channels.mail.imap import Mailbox
from balcao.plugins.channels.mail.imap_session import Sessions
from balcao.plugins.channels.mail.oauth import Tokens
from balcao.ports.channel import Batch, ChannelError, Connection
from balcao.testing.servers import ImapServer, free_port

ANA = b"From: ana@example.com\r\nSubject: Pedido 1001\r\n\r\nOnde est\xc3\xa1?\r\n"
BROKEN = b"\x00\xff\xfe no header at all\r\n.\r\n" + bytes(range(256)) + b"\r\n--never closed"


@pytest.fixture
def connection(imap_server: ImapServer, request: pytest.FixtureRequest) -> Connection:
    name = request.node.name.replace("[", "-").replace("]", "")[:60]
    config = MailConfig(
        address=f"{name}@loja.example",
        username=name,
        password=imap_server.password,
        imap_host=imap_server.host,
        imap_port=imap_server.port,
        imap_security="plain",
        since_days=1,
    )
    imap_server._maildir(name)
    return Connection(config)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    sessions = Sessions(Tokens())
    yield Mailbox(sessions)
    sessions.close()


@pytest.fixture
def deliver(imap_server: ImapServer, connection: Connection) -> Callable[[bytes], None]:
    return lambda raw: imap_server.deliver(connection.config.username, raw)


@pytest.fixture
def client(imap_server: ImapServer, connection: Connection) -> Iterator[IMAPClient]:
    """Another mail program at the same mailbox."""
    with IMAPClient(imap_server.host, imap_server.port, ssl=False) as client:
        client.login(connection.config.username, imap_server.password)
        yield client


def with_settings(connection: Connection, **settings: Any) -> Connection:
    return replace(connection, config=replace(connection.config, **settings))


def uids(batch: Batch) -> list[int]:
    return [int(mail.external_id.rsplit(":", 1)[1]) for mail in batch.envelopes]


def test_each_mail_comes_once_byte_for_byte(
    mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None]
) -> None:
    deliver(ANA)

    first = mailbox.fetch(connection, {})
    again = mailbox.fetch(connection, first.cursor)

    assert [mail.body for mail in first.envelopes] == [ANA]
    assert first.envelopes[0].source == "INBOX"
    assert first.envelopes[0].received_at is not None
    assert abs(first.envelopes[0].received_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert again.envelopes == ()
    assert again.cursor == first.cursor


def test_a_cursor_that_was_not_stored_brings_the_same_ids_again(
    mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None]
) -> None:
    deliver(ANA)
    first, second = mailbox.fetch(connection, {}), mailbox.fetch(connection, {})
    assert [mail.external_id for mail in first.envelopes] == [mail.external_id for mail in second.envelopes]
    assert len(first.envelopes) == 1


def test_only_mail_from_now_on_unless_asked_for_more(
    mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None], client: IMAPClient
) -> None:
    client.append("INBOX", ANA, msg_time=datetime.now(UTC) - timedelta(days=3))
    now_on = with_settings(connection, since_days=0)
    begun = mailbox.fetch(now_on, {})
    deliver(ANA)

    assert begun.envelopes == ()
    assert uids(mailbox.fetch(now_on, begun.cursor)) == [2]
    assert uids(mailbox.fetch(with_settings(connection, since_days=7), {})) == [1, 2]


def test_broken_mails_in_between_stop_nothing(
    mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None]
) -> None:
    for raw in (ANA, BROKEN, ANA, b"", BROKEN, ANA):
        deliver(raw)
        time.sleep(0.002)

    batch = mailbox.fetch(connection, {})

    assert uids(batch) == [1, 2, 3, 4, 5, 6]
    assert batch.refused == ()
    assert sum(mail.body == ANA for mail in batch.envelopes) == 3


def test_nothing_is_marked_before_it_is_kept(
    mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None], client: IMAPClient
) -> None:
    def seen() -> list[int]:
        client.select_folder("INBOX", readonly=True)
        return list(client.search("SEEN"))

    marking = with_settings(connection, mark_seen=True)
    deliver(ANA)

    first = mailbox.fetch(marking, {})
    assert seen() == []
    assert first.more  # comes back at once, to mark

    second = mailbox.fetch(marking, first.cursor)  # the cursor came back: its mails are kept
    assert seen() == [1]
    assert not second.more

    deliver(ANA)
    mailbox.fetch(connection, mailbox.fetch(connection, second.cursor).cursor)
    assert seen() == [1]


def test_batches_are_bounded_by_number_and_size(
    monkeypatch: pytest.MonkeyPatch, connection: Connection, deliver: Callable[[bytes], None]
) -> None:
    monkeypatch.setattr(imap._Haul, "__init__", _bounded(3, 5000))
    mailbox = Mailbox(Sessions(Tokens()))
    for size in (10, 10, 10, 10, 9000, 10):
        deliver(ANA + b"x" * size)
        time.sleep(0.002)

    batches, cursor, more = [], {}, True
    while more:
        batch = mailbox.fetch(connection, cursor)
        batches.append(uids(batch))
        cursor, more = batch.cursor, batch.more
    mailbox._sessions.close()

    assert batches == [[1, 2, 3], [4], [5], [6]]


def _bounded(mails: int, size: int) -> Any:
    original = imap._Haul.__init__
    return lambda self, suspects: original(self, suspects, mails, size)


def test_a_mail_beyond_all_measure_is_refused_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None]
) -> None:
    monkeypatch.setattr(imap, "LARGEST_MAIL", 1000)
    deliver(ANA)
    time.sleep(0.002)
    deliver(ANA + b"x" * 2000)

    batch = mailbox.fetch(connection, {})

    assert uids(batch) == [1]
    assert [(name.rsplit(":", 1)[1], reason) for name, reason in batch.refused] == [("2", imap.TOO_LARGE)]
    assert mailbox.fetch(connection, batch.cursor).refused == ()


def test_a_renumbered_folder_is_read_again(
    mailbox: Mailbox,
    connection: Connection,
    deliver: Callable[[bytes], None],
    client: IMAPClient,
) -> None:
    client.create_folder("Loja")
    client.append("Loja", ANA)
    client.append("Loja", ANA)
    folder = with_settings(connection, folders="Loja")
    first = mailbox.fetch(folder, {})
    mailbox._sessions.close()

    client.delete_folder("Loja")
    time.sleep(1.1)  # UIDVALIDITY is a time in seconds
    client.create_folder("Loja")
    client.append("Loja", ANA)
    client.append("Loja", BROKEN)
    second = mailbox.fetch(folder, first.cursor)

    assert uids(first) == [1, 2]
    assert uids(second) == [1, 2]
    assert not {mail.external_id for mail in first.envelopes} & {mail.external_id for mail in second.envelopes}
    assert list(mailbox.inventory(folder, second.cursor)) == [mail.external_id for mail in second.envelopes]


def test_another_account_behind_the_same_settings_is_read_from_its_own_beginning(
    mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None], imap_server: ImapServer
) -> None:
    deliver(ANA)
    imap_server.deliver("elif-other", ANA)
    first = mailbox.fetch(connection, {})
    other = mailbox.fetch(with_settings(connection, username="elif-other"), first.cursor)
    back = mailbox.fetch(connection, other.cursor)

    assert uids(first) == uids(other) == [1]
    assert first.envelopes[0].external_id != other.envelopes[0].external_id
    assert back.envelopes == ()


def test_a_missing_folder_does_not_stop_the_others(
    mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None]
) -> None:
    deliver(ANA)
    both = with_settings(connection, folders="Gone, INBOX")

    batch = mailbox.fetch(both, {})
    assert uids(batch) == [1]
    with pytest.raises(ChannelError, match="no folder of this name") as caught:
        mailbox.fetch(both, batch.cursor)
    assert caught.value.code == "refused"


def test_the_inventory_names_what_the_server_holds(
    mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None], client: IMAPClient
) -> None:
    for _ in range(3):
        deliver(ANA)
    batch = mailbox.fetch(connection, {})
    deliver(ANA)  # not read yet: not part of it
    client.select_folder("INBOX")
    client.delete_messages([2])
    client.expunge()

    held = list(mailbox.inventory(connection, batch.cursor))

    assert [int(name.rsplit(":", 1)[1]) for name in held] == [1, 3]


def test_a_missing_mail_is_fetched_by_name(
    mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None]
) -> None:
    for _ in range(3):
        deliver(ANA)
    batch = mailbox.fetch(connection, {})
    wanted, gone = batch.envelopes[1].external_id, batch.envelopes[1].external_id.rsplit(":", 1)[0] + ":77"

    again = mailbox.fetch(connection, batch.cursor, only=[wanted, gone])

    assert [mail.external_id for mail in again.envelopes] == [wanted]
    assert again.refused == ((gone, imap.GONE),)
    assert again.cursor == batch.cursor


def test_new_mail_is_pushed(mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None]) -> None:
    cursor = mailbox.fetch(connection, {}).cursor
    assert not mailbox.listen(connection, cursor, seconds=0.2)
    timer = threading.Timer(0.3, deliver, [ANA])
    timer.start()

    begun = time.monotonic()
    assert mailbox.listen(connection, cursor, seconds=15)
    assert time.monotonic() - begun < 5
    timer.join()
    assert uids(mailbox.fetch(connection, cursor)) == [1]


def test_mail_that_came_between_two_looks_is_not_waited_for(
    mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None]
) -> None:
    cursor = mailbox.fetch(connection, {}).cursor
    deliver(ANA)
    begun = time.monotonic()
    assert mailbox.listen(connection, cursor, seconds=10)
    assert time.monotonic() - begun < 2


def test_without_push_it_looks_again_and_again(
    monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None]
) -> None:
    monkeypatch.setattr(IMAPClient, "has_capability", lambda *_: False)
    monkeypatch.setattr(imap, "_ASK_AGAIN", 0.1)
    cursor = mailbox.fetch(connection, {}).cursor
    assert not mailbox.listen(connection, cursor, seconds=0.3)
    timer = threading.Timer(0.2, deliver, [ANA])
    timer.start()
    assert mailbox.listen(connection, cursor, seconds=10)
    timer.join()


def test_a_session_that_broke_is_opened_anew(
    mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None]
) -> None:
    cursor = mailbox.fetch(connection, {}).cursor
    mailbox._sessions._here.kept[2].socket().shutdown(socket.SHUT_RDWR)
    deliver(ANA)
    assert uids(mailbox.fetch(connection, cursor)) == [1]


def test_a_mail_that_breaks_the_connection_each_time_is_refused_and_the_next_one_comes(
    monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox, connection: Connection, deliver: Callable[[bytes], None]
) -> None:
    for _ in range(3):
        deliver(ANA)
    fetched = imap._fetched

    def breaking(client: IMAPClient, wanted: list[int]) -> Any:
        if 2 in wanted:
            client.socket().shutdown(socket.SHUT_RDWR)
        return fetched(client, wanted)

    monkeypatch.setattr(imap, "_fetched", breaking)
    got, refused, faults, cursor = [], [], 0, {}
    for _ in range(8):
        try:
            batch = mailbox.fetch(connection, cursor)
        except ChannelError:
            faults += 1
            continue
        got, refused, cursor = got + uids(batch), refused + list(batch.refused), batch.cursor

    assert got == [1, 3]
    assert [(name.rsplit(":", 1)[1], reason) for name, reason in refused] == [("2", imap.BREAKS)]
    assert faults == imap.MOST_BREAKS


@pytest.mark.parametrize(
    "settings,code,words",
    [
        ({"imap_host": "no-such-host.invalid"}, "connect", "no server of this name"),
        ({"imap_host": ""}, "connect", "No server is named"),
        ({"password": "wrong"}, "auth", "refuses the login"),
        ({"imap_security": "tls"}, "tls", "does not speak TLS"),
    ],
)
def test_faults_say_what_to_do(
    mailbox: Mailbox, connection: Connection, settings: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(ChannelError, match=words) as caught:
        mailbox.fetch(with_settings(connection, **settings), {})
    assert caught.value.code == code
    assert not caught.value.permanent
    assert "secret" not in str(caught.value)


def test_a_closed_port_is_told_apart(mailbox: Mailbox, connection: Connection) -> None:
    with pytest.raises(ChannelError, match="does not answer on this port"):
        mailbox.fetch(with_settings(connection, imap_port=free_port()), {})


def test_tls_is_checked_against_trusted_certificates(
    monkeypatch: pytest.MonkeyPatch,
    mailbox: Mailbox,
    connection: Connection,
    imap_server: ImapServer,
    deliver: Callable[[bytes], None],
) -> None:
    deliver(ANA)
    over_tls = with_settings(connection, imap_port=imap_server.tls_port, imap_security="tls")
    with pytest.raises(ChannelError, match="certificate is not valid") as caught:
        mailbox.fetch(over_tls, {})
    assert caught.value.code == "tls"

    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(imap_server.certificate))
    assert uids(mailbox.fetch(over_tls, {})) == [1]
    assert uids(mailbox.fetch(with_settings(connection, imap_security="starttls"), {})) == [1]
