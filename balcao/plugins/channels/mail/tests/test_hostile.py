"""Mails that mean harm or are broken: always understood or refused with a reason, and soon."""

# ruff: noqa: E501 - mails stand as they come

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balcao.plugins.channels.mail.adapter import Mail
from balcao.plugins.channels.mail.parse import understand
from balcao.ports.channel import Connection, Inbound, RawEnvelope, Unreadable

FIXTURES = [
    path.read_bytes()
    for path in sorted((Path(__file__).parent / "fixtures").glob("**/*.eml"))
    if path.stat().st_size < 20_000
]
HEAD = b"From: ana@cliente.example\nSubject: Oi\n"


def take(body: bytes) -> Inbound | None:
    """Clean and understand one mail, as intake does."""
    try:
        return understand(Mail().clean(RawEnvelope("1", body)), Connection(config=None))
    except Unreadable:
        return None


def nested(depth: int) -> bytes:
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth)
    )
    return HEAD + head + b"\nOi"


HOSTILE = {
    "20,000 parts": HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\nContent-Type: text/plain\n\nOi\n" * 20_000 + b"--x--",
    "20,000 files": HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\nContent-Disposition: attachment\n\nOi\n" * 20_000 + b"--x--",
    "5,000 levels": nested(5_000),
    "5,000 enclosed": HEAD + b"Content-Type: message/rfc822\n\n" * 5_000 + b"Oi",
    "a header of 20 MB": HEAD + b"X-Long: " + b"a" * 20_000_000 + b"\n\nOi",
    "200,000 headers": HEAD + b"X-Many: a\n" * 200_000 + b"\nOi",
    "a subject of 5 MB": b"From: a@b.example\nSubject: " + b"=?utf-8?q?a?= " * 350_000 + b"\n\nOi",
    "100,000 recipients": HEAD + b"To: " + b"a@b.example, " * 100_000 + b"\n\nOi",
    "100,000 references": HEAD + b"References: " + b"<a@b> " * 100_000 + b"\n\nOi",
    "open brackets": b"From: " + b'<("' * 50_000 + b"\n\nOi",
    "nulls": HEAD + b"\n" + b"O\x00i\x00" * 1000,
    "lone returns": b"From: a@b.example\rSubject: Oi\r\rOi\rAna\r",
    "colons": HEAD + b"\n" + b"a:\n1:\nDe: x\n" * 60_000,
    "dashes": HEAD + b"\n" + b"--\n-----\n" * 60_000,
    "attributions": HEAD + b"\n" + b"Em 3/11/2026 10:15, Ana <a@b.example>\n" * 60_000,
    "quote marks": HEAD + b"\n" + b">" * 500_000,
    "one long line": HEAD + b"\n" + b"escreveu 3/11/2026 a@b.example " * 100_000,
    "digits": HEAD + b"\n" + b"4111 " * 300_000,
    "bad base64": HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"!!!=" * 100_000,
    "a zip bomb": HEAD + b"Content-Type: application/zip; name=a.zip\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nUEsDBBQA" + b"AAAA" * 1000,
    "parameters": HEAD + b"Content-Type: text/plain" + b"; a*0*=utf-8''x" * 20_000 + b"\n\nOi",
    "comments": b"Authentication-Results: x" + b"(" * 50_000 + b"\n" + HEAD + b"\nOi",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_taken_in_time(name: str) -> None:
    begun = time.process_time()
    found = take(HOSTILE[name])
    assert time.process_time() - begun < 5
    assert found is not None
    assert "\x00" not in found.full_text


def test_too_many_files_are_a_warning() -> None:
    found = take(HOSTILE["20,000 files"])
    assert found is not None
    assert "too-many-files" in found.warnings


@given(
    raw=st.sampled_from(FIXTURES), at=st.integers(0, 20_000), length=st.integers(0, 60), instead=st.binary(max_size=40)
)
@settings(max_examples=300, deadline=None)
def test_any_mutated_mail_is_understood_or_refused(raw: bytes, at: int, length: int, instead: bytes) -> None:
    take(raw[: at % (len(raw) + 1)] + instead + raw[at % (len(raw) + 1) + length :])


@given(raw=st.binary(max_size=600))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_understood_or_refused(raw: bytes) -> None:
    take(raw)
    take(b"From: a@b.example\nContent-Type: " + raw)
    take(b"From: " + raw + b"\n\nOi")
