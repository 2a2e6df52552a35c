"""Reading the journal: always by position, so that a reader never misses what became visible late."""

from datetime import UTC

from balcao.journal import rules
from balcao.journal.models import Entry, Head, Reader
from balcao.journal.types import Said, SubjectKind
from balcao.kit.prepared import Prepared


def head_position() -> int:
    """Return the position of the newest sealed entry, 0 when there is none."""
    return _HEAD.first(1) or 0


_HEAD = Prepared(lambda pk: Head.objects.filter(id=pk).values_list("position", flat=True))


def entries_after(position: int, *, limit: int = 200) -> list[Entry]:
    """Return sealed entries after a position in order, each with its subjects."""
    found = Entry.objects.filter(position__gt=position).order_by("position")[:limit]
    return list(found.prefetch_related("subjects"))


def reader_position(reader: str) -> int:
    """Return how far a follower has read, 0 when it never did."""
    return Reader.objects.filter(name=reader).values_list("position", flat=True).first() or 0


def history(*, kind: SubjectKind, subject_id: int, limit: int = 200) -> list[Entry]:
    """Return the newest entries about one subject, oldest of them first, sealed or not."""
    found = Entry.objects.filter(subjects__kind=kind, subjects__subject_id=subject_id)
    return list(found.select_related("personal").order_by("-id")[:limit])[::-1]


def is_unsealed() -> bool:
    """Tell whether committed entries wait for their position."""
    return Entry.objects.filter(position__isnull=True).exists()


def unsealed(*, limit: int) -> list[Entry]:
    """Return the oldest committed entries that have no position yet, each with its subjects."""
    found = Entry.objects.filter(position__isnull=True).order_by("id")[:limit]
    return list(found.prefetch_related("subjects"))


def said(entry: Entry, *, position: int) -> Said:
    """Return what an entry says when it stands at a position."""
    return Said(
        position=position,
        at=entry.at.astimezone(UTC).isoformat(),
        name=entry.name,
        actor=(entry.actor_kind, entry.actor_id),
        shop=entry.shop_id,
        about=tuple(sorted((subject.kind, subject.subject_id) for subject in entry.subjects.all())),
        facts=entry.facts,
        personal=entry.personal_digest,
    )


def first_broken_link(*, batch: int = 1000) -> int | None:
    """Recompute the whole chain; return the position of the first entry that does not fit, None when all do."""
    chain, position = rules.GENESIS, 0
    while entries := entries_after(position, limit=batch):
        for entry in entries:
            position += 1
            chain = rules.link(chain, said(entry, position=position))
            if (entry.position, entry.chain) != (position, chain):
                return position
    return None if (position, chain) == _end() else position + 1  # entries cut off at the end break it too


def _end() -> tuple[int, str]:
    end = Head.objects.filter(id=1).values_list("position", "chain").first()
    return end or (0, rules.GENESIS)
