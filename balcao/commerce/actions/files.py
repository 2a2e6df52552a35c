"""Files on their way into the order book: taken in, mapped, read by a worker, forgotten."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from balcao.commerce.models import Backend, ImportedFile
from balcao.commerce.types import ImportState
from balcao.kit.tables import ENDINGS, BadTable
from balcao.staff.models import Agent

KEPT = timedelta(days=30)
MOST_BYTES = 500_000_000
_FOLDER = "imports"
_LONGEST_NAME = 200


class WrongEnding(BadTable):
    """The file's name does not say that it is a table."""


def take_file(
    *, backend: Backend, name: str, content: BinaryIO, holds_products: bool, agent: Agent, language: str, now: datetime
) -> ImportedFile:
    """Store a file and its row; what is in it is looked at afterwards. Raises `WrongEnding`. No fact yet."""
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS:
        raise WrongEnding("", name=name)
    key = default_storage.save(f"{_FOLDER}/{secrets.token_hex(12)}{ending}", File(content))
    return ImportedFile.objects.create(
        backend=backend,
        name=PurePath(name).name[-_LONGEST_NAME:],
        storage_key=key,
        holds_products=holds_products,
        agent=agent,
        language=language,
        created_at=now,
    )


def _path(key: str) -> Path | None:
    try:
        return Path(default_storage.path(key))
    except NotImplementedError:  # it is not on a disk of ours
        return None


@contextmanager
def at_hand(row: ImportedFile) -> Iterator[Path]:
    """Give a file as a path, brought here for the time being where files are stored elsewhere."""
    path = _path(row.storage_key)
    if path:
        yield path
    else:
        suffix = PurePath(row.storage_key).suffix
        with tempfile.NamedTemporaryFile(suffix=suffix) as copy, default_storage.open(row.storage_key) as there:
            shutil.copyfileobj(there, copy)
            copy.flush()
            yield Path(copy.name)


def begin(*, row: ImportedFile, mapping: Mapping[str, Any]) -> bool:
    """Say how a file is read and let a worker read it; False when that was said before."""
    mine = ImportedFile.objects.filter(pk=row.pk, state=ImportState.MAPPING)
    return bool(mine.update(mapping=dict(mapping), state=ImportState.RUNNING))


def note_progress(*, row: ImportedFile, done: int, total: int) -> None:
    """Note how far the reading has come."""
    ImportedFile.objects.filter(pk=row.pk, state=ImportState.RUNNING).update(done=done, total=total)


def finish(
    *,
    row: ImportedFile,
    counts: Mapping[str, int],
    first_faults: Sequence[Mapping[str, Any]],
    faults_key: str,
    now: datetime,
) -> None:
    """Note what came of a file."""
    ImportedFile.objects.filter(pk=row.pk).update(
        state=ImportState.DONE,
        counts=dict(counts),
        first_faults=list(first_faults),
        faults_key=faults_key,
        finished_at=now,
    )


def fail(*, row: ImportedFile, problem: str, now: datetime) -> None:
    """Note why nothing of a file could be read."""
    ImportedFile.objects.filter(pk=row.pk).update(state=ImportState.FAILED, problem=problem[:500], finished_at=now)


def keep_faults(*, row: ImportedFile, content: BinaryIO) -> str:
    """Store the file that names all faults of a file; return its key."""
    return default_storage.save(f"{row.storage_key}.faults.csv", File(content))


def faults_of(row: ImportedFile) -> "File[bytes] | None":
    """Return the file that names all faults of a file; None where there is none."""
    if not row.faults_key or not default_storage.exists(row.faults_key):
        return None
    return default_storage.open(row.faults_key, "rb")


def prune(*, now: datetime) -> int:
    """Forget files of long ago: customers' names and addresses are not left lying about. Return how many."""
    old = list(ImportedFile.objects.filter(created_at__lt=now - KEPT).exclude(state=ImportState.RUNNING)[:100])
    for row in old:
        _forget(row)
    return len(old)


@transaction.atomic
def _forget(row: ImportedFile) -> None:
    for key in (row.storage_key, row.faults_key):
        if key:
            default_storage.delete(key)
    row.delete()
