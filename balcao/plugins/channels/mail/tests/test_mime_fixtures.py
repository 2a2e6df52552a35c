"""Mails of other mail parsers: the same words, files and subjects, or a reason why not."""

# ruff: noqa: E501 - mails stand as they come

import json
from pathlib import Path

import pytest

from balcao.plugins.channels.mail.bodies import given_name, sort_parts
from balcao.plugins.channels.mail.headers import Head, words
from balcao.plugins.channels.mail.mime import Part, split
from balcao.plugins.channels.mail.parse import understand
from balcao.ports.channel import Connection, Nature, RawEnvelope

FIXTURES = Path(__file__).parent / "fixtures"
EXPECTED = json.loads((FIXTURES / "stalwart/expected.json").read_text(encoding="utf-8"))

# Where we read a mail otherwise than Stalwart's parser: what differs, and why ours is at least as good for a reader.
OTHERWISE = {
    "malformed/000": ("plain html", "Empty parts are kept as empty words instead of dropped; they print nothing."),
    "malformed/001": (
        "plain html files",
        "An inner boundary that never comes: its lines are read as words, none is lost.",
    ),
    "malformed/003": (
        "plain html files",
        "Inner and outer boundary are the same: we find the inner words, Stalwart a nameless file.",
    ),
    "malformed/004": ("plain html files", "Boundary lines longer than the boundary are none: the text is shown whole."),
    "malformed/006": ("plain html files", "As 001: the words of the inner part are found."),
    "malformed/007": ("files", "An empty part that is not a file."),
    "malformed/008": (
        "plain html files",
        "The words after an unclosed inner multipart are words too, not a nameless file.",
    ),
    "malformed/009": ("plain html files", "As 008."),
    "malformed/011": ("plain html files", "As 008."),
    "malformed/012": ("files", "Three mails are enclosed and three files are made; Stalwart counts two."),
    "malformed/013": ("plain html", "As 000: multiparts without parts are empty words."),
    "malformed/017": ("files", "The name behind an empty disposition is found: image001.png."),
    "malformed/020": (
        "plain html",
        "Two Content-Types: the first one makes a multipart, so its HTML is HTML and no raw source.",
    ),
    "malformed/021": ("plain html", "As 020."),
    "thirdparty/002": (
        "plain html files",
        "Broken base64 is read as far as it goes; what cannot be is shown as it stands.",
    ),
    "thirdparty/005": ("plain html", "A boundary within a line is none; Stalwart reads it as one."),
    "thirdparty/015": ("files", "Three mails are enclosed as files with names; Stalwart lists one."),
}


def as_text(parts: list[Part]) -> list[str]:
    return [part.text().replace("\r\n", "\n").rstrip("\n") for part in parts]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_mail_has_the_expected_parts(name: str) -> None:
    stem, _, ends = name.rpartition(".")
    raw = (FIXTURES / "stalwart" / f"{stem}.eml").read_bytes()
    raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") if ends == "crlf" else raw
    expected = EXPECTED[name]

    root = split(raw)
    bodies = sort_parts(root)

    found = {
        "plain": as_text(bodies.plain),
        "html": as_text(bodies.html),
        "files": [given_name(part) for part in bodies.files],
        "subject": words(Head(root.fields).first("subject")),
    }
    different = {aspect for aspect in expected if found[aspect] != expected[aspect]}
    allowed = set(OTHERWISE.get(stem, ("", ""))[0].split())
    explained = different == allowed if ends == "lf" else different <= allowed
    assert explained, {aspect: (expected[aspect], found[aspect]) for aspect in different ^ allowed}


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("**/*.eml")), ids=lambda path: str(path.relative_to(FIXTURES)))
def test_no_mail_is_refused(path: Path) -> None:
    found = understand(RawEnvelope("1", path.read_bytes()), Connection(config=None))
    assert found.external_id
    assert found.sender.value
    assert found.full_text or found.html or found.files or found.report or path.stat().st_size < 500


@pytest.mark.parametrize(
    "name,recipient,permanent,status,about",
    [
        ("bounce/zed", "asdfasdfasdfasdfasdfasdfewrqertrtyrthsfgdfgadfqeadvxzvz@gmail.com", True, "5.1.1", "20090708054735.GC7578@example.com"),
        ("bounce/delayed", "foo@example.com", False, "4.0.0", ""),
        ("bounce/delayed-broken", "demo@example.com", False, "4.2.2", ""),
        ("bounce/gmail-invalid-address", "awfawfawfawfawfaw@someserverhere.com", True, "5.1.0", "CAKsfaBUUGqVZiaMrmH3TRPfq1odQPtM7Ey5YW1SgyJJRHtAjgw@mail.gmail.com"),
        ("bounce/gmail-no-dns", "user@example.comm", True, "", ""),
        ("bounce/broken-mime", "info@example.net", True, "", ""),
    ],
)  # fmt: skip
def test_a_bounce_is_read(name: str, recipient: str, permanent: bool, status: str, about: str) -> None:
    raw = (FIXTURES / "flanker" / f"{name}.eml").read_bytes()
    found = understand(RawEnvelope("1", raw), Connection(config=None))
    assert found.nature is Nature.BOUNCE
    assert found.report is not None
    assert (found.report.recipient, found.report.permanent, found.report.status, found.report.about) == (
        recipient,
        permanent,
        status,
        about,
    )


def test_a_complaint_is_read() -> None:
    raw = (FIXTURES / "flanker/complaints/yahoo.eml").read_bytes()
    found = understand(RawEnvelope("1", raw), Connection(config=None))
    assert found.nature is Nature.COMPLAINT
    assert found.report is not None
    assert found.report.recipient == "user@yahoo.com"
    assert found.report.about == "20120711015015.4A8BE2E088E@www.example.com"


@pytest.mark.parametrize("program", ["android", "apple_mail", "hotmail", "iphone", "sparrow", "thunderbird"])
def test_a_whole_reply_says_hello(program: str) -> None:
    raw = (FIXTURES / "talon/standard_replies" / f"{program}.eml").read_bytes()
    assert understand(RawEnvelope("1", raw), Connection(config=None)).text == "Hello"
