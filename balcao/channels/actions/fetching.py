"""How far fetched channels have been read: what was brought with its cursor, faults, and the count."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F, Q

from balcao.channels import rules
from balcao.channels.actions.keeping import keep
from balcao.channels.models import Channel, Envelope, FetchState, RefusedEnvelope
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Subject, SubjectKind
from balcao.kit.i18n import N_
from balcao.ports.channel import Batch, ChannelError

NOT_KEPT = N_("It could not be kept.")
_CHUNK = 500
_MOST_MISSING = 500


class LeaseLost(Exception):
    """Another worker reads this channel now; what was brought is not stored, it will bring it again."""


def lease(*, channel: Channel, worker: str, now: datetime) -> FetchState | None:
    """Take or renew the lease of reading a channel; None while another worker holds it or it waits after a fault."""
    FetchState.objects.get_or_create(channel=channel)
    free = Q(leased_by__in=["", worker]) | Q(leased_until__lt=now) | Q(leased_until__isnull=True)
    due = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now)
    open_for_us = FetchState.objects.filter(free, due, channel=channel)
    if not open_for_us.exists():  # asked before writing: on SQLite each write shuts out all others
        return None
    changed = open_for_us.update(leased_by=worker, leased_until=now + rules.FETCH_LEASE)
    return FetchState.objects.get(channel=channel) if changed else None


def let_go(*, channel: Channel, worker: str) -> None:
    """Give the lease back."""
    FetchState.objects.filter(channel=channel, leased_by=worker).update(leased_by="", leased_until=None)


@transaction.atomic
def keep_batch(*, channel: Channel, batch: Batch, worker: str, now: datetime) -> int:
    """Keep what a fetch brought and the cursor that passes it, all or nothing; return how many were new."""
    held = FetchState.objects.filter(channel=channel, leased_by=worker)
    if not held.update(cursor=dict(batch.cursor), leased_until=now + rules.FETCH_LEASE):
        raise LeaseLost
    kept, refused = _keep_all(channel, batch, now)
    held.update(kept=F("kept") + kept, refused=F("refused") + refused, seen=F("seen") + kept + refused)
    _note_success(channel, now)
    return kept


def _keep_all(channel: Channel, batch: Batch, now: datetime) -> tuple[int, int]:
    """Keep or refuse everything of a batch; return how many were newly kept and newly refused."""
    kept, refusals = 0, list(batch.refused)
    for raw in batch.envelopes:
        try:
            kept += keep(channel=channel, raw=raw, now=now)[1]
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad envelope never stops the next
            refusals.append((raw.external_id, f"{NOT_KEPT}\n{type(error).__name__}"))
    return kept, sum(_refuse(channel, name, reason, now) for name, reason in refusals)


def _refuse(channel: Channel, external_id: str, reason: str, now: datetime) -> bool:
    facts = {"reason": reason[:300], "at": now}
    return RefusedEnvelope.objects.update_or_create(channel=channel, external_id=external_id, defaults=facts)[1]


def _note_success(channel: Channel, now: datetime) -> None:
    state = FetchState.objects.get(channel=channel)
    if state.failing_since:
        _announce("channel.fetch.recovered", channel, now, since=state.failing_since.isoformat())
    FetchState.objects.filter(channel=channel).update(
        last_ok_at=now, last_error="", last_error_code="", failing_since=None, next_try_at=None
    )


@transaction.atomic
def fetch_failed(*, channel: Channel, error: ChannelError, worker: str, now: datetime) -> None:
    """Note a fault and when to try again; only the first of a row of faults is told."""
    held = FetchState.objects.filter(channel=channel, leased_by=worker)
    state = held.first()
    if state is None:
        return
    since = state.failing_since or now
    held.update(
        failing_since=since,
        last_error=str(error)[:300],
        last_error_code=error.code,
        next_try_at=now + rules.fetch_pause(now - since, retry_after=error.retry_after),
    )
    if state.failing_since is None:
        _announce("channel.fetch.failed", channel, now, code=error.code)


@transaction.atomic
def reconcile(*, channel: Channel, held_there: Collection[str], worker: str, now: datetime) -> list[str]:
    """Compare what the server holds with what was kept or refused; return and tell what is missing."""
    state = FetchState.objects.filter(channel=channel, leased_by=worker).first()
    if state is None:
        raise LeaseLost
    missing = sorted(set(held_there) - _accounted_for(channel, held_there))
    FetchState.objects.filter(channel=channel).update(
        missing=missing[:_MOST_MISSING],
        seen=F("kept") + F("refused") + len(missing),
        reconciled_at=now,
    )
    if set(missing) - set(state.missing):
        _announce("channel.gap.found", channel, now, missing=len(missing))
    elif state.missing and not missing:
        _announce("channel.gap.closed", channel, now)
    return missing


def _accounted_for(channel: Channel, names: Collection[str]) -> set[str]:
    known: set[str] = set()
    ordered = list(names)
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        for model in (Envelope, RefusedEnvelope):
            known.update(
                model.objects.filter(channel=channel, external_id__in=chunk).values_list("external_id", flat=True)
            )
    return known


@transaction.atomic
def keep_missing(*, channel: Channel, batch: Batch, asked: Iterable[str], now: datetime) -> int:
    """Keep what was asked for by name; what is refused again keeps its new reason. Return how many were kept."""
    before = set(RefusedEnvelope.objects.filter(channel=channel).values_list("external_id", flat=True))
    kept, refused = _keep_all(channel, batch, now)
    brought = {raw.external_id for raw in batch.envelopes} - {name for name, _reason in batch.refused}
    healed = RefusedEnvelope.objects.filter(channel=channel, external_id__in=brought & before).delete()[0]
    state = FetchState.objects.get(channel=channel)
    dealt = set(asked)
    missing = [name for name in state.missing if name not in dealt]
    FetchState.objects.filter(channel=channel).update(
        missing=missing, kept=F("kept") + kept, refused=F("refused") + refused - healed
    )
    FetchState.objects.filter(channel=channel).update(seen=F("kept") + F("refused") + len(missing))
    if state.missing and not missing:
        _announce("channel.gap.closed", channel, now)
    return kept


def _announce(name: str, channel: Channel, now: datetime, **facts: Any) -> None:
    about = [Subject(SubjectKind.CHANNEL, channel.pk)]
    told = {"channel": channel.pk, "name": channel.name, **facts}
    record(name=name, at=now, actor=SYSTEM, about=about, shop_id=channel.shop_id, facts=told)
