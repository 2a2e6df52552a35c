import smtplib
import ssl

import psycopg
import pytest
from imapclient import IMAPClient

from balcao.testing.servers import ImapServer, SmtpSink

MAIL = b"From: Ana <ana@example.com>\r\nSubject: Where is my order?\r\n\r\nIt was due on Monday.\r\n"


def test_each_test_gets_an_empty_database_of_its_own(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert found == (0,)


def test_a_mail_sent_by_smtp_is_read_by_imap(imap_server: ImapServer, smtp_to_imap: SmtpSink) -> None:
    with smtplib.SMTP(smtp_to_imap.host, smtp_to_imap.port) as client:
        client.sendmail("ana@example.com", ["help@shop.example"], MAIL)
    with IMAPClient(imap_server.host, imap_server.port, ssl=False) as client:
        client.login("help@shop.example", imap_server.password)
        client.select_folder("INBOX", readonly=True)
        fetched = client.fetch(client.search(), ["BODY[]"])
    assert [entry[b"BODY[]"] for entry in fetched.values()] == [MAIL]
    assert [mail.recipients for mail in smtp_to_imap.received] == [("help@shop.example",)]


def test_imap_answers_over_tls_with_a_certificate_for_localhost(imap_server: ImapServer) -> None:
    context = ssl.create_default_context(cafile=str(imap_server.certificate))
    with IMAPClient("localhost", imap_server.tls_port, ssl_context=context) as client:
        client.login("bruno@shop.example", imap_server.password)
        assert client.select_folder("INBOX")[b"EXISTS"] == 0


def test_a_refusal_reaches_the_sender(smtp_server: SmtpSink) -> None:
    smtp_server.refusal = "451 4.3.0 Later, please"
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as client, pytest.raises(smtplib.SMTPDataError, match="451"):
        client.sendmail("ana@example.com", ["help@shop.example"], MAIL)
    assert smtp_server.received == []
