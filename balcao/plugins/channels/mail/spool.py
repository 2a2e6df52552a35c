"""Mails as files: single ones, folders, mbox, Maildir; in the order of their dates."""

import mailbox
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path

_HEADER_BYTES = 64 * 1024
_NOT_MAIL = frozenset({".json", ".md", ".py", ".html", ".css", ".png", ".jpg", ".gz", ".csv", ".toml", ".yaml", ".pdf"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SpooledMail:
    """One mail on disk: what it is called, when it says it was sent, and where its bytes are."""

    source: str
    sent_at: datetime | None
    path: Path = field(repr=False)
    key: str | None = None  # inside an mbox

    def read(self, boxes: dict[Path, mailbox.mbox]) -> bytes:
        """Return the mail's bytes; `boxes` keeps opened mboxes between calls."""
        if self.key is None:
            return self.path.read_bytes()
        box = boxes.setdefault(self.path, mailbox.mbox(str(self.path), create=False))
        return box.get_bytes(self.key)


class NoSuchPath(Exception):
    """A path that was given is not there or cannot be read; the message says which."""


def sent_at(body: bytes) -> datetime | None:
    """Return when a mail says it was sent, None when it does not say so readably."""
    value = BytesHeaderParser().parsebytes(body[:_HEADER_BYTES]).get("Date")
    try:
        at = parsedate_to_datetime(str(value)) if value else None
    except (ValueError, TypeError):
        return None
    if at is None:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def spooled(paths: list[Path]) -> tuple[list[SpooledMail], list[Path]]:
    """Return the mails under these paths, each path's own in the order of their dates, and the files passed over.

    A file that is named is always a mail; in a folder, files that cannot be mails by their ending are passed over.
    """
    found: list[SpooledMail] = []
    passed_over: list[Path] = []
    for path in paths:
        if not path.exists():
            raise NoSuchPath(f"{path}: there is no such file or folder.")
        mails = list(_folder(path, passed_over) if path.is_dir() else _file(path, str(path)))
        found += sorted(mails, key=lambda mail: mail.sent_at or _EPOCH)
    return found, passed_over


def _folder(folder: Path, passed_over: list[Path]) -> Iterator[SpooledMail]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.name.startswith(".") or path.suffix.lower() in _NOT_MAIL or path.parent.name == "tmp":
            passed_over.append(path)
        else:
            yield from _file(path, str(path))


def _file(path: Path, source: str) -> Iterator[SpooledMail]:
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEADER_BYTES)
    except OSError as error:
        raise NoSuchPath(f"{path}: {error.strerror}.") from error
    if head.startswith(b"From ") and path.suffix.lower() in (".mbox", ""):
        yield from _mbox(path, source)
    else:
        yield SpooledMail(source, sent_at(head), path)


def _mbox(path: Path, source: str) -> Iterator[SpooledMail]:
    box = mailbox.mbox(str(path), create=False)
    keys = box.keys()
    for key in keys:
        name = f"{source}#{key}" if len(keys) > 1 else source
        yield SpooledMail(name, sent_at(box.get_bytes(key)), path, key)
    box.close()
