"""Files on their way into the order book: taken in, mapped, read by a worker, forgotten."""

import secrets
from collections.abc import Mapping, Sequence
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


def path_of(row: ImportedFile) -> Path:
    """Return where a file is."""
    return Path(default_storage.path(row.storage_key))


def path_named(name: str) -> Path:
    """Return where a passing file of this name may be written."""
    path = Path(default_storage.path(f"{_FOLDER}/{name}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


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


def faults_path(row: ImportedFile) -> tuple[str, Path]:
    """Return the key and the place of the file that will name all faults of a file."""
    key = f"{row.storage_key}.faults.csv"
    return key, Path(default_storage.path(key))


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
