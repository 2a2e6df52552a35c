"""What may come in as an attachment: judged by its name, by its first bytes, and by what an archive unpacks to."""

import io
import unicodedata
import zipfile
from dataclasses import dataclass
from enum import StrEnum

from balcao.kit.filetypes import ACTIVE, ALLOWED, DANGEROUS, MACRO_DOCUMENTS, FileType, sniff

LARGEST = 25 * 1024 * 1024
MOST_PER_MESSAGE = 50

_LONGEST_NAME = 120
_LONGEST_EXTENSION = 10
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_BINARY = "application/octet-stream"

_MOST_ENTRIES = 1000
_LARGEST_UNPACKED = 200 * 1024 * 1024
_LARGEST_RATIO = 100
_ENTRY = b"PK\x01\x02"  # begins each entry of a zip file's directory
_VBA = "_VBA_PROJECT".encode("utf-16-le")


class Verdict(StrEnum):
    """What becomes of an attachment."""

    SAFE = "safe"
    UNKNOWN = "unknown"  # kept, offered as a download after a warning
    DANGEROUS = "dangerous"  # kept, offered to those only who may
    REFUSED = "refused"  # over the limit: an upload is turned away


class Reason(StrEnum):
    """Why a file was judged so."""

    ALLOWED = "allowed"
    NOT_LISTED = "not_listed"
    CONTENT_DIFFERS = "content_differs"
    PROGRAM = "program"
    ACTIVE_CONTENT = "active_content"
    DOUBLE_EXTENSION = "double_extension"
    MACROS = "macros"
    TOO_LARGE = "too_large"
    ARCHIVE_BROKEN = "archive_broken"
    ARCHIVE_LOCKED = "archive_locked"
    ARCHIVE_NESTED = "archive_nested"
    ARCHIVE_TOO_LARGE = "archive_too_large"
    ARCHIVE_HOLDS_PROGRAM = "archive_holds_program"


_VERDICTS = {
    Reason.ALLOWED: Verdict.SAFE,
    Reason.NOT_LISTED: Verdict.UNKNOWN,
    Reason.CONTENT_DIFFERS: Verdict.UNKNOWN,
    Reason.ARCHIVE_BROKEN: Verdict.UNKNOWN,
    Reason.ARCHIVE_LOCKED: Verdict.UNKNOWN,
    Reason.ARCHIVE_NESTED: Verdict.UNKNOWN,
    Reason.TOO_LARGE: Verdict.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why a file was judged so, the name to show, and the type to serve it as."""

    reason: Reason
    name: str
    media_type: str

    @property
    def verdict(self) -> Verdict:
        """What becomes of the file."""
        return _VERDICTS.get(self.reason, Verdict.DANGEROUS)


def judge(*, name: str, media_type: str = "", content: bytes, largest: int = LARGEST) -> Judgement:
    """Judge a whole file by its extension and its bytes; what the sender says it is only helps to name it."""
    shown = _named(safe_name(name), media_type, content)
    file_type = ALLOWED.get(extension(shown))
    reason = Reason.TOO_LARGE if len(content) > largest else _reason(shown, file_type, content)
    served = _served(file_type, sniff(content)) if file_type and reason is Reason.ALLOWED else _BINARY
    return Judgement(reason, shown, served)


def safe_name(name: str, *, fallback: str = "file") -> str:
    """Return a file name that shows what it is: no path, no invisible or turning characters, not too long."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    visible = "".join(_shown(character) for character in last)
    clean = " ".join(visible.translate(_FORBIDDEN).split()).strip(". ")
    stem, dot, ending = clean.rpartition(".")
    if not stem or len(ending) > _LONGEST_EXTENSION:
        stem, dot, ending = clean, "", ""
    short = stem[: _LONGEST_NAME - len(dot + ending)].rstrip(". ") + dot + ending
    return f"_{short}" if stem.lower() in _RESERVED else short or fallback


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if unicodedata.category(character) == "Zs" else ""


def extension(name: str) -> str:
    """Return the extension of a name in lower case, without its dot; empty if it has none."""
    stem, _, ending = unicodedata.normalize("NFKC", name).rpartition(".")
    return ending.strip().lower() if stem else ""


def _named(name: str, media_type: str, content: bytes) -> str:
    """Return the name, with an extension found from content or media type if it has none."""
    if extension(name):
        return name
    kind = sniff(content)
    said = media_type.partition(";")[0].strip().lower()
    by_kind = (
        ending
        for ending, file_type in ALLOWED.items()
        if kind in file_type.kinds and kind not in {"text", "zip", "ole"}
    )
    by_type = (ending for ending, file_type in ALLOWED.items() if file_type.media_type == said)
    ending = next(by_kind, None) or next(by_type, None)
    return f"{name}.{ending}" if ending else name


def _reason(name: str, file_type: FileType | None, content: bytes) -> Reason:
    ending, kind = extension(name), sniff(content)
    if ending in DANGEROUS:
        return _of_dangerous(name, ending)
    if kind in {"program", "script"}:
        return Reason.PROGRAM
    if file_type is None:
        return Reason.ACTIVE_CONTENT if kind == "markup" else Reason.NOT_LISTED
    if kind not in file_type.kinds and not _is_picture_under_another_name(file_type, kind):
        return Reason.ACTIVE_CONTENT if kind == "markup" else Reason.CONTENT_DIFFERS
    if kind == "ole":
        return Reason.MACROS if _VBA in content else Reason.ALLOWED
    return _of_archive(content, is_document=ending != "zip") if kind == "zip" else Reason.ALLOWED


def _of_dangerous(name: str, ending: str) -> Reason:
    if extension(name[: -len(ending) - 1]) in ALLOWED:
        return Reason.DOUBLE_EXTENSION
    if ending in MACRO_DOCUMENTS:
        return Reason.MACROS
    return Reason.ACTIVE_CONTENT if ending in ACTIVE else Reason.PROGRAM


def _is_picture_under_another_name(file_type: FileType, kind: str) -> bool:
    return file_type.media_type.startswith("image/") and kind in {"png", "jpeg", "gif", "webp"}


def _served(file_type: FileType, kind: str) -> str:
    return f"image/{kind}" if _is_picture_under_another_name(file_type, kind) else file_type.media_type


def _of_archive(content: bytes, *, is_document: bool) -> Reason:
    """Judge a zip file by its directory, without unpacking it (ASVS 5.2.3)."""
    if content.count(_ENTRY) > _MOST_ENTRIES:
        return Reason.ARCHIVE_TOO_LARGE
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return Reason.ARCHIVE_BROKEN
    return _of_entries(entries, packed=len(content), is_document=is_document)


def _of_entries(entries: list[zipfile.ZipInfo], *, packed: int, is_document: bool) -> Reason:
    unpacked = sum(entry.file_size for entry in entries)
    names = [safe_name(entry.filename) for entry in entries]
    endings = {extension(name) for name in names}
    if unpacked > _LARGEST_UNPACKED or unpacked > _LARGEST_RATIO * packed:
        return Reason.ARCHIVE_TOO_LARGE
    if any(name.lower() == "vbaproject.bin" for name in names):
        return Reason.MACROS
    if endings & DANGEROUS:
        return Reason.ARCHIVE_HOLDS_PROGRAM
    if any(entry.flag_bits & 1 for entry in entries):
        return Reason.ARCHIVE_LOCKED
    return Reason.ARCHIVE_NESTED if endings & {"zip", "rar", "7z", "gz", "tar"} and not is_document else Reason.ALLOWED
