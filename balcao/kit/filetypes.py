"""The kinds of files that shops and customers send each other, and how each begins."""

from typing import NamedTuple


class FileType(NamedTuple):
    """The type a file is served as, and the kinds of content (see `sniff`) that its extension may have."""

    media_type: str
    kinds: frozenset[str]


def _type(media_type: str, *kinds: str) -> FileType:
    return FileType(media_type, frozenset(kinds))


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
_TEXT = ("text", "markup", "xml", "script")

# Text is served as plain text whatever is in it, so markup inside does no harm.
ALLOWED = {
    "jpg": _type("image/jpeg", "jpeg"),
    "jpeg": _type("image/jpeg", "jpeg"),
    "png": _type("image/png", "png"),
    "gif": _type("image/gif", "gif"),
    "webp": _type("image/webp", "webp"),
    "bmp": _type("image/bmp", "bmp"),
    "tif": _type("image/tiff", "tiff"),
    "tiff": _type("image/tiff", "tiff"),
    "heic": _type("image/heic", "mp4"),
    "heif": _type("image/heif", "mp4"),
    "avif": _type("image/avif", "mp4"),
    "pdf": _type("application/pdf", "pdf"),
    "txt": _type("text/plain", *_TEXT),
    "log": _type("text/plain", *_TEXT),
    "md": _type("text/plain", *_TEXT),
    "csv": _type("text/csv", *_TEXT),
    "xml": _type("text/plain", *_TEXT),
    "json": _type("application/json", *_TEXT),
    "ics": _type("text/calendar", *_TEXT),
    "vcf": _type("text/vcard", *_TEXT),
    "eml": _type("message/rfc822", *_TEXT),
    "rtf": _type("application/rtf", "rtf"),
    "docx": _type(f"{_OFFICE}.wordprocessingml.document", "zip"),
    "xlsx": _type(f"{_OFFICE}.spreadsheetml.sheet", "zip"),
    "pptx": _type(f"{_OFFICE}.presentationml.presentation", "zip"),
    "odt": _type(f"{_OPEN}.text", "zip"),
    "ods": _type(f"{_OPEN}.spreadsheet", "zip"),
    "odp": _type(f"{_OPEN}.presentation", "zip"),
    "doc": _type("application/msword", "ole"),
    "xls": _type("application/vnd.ms-excel", "ole"),
    "ppt": _type("application/vnd.ms-powerpoint", "ole"),
    "msg": _type("application/vnd.ms-outlook", "ole"),
    "zip": _type("application/zip", "zip"),
    "mp4": _type("video/mp4", "mp4"),
    "m4v": _type("video/mp4", "mp4"),
    "mov": _type("video/quicktime", "mp4"),
    "3gp": _type("video/3gpp", "mp4"),
    "webm": _type("video/webm", "matroska"),
    "avi": _type("video/x-msvideo", "avi"),
    "mp3": _type("audio/mpeg", "mp3"),
    "m4a": _type("audio/mp4", "mp4"),
    "aac": _type("audio/aac", "mp3", "mp4"),
    "ogg": _type("audio/ogg", "ogg"),
    "oga": _type("audio/ogg", "ogg"),
    "opus": _type("audio/ogg", "ogg"),
    "wav": _type("audio/wav", "wav"),
    "amr": _type("audio/amr", "amr"),
}

_MACRO_DOCUMENTS = "docm dotm xlsm xltm xlam xlsb pptm potm ppsm ppam sldm"
_ACTIVE = "htm html xhtml xht shtml svg svgz mht mhtml swf xsl xslt hta chm url webloc"
_PROGRAMS = """
    ade adp apk app appx application appref-ms bash bat bin cmd com command cpl csh deb diagcab dll dmg elf exe gadget
    hlp img inf ins iso isp jar jnlp js jse ksh library-ms lnk mde msc msi msix msp mst ocx one osx pif pkg pl php prf
    ps1 ps2 psc1 psm1 py pyc pyw reg rpm run scf scr sct search-ms settingcontent-ms sh shb shs sys theme vb vbe vbs
    vhd vhdx vxd wim wsc wsf wsh xbap xll zsh
"""
MACRO_DOCUMENTS = frozenset(_MACRO_DOCUMENTS.split())
ACTIVE = frozenset(_ACTIVE.split())
DANGEROUS = MACRO_DOCUMENTS | ACTIVE | frozenset(_PROGRAMS.split())

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"#!AMR", "amr"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\xfe\xed\xfa", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xce\xfa\xed\xfe", "program"),
    (b"L\0\0\0\x01\x14\x02\0", "program"),  # a Windows shortcut
    (b"#!", "script"),
)
_RIFF = {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}
_MARKUP = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<iframe", b"<!doctype svg", b"<form")
_MP3_SYNC = 0xE0
_HEAD = 4096


def sniff(content: bytes) -> str:
    """Return the kind of content by how it begins: `png`, `zip`, `program`, `markup`, `text`, ... or `unknown`."""
    head = content[:_HEAD]
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "unknown")
    if head[4:8] == b"ftyp":
        return "mp4"
    kind = next((kind for beginning, kind in _BEGINNINGS if head.startswith(beginning)), None)
    if kind:
        return kind
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & _MP3_SYNC == _MP3_SYNC and head[1] != 0xFE:  # noqa: PLR2004
        return "mp3"
    return _sniff_text(head)


def _sniff_text(head: bytes) -> str:
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "text"
    if b"\0" in head:
        return "unknown"
    lowered = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if any(tag in lowered for tag in _MARKUP):
        return "markup"
    return "xml" if lowered.startswith(b"<?xml") else "text"
