"""Dispatches: written with the message they carry, relayed afterwards, never sent twice."""

import random
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from balcao.channels import rules
from balcao.channels.models import Channel, Dispatch, DispatchReceipt
from balcao.channels.types import OPEN_DISPATCH, DispatchState
from balcao.kit import wake
from balcao.kit.db import insert, locked
from balcao.ports.channel import ChannelError, Outbound, Report


def queue_dispatch(
    *,
    channel: Channel,
    outbound: Outbound,
    files: list[dict[str, Any]],
    order_key: str,
    due_at: datetime,
    now: datetime,
) -> Dispatch:
    """Write a dispatch in the caller's transaction; `files` name stored contents, `outbound.files` is left out."""
    wake.notify(wake.Topic.WORK)
    facts = asdict(outbound)
    del facts["files"]
    return insert(
        Dispatch(
            channel=channel,
            external_id=outbound.external_id,
            order_key=order_key,
            outbound=facts,
            files=files,
            due_at=due_at,
            created_at=now,
        )
    )


def claim_dispatches(*, worker: str, now: datetime, limit: int = 10) -> list[Dispatch]:
    """Lease due dispatches to a worker, one at a time of each order key.

    A dispatch whose worker died before handing it over is taken again; one that may have left is not:
    see `vanished_dispatches`.
    """
    earlier = Dispatch.objects.filter(order_key=OuterRef("order_key"), id__lt=OuterRef("id"), state__in=OPEN_DISPATCH)
    due = Dispatch.objects.filter(state__in=[DispatchState.QUEUED, DispatchState.SENDING], due_at__lte=now)
    if not due.exists():  # asked outside a transaction: on SQLite it would shut out all writers
        return []
    with transaction.atomic():
        free = due.filter(~Exists(earlier)).select_related("channel__shop").order_by("due_at", "id")
        found = list(locked(free, skip_locked=True)[:limit])
        for dispatch in found:
            dispatch.state, dispatch.leased_by = DispatchState.SENDING, worker
            dispatch.due_at, dispatch.tries = now + rules.DISPATCH_LEASE, dispatch.tries + 1
        Dispatch.objects.bulk_update(found, ["state", "leased_by", "due_at", "tries"])
    return found


class LeaseLost(Exception):
    """The lease ran out before the hand-over, and somebody else may hold the dispatch: stop at once."""


def mark_handing_over(*, dispatch: Dispatch, now: datetime) -> None:
    """Note durably that from now on the message may have left."""
    changed = Dispatch.objects.filter(
        pk=dispatch.pk, state=DispatchState.SENDING, leased_by=dispatch.leased_by, tries=dispatch.tries, due_at__gt=now
    ).update(state=DispatchState.HANDING_OVER, due_at=now + rules.DISPATCH_LEASE)
    if not changed:
        raise LeaseLost
    dispatch.state = DispatchState.HANDING_OVER


def settle(*, dispatch: Dispatch, state: DispatchState, now: datetime, error: str = "", code: str = "") -> bool:
    """Write the end of a dispatch as this worker holds it; False when it is closed or somebody else's by now."""
    changed = _held(dispatch).update(state=state, settled_at=now, error=error[:300], error_code=code)
    dispatch.state, dispatch.error, dispatch.error_code = state, error[:300], code
    return bool(changed)


def _held(dispatch: Dispatch) -> "QuerySet[Dispatch]":
    """Return the row while it is open and held as it was claimed: another worker's try is not ours to end."""
    return Dispatch.objects.filter(
        pk=dispatch.pk, state__in=OPEN_DISPATCH, leased_by=dispatch.leased_by, tries=dispatch.tries
    )


def put_back(*, dispatch: Dispatch, error: ChannelError, now: datetime) -> None:
    """Try a dispatch again later."""
    wait = rules.back_off(dispatch.tries, retry_after=error.retry_after, jitter=random.random())  # noqa: S311 - spreads load
    _held(dispatch).update(
        state=DispatchState.QUEUED, due_at=now + wait, error=str(error)[:300], error_code=error.code, leased_by=""
    )


def vanished_dispatches(*, now: datetime, limit: int = 50) -> list[Dispatch]:
    """Return dispatches whose worker died while handing over: nobody knows whether they left."""
    gone = Dispatch.objects.filter(state=DispatchState.HANDING_OVER, due_at__lte=now)
    return list(gone.select_related("channel__shop").order_by("due_at", "id")[:limit])


def recall(*, dispatch: Dispatch, now: datetime) -> bool:
    """Stop a dispatch that nobody has taken up yet; False when it is too late."""
    return bool(
        Dispatch.objects.filter(pk=dispatch.pk, state=DispatchState.QUEUED, tries=0, due_at__gt=now).update(
            state=DispatchState.RECALLED, settled_at=now
        )
    )


def requeue(*, dispatch: Dispatch, now: datetime) -> bool:
    """Send a failed or uncertain dispatch once more, because a person asked for it."""
    wake.notify(wake.Topic.WORK)
    return bool(
        Dispatch.objects.filter(pk=dispatch.pk, state__in=[DispatchState.FAILED, DispatchState.UNCERTAIN]).update(
            state=DispatchState.QUEUED, due_at=now, tries=0, error="", error_code="", settled_at=None, leased_by=""
        )
    )


def add_receipt(*, dispatch: Dispatch, report: Report, at: datetime) -> DispatchReceipt:
    """Store what the other side said of a dispatch."""
    return DispatchReceipt.objects.create(
        dispatch=dispatch,
        at=at,
        action=report.action[:20],
        recipient=report.recipient[:320],
        status=report.status[:20],
        detail=report.detail[:500],
    )
