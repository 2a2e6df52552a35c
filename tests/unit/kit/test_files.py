"""An attachment is what its bytes say, under a name that hides nothing."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.kit.files import Reason, Verdict, extension, judge, safe_name
from balcao.kit.filetypes import sniff

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20
PDF = b"%PDF-1.7\n"
EXE = b"MZ\x90\0"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100
HTML = b"<!DOCTYPE html><script>alert(1)</script>"


def zipped(**entries: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    "name, content, media_type",
    [
        ("foto.PNG", PNG, "image/png"),
        ("foto.jpg", JPEG, "image/jpeg"),
        ("foto.jpg", PNG, "image/png"),
        ("foto.heic", PNG, "image/png"),
        ("nota.pdf", PDF, "application/pdf"),
        ("nota.xml", b"<?xml version='1.0'?><nfeProc/>", "text/plain"),
        ("texto.txt", b"Ol\xe1", "text/plain"),
        ("texto.txt", HTML, "text/plain"),
        ("vazio.txt", b"", "text/plain"),
        ("lista.csv", b"a;b", "text/csv"),
        ("video.mp4", b"\0\0\0\x18ftypmp42", "video/mp4"),
        ("voz.opus", b"OggS\0", "audio/ogg"),
        ("voz.mp3", b"\xff\xfb\x90\0", "audio/mpeg"),
        ("foto.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("velho.doc", OLE, "application/msword"),
        (
            "carta.docx",
            zipped(word__document__xml=b"<w/>"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("fotos.zip", zipped(a__png=PNG), "application/zip"),
        ("vazio.zip", zipped(), "application/zip"),
    ],
)
def test_listed_files_are_safe_and_served_as_what_they_are(name: str, content: bytes, media_type: str) -> None:
    judgement = judge(name=name, media_type="text/html", content=content)
    assert (judgement.verdict, judgement.reason, judgement.media_type) == (Verdict.SAFE, Reason.ALLOWED, media_type)


@pytest.mark.parametrize(
    "name, content, reason",
    [
        ("virus.exe", EXE, Reason.PROGRAM),
        ("virus.EXE", PNG, Reason.PROGRAM),
        ("virus.exe .", EXE, Reason.PROGRAM),
        ("virus．exe", EXE, Reason.PROGRAM),
        ("foto.png", EXE, Reason.PROGRAM),
        ("sem extensao", EXE, Reason.PROGRAM),
        ("sem extensao", b"#!/bin/sh\n", Reason.PROGRAM),
        ("conta.pdf.exe", EXE, Reason.DOUBLE_EXTENSION),
        ("conta.pdf.js", b"x", Reason.DOUBLE_EXTENSION),
        ("conta\u202efdp.exe", EXE, Reason.PROGRAM),
        ("pagina.html", HTML, Reason.ACTIVE_CONTENT),
        ("desenho.svg", b"<svg/>", Reason.ACTIVE_CONTENT),
        ("foto.png", HTML, Reason.ACTIVE_CONTENT),
        ("foto.jpg", b" \n<svg onload=alert(1)>", Reason.ACTIVE_CONTENT),
        ("estranho.xyz", HTML, Reason.ACTIVE_CONTENT),
        ("planilha.xlsm", zipped(a=b""), Reason.MACROS),
        ("planilha.xlsx", zipped(xl_vbaProject__bin=b"", vbaProject__bin=b""), Reason.MACROS),
        ("planilha.xls", OLE + "_VBA_PROJECT".encode("utf-16-le"), Reason.MACROS),
        ("fotos.zip", zipped(a__exe=EXE), Reason.ARCHIVE_HOLDS_PROGRAM),
        ("fotos.zip", zipped(a__pdf__js=b""), Reason.ARCHIVE_HOLDS_PROGRAM),
        ("bomba.zip", zipped(a__txt=b"\0" * 30_000_000), Reason.ARCHIVE_TOO_LARGE),
        ("muitos.zip", zipped(**{f"a{number}": b"" for number in range(1001)}), Reason.ARCHIVE_TOO_LARGE),
    ],
)
def test_dangerous_files_are_named_so_and_never_served_as_anything(name: str, content: bytes, reason: Reason) -> None:
    judgement = judge(name=name, media_type="image/png", content=content)
    assert (judgement.verdict, judgement.reason) == (Verdict.DANGEROUS, reason)
    assert judgement.media_type == "application/octet-stream"


@pytest.mark.parametrize(
    "name, content, reason",
    [
        ("x.7z", b"7z\xbc\xaf'\x1c", Reason.NOT_LISTED),
        ("x.xyz", b"abc", Reason.NOT_LISTED),
        ("x.exe::$DATA", b"abc", Reason.NOT_LISTED),
        ("foto.png", PDF, Reason.CONTENT_DIFFERS),
        ("foto.png", b"", Reason.CONTENT_DIFFERS),
        ("nota.pdf", b"abc", Reason.CONTENT_DIFFERS),
        ("texto.txt", b"a\0b", Reason.CONTENT_DIFFERS),
        ("a.zip", b"PK\x03\x04garbage", Reason.ARCHIVE_BROKEN),
        ("a.zip", zipped(b__zip=b""), Reason.ARCHIVE_NESTED),
    ],
)
def test_other_files_are_unknown(name: str, content: bytes, reason: Reason) -> None:
    judgement = judge(name=name, content=content)
    assert (judgement.verdict, judgement.reason) == (Verdict.UNKNOWN, reason)
    assert judgement.media_type == "application/octet-stream"


def test_a_locked_archive_is_unknown() -> None:
    locked = bytearray(zipped(a__txt=b"x"))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert judge(name="a.zip", content=bytes(locked)).reason is Reason.ARCHIVE_LOCKED


def test_a_file_over_the_limit_is_refused() -> None:
    assert judge(name="a.txt", content=b"xx", largest=1).verdict is Verdict.REFUSED
    assert judge(name="a.txt", content=b"x", largest=1).verdict is Verdict.SAFE


@pytest.mark.parametrize(
    "name, media_type, content, shown",
    [
        ("", "image/png", PNG, "file.png"),
        ("foto", "application/octet-stream", JPEG, "foto.jpg"),
        ("", "message/rfc822; charset=x", b"From: a", "file.eml"),
        ("", "text/calendar", b"BEGIN:VCALENDAR", "file.ics"),
        ("nota", "application/pdf", PDF, "nota.pdf"),
        ("nota", "", b"abc", "nota"),
    ],
)
def test_a_file_without_an_extension_gets_one(name: str, media_type: str, content: bytes, shown: str) -> None:
    assert judge(name=name, media_type=media_type, content=content).name == shown


@pytest.mark.parametrize(
    "name, shown",
    [
        ("nota fiscal.pdf", "nota fiscal.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\a.txt", "a.txt"),
        ("/", "file"),
        ("", "file"),
        ("...", "file"),
        (".htaccess", "htaccess"),
        ("conta\u202egnp.exe", "contagnp.exe"),
        ("a\u200bb\0c\r\nd.txt", "abcd.txt"),
        ("a\u2028b.txt", "ab.txt"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("  a   b .txt  ", "a b.txt"),
        ("a\u00a0b\ue000.txt", "a b.txt"),
        ("Jo\u0061\u0303o.png", "João.png"),
        ("NUL.txt", "_NUL.txt"),
        ("com1", "_com1"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("x." + "y" * 300, "x." + "y" * 118),
    ],
)
def test_names_are_shown_without_deceit(name: str, shown: str) -> None:
    assert safe_name(name) == shown


@given(st.text())
def test_any_name_becomes_a_safe_one(name: str) -> None:
    safe = safe_name(name)
    assert 1 <= len(safe) <= 121
    assert safe.isprintable()
    assert not set(safe) & set('/\\<>:"|?*\0')
    assert safe_name(safe) == safe


@given(st.text(max_size=20), st.text(max_size=20), st.binary(max_size=200))
def test_any_file_can_be_judged(name: str, media_type: str, content: bytes) -> None:
    judgement = judge(name=name, media_type=media_type, content=content)
    assert judgement.verdict in Verdict
    assert extension(judgement.name) == extension(judgement.name).lower()


@pytest.mark.parametrize(
    "content, kind",
    [
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"RIFF", "unknown"),
        (b"\xff\xfea\0", "text"),
        (b"\xff", "text"),
        (b"\0\1", "unknown"),
    ],
)
def test_content_is_told_by_its_beginning(content: bytes, kind: str) -> None:
    assert sniff(content) == kind
