"""Pictures of what comes back: the customer's and the inspector's."""

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from balcao.customers.models import Identity
from balcao.kit.files import LARGEST, Verdict, judge
from balcao.ports.channel import File
from balcao.returns.actions.holding import take_hold
from balcao.returns.actions.telling import actor_of, tell
from balcao.returns.models import Inspection, Photo, Return, ReturnLine
from balcao.staff.models import Agent

MOST = 20  # of one return
TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/heic")


class NoPhoto(Exception):
    """A file is no picture that we take, is too large, or is one too many."""


@transaction.atomic
def add_photo(
    *,
    row: Return,
    file: File,
    now: datetime,
    line: ReturnLine | None = None,
    inspection: Inspection | None = None,
    agent: Agent | None = None,
    identity: Identity | None = None,
) -> Photo:
    """Keep a picture; the same one of the same thing again is kept once. Raises `NoPhoto`."""
    judged = judge(name=file.name, media_type=file.media_type, content=file.content)
    if judged.verdict != Verdict.SAFE or judged.media_type not in TYPES or len(file.content) > LARGEST:
        raise NoPhoto(file.name)
    sha256, key = _put(file.content)
    take_hold(row)
    known = Photo.objects.filter(goods_return=row, sha256=sha256, line=line, inspection=inspection).first()
    if known:
        return known
    if row.photos.count() >= MOST:
        raise NoPhoto(file.name)
    photo = Photo.objects.create(
        goods_return=row,
        line=line,
        inspection=inspection,
        name=judged.name[:255],
        media_type=judged.media_type[:120],
        size=len(file.content),
        sha256=sha256,
        storage_key=key,
        agent=agent,
        at=now,
    )
    tell("photo.added", row, actor=actor_of(agent, identity), now=now, photo=photo.pk)
    return photo


def _put(content: bytes) -> tuple[str, str]:
    """Store a content before its row is written; return its SHA-256 and where it stands.

    In a folder of our own: the files of tickets are forgotten when no message names them any more.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    key = f"returns/{sha256[:2]}/{sha256[2:4]}/{sha256}"
    if not default_storage.exists(key) or default_storage.size(key) != len(content):
        default_storage.delete(key)
        default_storage.save(key, ContentFile(content))
    return sha256, key
