"""What must never be stored leaves a raw mail before anything is kept."""

# ruff: noqa: E501 - mails stand as they come

import base64
import binascii
import quopri

import pytest

from balcao.plugins.channels.mail.adapter import Mail
from balcao.plugins.channels.mail.parse import understand
from balcao.plugins.channels.mail.raw import FINGERPRINT_FIELD, redact_raw
from balcao.ports.channel import Connection, Inbound, RawEnvelope

CARD = "4111 1111 1111 1111"
HEAD = b"From: ana@cliente.example\nSubject: Oi\n"


def read(body: bytes) -> Inbound:
    return understand(RawEnvelope("1", body), Connection(config=None))


def clean(body: bytes) -> bytes:
    return Mail().clean(RawEnvelope("1", body)).body


@pytest.mark.parametrize(
    "body",
    [
        HEAD + f"\nMeu cartão é {CARD}.".encode(),
        HEAD + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(f"Meu cartão é {CARD}.".encode()),
        HEAD
        + b"Content-Transfer-Encoding: quoted-printable\n\n"
        + quopri.encodestring(f"Cartão 4111=\n1111 11{'11 1111'}.".replace("=\n", "").encode()),
        HEAD
        + b"Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(CARD.encode("utf-16")),
        HEAD + b"Content-Type: text/html\n\n<p>4111<b>1111</b>1111&nbsp;1111</p>",
        HEAD + "\n４１１１ １１１１ １１１１ １１１１".encode(),
        HEAD
        + b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nOi\n--x\nContent-Type: message/rfc822\n\nSubject: a\n\n4111111111111111\n--x--",
        HEAD
        + b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nOi\n--x\nContent-Type: text/csv\nContent-Disposition: attachment\n\n4111111111111111\n--x--",
        b"From: ana@cliente.example\nSubject: 4111111111111111\n\nOi",
        b"From: ana@cliente.example\nSubject: =?utf-8?q?41111111?=\n =?utf-8?q?11111111?=\n\nOi",
        b"From: ana@cliente.example\nSubject: =?utf-8?b?"
        + binascii.b2a_base64(CARD.encode(), newline=False)
        + b"?=\n\nOi",
    ],
)
def test_a_card_leaves_the_raw_mail(body: bytes) -> None:
    cleaned = clean(body)
    found = read(cleaned)
    everything = (
        cleaned
        + found.full_text.encode()
        + found.html.encode()
        + found.subject.encode()
        + b"".join(file.content for file in found.files)
    )
    for form in (b"4111 1111 1111 1111", b"4111111111111111", "４１１１ １１１１".encode(), b"1111&nbsp;1111"):
        assert form not in everything
    assert base64.b64encode(CARD.encode())[:20] not in cleaned


@pytest.mark.parametrize(
    "body",
    [
        HEAD + b"\nPedido 4111111111111112, telefone +55 11 98765-4321.",
        HEAD + b"\nNF-e 3526 1111 1111 1111 1111 5500 1000 0000 0110 0000 0001",
        HEAD
        + b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(b"4111111111111111"),
        HEAD + "\nSem números: ção.".encode("latin-1"),
        b"",
        b"\x00\xff",
    ],
)
def test_what_holds_no_card_stays_byte_for_byte(body: bytes) -> None:
    assert clean(body) == body


def test_only_the_part_with_the_card_is_written_anew() -> None:
    other = b"--x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nT2k=\n"
    body = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + other + b"--x\n\n4111111111111111\n--x--\n"
    cleaned = redact_raw(body)
    assert other in cleaned
    assert cleaned.startswith(HEAD)
    assert cleaned.endswith(b"\n--x--\n")


def test_the_fingerprint_is_that_of_the_mail_before() -> None:
    body = HEAD + b"\n4111111111111111"
    cleaned = clean(body)
    assert cleaned.startswith(FINGERPRINT_FIELD.encode() + b": ")
    assert read(cleaned).fingerprint == read(body).fingerprint


def test_cleaning_twice_changes_nothing_more() -> None:
    cleaned = clean(HEAD + b"\n4111111111111111")
    assert clean(cleaned) == cleaned


def test_nobody_else_sets_the_fingerprint() -> None:
    body = HEAD + f"{FINGERPRINT_FIELD}: {'0' * 64}\n\nOi".encode()
    assert FINGERPRINT_FIELD.lower().encode() not in clean(body).lower()
    assert read(clean(body)).fingerprint == read(HEAD + b"\nOi").fingerprint


def test_a_clean_envelope_is_handed_back_as_it_is() -> None:
    raw = RawEnvelope("1", HEAD + b"\nOi")
    assert Mail().clean(raw) is raw
