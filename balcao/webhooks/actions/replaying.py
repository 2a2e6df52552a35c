"""Sending again: one delivery, or all that did not arrive since a moment, also what was never made."""

from datetime import datetime

from django.db import transaction

from balcao.jobs.backend import job
from balcao.journal.actions import record
from balcao.journal.models import Entry
from balcao.journal.queries import entries_after, head_position
from balcao.journal.types import Actor, Subject, SubjectKind
from balcao.kit import wake
from balcao.webhooks.actions.delivering import make
from balcao.webhooks.models import Delivery, Endpoint
from balcao.webhooks.types import DeliveryState

_BATCH = 500


@transaction.atomic
def replay(*, delivery: Delivery, actor: Actor, now: datetime) -> bool:
    """Send one delivery again, under its old id and word for word; False while it is still to be sent anyway."""
    rows = Delivery.objects.filter(pk=delivery.pk).exclude(state=DeliveryState.QUEUED)
    if not rows.update(**_anew(now)):
        return False
    _announce(delivery.endpoint, actor, now, deliveries=1)
    wake.notify(wake.Topic.WORK)
    return True


def _anew(now: datetime) -> dict[str, object]:
    return {"state": DeliveryState.QUEUED, "tries": 0, "due_at": now, "leased_by": "", "settled_at": None}


@transaction.atomic
def replay_since(*, endpoint: Endpoint, since: datetime, every: bool, actor: Actor, now: datetime) -> None:
    """Send again what did not arrive since a moment, or (`every`) what arrived too; what is missing is made first."""
    _announce(endpoint, actor, now, since=since.isoformat(), every=every)
    send_again.enqueue(endpoint.pk, since.isoformat(), every, now.isoformat())


@job(most_tries=3)
def send_again(endpoint_id: int, since: str, every: bool, now: str) -> int:  # noqa: FBT001 - a job's arguments are plain
    """Walk the journal from a moment on; return how many entries were looked at. Doing it twice changes little."""
    endpoint = Endpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None:
        return 0
    start, moment = datetime.fromisoformat(since), datetime.fromisoformat(now)
    first = position = first_position(start)
    _reach_back(endpoint, position)
    looked = 0
    while entries := entries_after(position, limit=_BATCH):
        make(entries=entries, now=moment, only=endpoint)
        position, looked = entries[-1].position or 0, looked + len(entries)
    again = Delivery.objects.filter(endpoint=endpoint, position__gt=first)
    states = [DeliveryState.FAILED, *([DeliveryState.ARRIVED] if every else [])]
    again.filter(state__in=states).update(**_anew(moment))
    again.filter(state=DeliveryState.QUEUED, leased_by="").update(due_at=moment)
    wake.notify(wake.Topic.WORK)
    return looked


def _reach_back(endpoint: Endpoint, position: int) -> None:
    """Let an endpoint be told of what happened before it was there."""
    endpoint.since_position = min(endpoint.since_position, position)
    Endpoint.objects.filter(pk=endpoint.pk).update(since_position=endpoint.since_position)


def first_position(since: datetime) -> int:
    """Return the position after which entries are of this moment or later, by halving: the time has no index."""
    low, high = 0, head_position()
    while low < high:
        middle = (low + high) // 2
        at = Entry.objects.filter(position=middle + 1).values_list("at", flat=True).first()
        if at is not None and at < since:
            low = middle + 1
        else:
            high = middle
    return low


def _announce(endpoint: Endpoint, actor: Actor, now: datetime, **facts: object) -> None:
    about = [Subject(SubjectKind.ENDPOINT, endpoint.pk)]
    told = {"endpoint": endpoint.pk, **facts}
    record(name="webhook.replayed", at=now, actor=actor, about=about, shop_id=endpoint.shop_id or 0, facts=told)
