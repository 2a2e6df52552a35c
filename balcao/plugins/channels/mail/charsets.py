"""Bytes into text, whatever the mail says about its character set."""

import codecs
import re

_UNPRINTABLE = re.compile("[\x00\ud800-\udfff]")

# What mails say, and what they mean. A superset stands in for the set that is named.
_MEANT = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "latin5": "cp1254",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-turkish": "mac_turkish",
    "macintosh": "mac_roman",
    "utf8mb4": "utf-8",
}
_ASCII_BELOW = re.compile(r"(?:utf-8|cp\d+|iso-?8859|latin|koi8|mac)", re.IGNORECASE)
_TURKISH = frozenset("ğĞıİşŞ".encode("cp1254"))
_NEARLY_ALL = 0.9
_MIXED = re.compile("[a-z][\u0400-\u04ff]|[\u0400-\u04ff][a-z]", re.IGNORECASE)  # one word in two scripts
_MOSTLY = 0.3  # of the bytes are above ASCII: not a Latin script


def decode(octets: bytes, label: str = "") -> str:
    """Decode by the label where it is right, by the best guess where it is missing or wrong; never fails."""
    name = _codec(label)
    if octets.isascii() and _ASCII_BELOW.match(name):
        return _clean(octets.decode("ascii"))
    if name.startswith("cp125") or name == "utf-8":  # labels that lie: what is valid UTF-8 is UTF-8
        try:
            return _clean(octets.decode("utf-8"))
        except UnicodeDecodeError:
            name = _guess(octets) if name == "utf-8" else name
    try:
        return _clean(octets.decode(name))
    except (UnicodeError, ValueError):
        return _clean(octets.decode(_guess(octets), "replace"))


def _codec(label: str) -> str:
    label = label.strip(" '\"").partition("*")[0].lower()
    label = _MEANT.get(label, label)
    try:
        return label if label and codecs.lookup(label)._is_text_encoding else "utf-8"  # noqa: SLF001 - no public name says it
    except (LookupError, ValueError):
        return "utf-8"


def _guess(octets: bytes) -> str:
    """Name the likeliest character set of bytes that do not say theirs."""
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        high = [octet for octet in octets[:4000] if octet >= 0x80]  # noqa: PLR2004 - the end of ASCII
        if not high:
            return "utf-8" if len(octets) < 4000 else "cp1252"  # noqa: PLR2004 - the sample was all ASCII
        if len(high) > _MOSTLY * min(len(octets), 4000):
            return _guess_script(octets)
        return "cp1254" if _TURKISH.intersection(high) else "cp1252"
    return "utf-8"


def _guess_script(octets: bytes) -> str:
    """Name the character set of bytes most of which are no ASCII: Chinese, Cyrillic, or else a Latin one after all."""
    for name, first, last in (("gb18030", "\u4e00", "\u9fff"), ("cp1251", "\u0400", "\u04ff")):
        try:
            text = octets.decode(name)
        except UnicodeDecodeError:
            continue
        letters = [letter for letter in text if ord(letter) > 0x7F]  # noqa: PLR2004 - the end of ASCII
        wanted = sum(first <= letter <= last for letter in letters)
        if wanted > _NEARLY_ALL * len(letters) and (_frequent(text) if name == "gb18030" else not _MIXED.search(text)):
            return name
    return "cp1254" if _TURKISH.intersection(octets) else "cp1252"


def _frequent(text: str) -> bool:
    """Tell Chinese from other bytes that happen to decode: its commonest characters occur."""
    return any(letter in text for letter in "的一是不了我有在人这您好请")


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", text) if "\x00" in text or not text.isascii() else text
