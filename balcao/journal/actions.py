"""Writing to the journal: `record` in the transaction of the change itself, `seal` right after commit."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from balcao.journal import queries, rules
from balcao.journal.models import Entry, EntryPersonal, EntrySubject, Head, Reader
from balcao.journal.types import Actor, Subject
from balcao.kit import wake
from balcao.kit.db import insert, insert_all, locked

SEALER_LEASE = timedelta(seconds=3)  # a sealer that dies holds up live pages for so long


_RULES: ContextVar[tuple[int, ...]] = ContextVar("rules", default=())


@contextmanager
def caused_by(*, rules: Sequence[int]) -> Iterator[None]:
    """Let every fact that is recorded meanwhile say which rules led to it, the first one first."""
    before = _RULES.set(tuple(rules))
    try:
        yield
    finally:
        _RULES.reset(before)


def record(
    *,
    name: str,
    at: datetime,
    actor: Actor,
    about: Iterable[Subject],
    shop_id: int = 0,
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> Entry:
    """Record one fact about the given subjects, within the caller's transaction.

    `name` is past tense with dots (`ticket.message.received`); `personal` holds what may have to be erased.
    """
    if rules_behind := _RULES.get():
        facts = {**(facts or {}), "rules": list(rules_behind)}
    salt = secrets.token_hex(16) if personal else ""
    digest = rules.personal_digest(personal, salt=salt) if personal else ""
    with transaction.atomic(savepoint=False):  # an entry is never visible without its subjects
        entry = insert(
            Entry(
                name=name,
                at=at,
                actor_kind=actor.kind,
                actor_id=actor.id,
                shop_id=shop_id,
                facts=facts or {},
                personal_digest=digest,
            )
        )
        insert_all([EntrySubject(entry=entry, kind=subject.kind, subject_id=subject.id) for subject in about])
        if personal:
            insert(EntryPersonal(entry=entry, salt=salt, values=personal))
        wake.notify(wake.Topic.JOURNAL)
    return entry


def lease_sealer(*, worker: str, now: datetime) -> bool:
    """Take or renew the sealer's lease for a worker; False while another one holds it.

    The lease only spares the others the work: the lock in `seal` is what keeps positions exact.
    """
    head = _head()
    left = head.leased_until - now if head.leased_until else timedelta(0)
    if left > timedelta(0) and head.leased_by not in ("", worker):
        return False
    if left > SEALER_LEASE / 2 and head.leased_by == worker:
        return True  # no write for each look: on SQLite it would shut out the others
    free = Q(leased_by__in=["", worker]) | Q(leased_until__lte=now) | Q(leased_until__isnull=True)
    return bool(Head.objects.filter(free, id=1).update(leased_by=worker, leased_until=now + SEALER_LEASE))


def release_sealer(*, worker: str) -> None:
    """Let another worker seal at once; for one that stops."""
    Head.objects.filter(id=1, leased_by=worker).update(leased_by="", leased_until=None)


def _head() -> Head:
    return Head.objects.filter(id=1).first() or Head.objects.get_or_create(id=1, defaults={"chain": rules.GENESIS})[0]


def seal(*, limit: int = 500) -> int:
    """Give every committed entry its position and chain value, in one transaction; return how many.

    The lock on the head row makes positions gapless and visible in order, whoever calls.
    """
    if not queries.is_unsealed():
        return 0
    _head()
    with transaction.atomic():
        head = locked(Head.objects.filter(id=1)).get()
        fresh = queries.unsealed(limit=limit)
        for entry in fresh:
            head.position += 1
            head.chain = entry.chain = rules.link(head.chain, queries.said(entry, position=head.position))
            entry.position = head.position
        _write_seals(fresh)
        head.save(update_fields=["position", "chain"])
        wake.notify(wake.Topic.SEALED)
    return len(fresh)


def _write_seals(entries: list[Entry]) -> None:
    # `bulk_update` writes one CASE of hundreds of branches: measured 70 times slower on SQLite, 9 times on PostgreSQL.
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE journal_entry SET position = %s, chain = %s WHERE id = %s",
            [(entry.position, entry.chain, entry.pk) for entry in entries],
        )


def advance(*, reader: str, position: int) -> None:
    """Remember that a follower has dealt with everything up to a position; never moves back."""
    Reader.objects.get_or_create(name=reader)
    Reader.objects.filter(name=reader, position__lt=position).update(position=position)


def erase_personal(*, entries: Iterable[int]) -> int:
    """Erase the personal values of entries; the chain stays valid, for it holds their digest only."""
    return EntryPersonal.objects.filter(entry_id__in=list(entries)).update(values={}, salt="")
