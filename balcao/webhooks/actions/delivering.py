"""Deliveries: made of journal entries, claimed under a lease, settled, tried again, and forgotten in the end."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from balcao.journal.actions import record
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM, Subject, SubjectKind
from balcao.kit import wake
from balcao.kit.crypto import random_token
from balcao.kit.db import locked
from balcao.webhooks.actions.endpoints import switch_off
from balcao.webhooks.models import Delivery, Endpoint
from balcao.webhooks.rules import retrying
from balcao.webhooks.rules.catalogue import ASKED, EVENTS, PING
from balcao.webhooks.rules.matching import wants
from balcao.webhooks.rules.payload import body, payload
from balcao.webhooks.types import Answer, DeliveryState, Disabled

_PRUNED_AT_ONCE = 5000


def make(*, entries: Sequence[Entry], now: datetime, only: Endpoint | None = None) -> int:
    """Make the deliveries that entries lead to (to `only` this endpoint), in the caller's transaction; return how many.

    One that is there already, because it was asked for by hand, is not made again.
    """
    told = [entry for entry in entries if entry.name in EVENTS]
    endpoints = [only] if only else list(Endpoint.objects.filter(_collecting())) if told else []
    fresh = [_of_entry(endpoint, entry, now) for endpoint in endpoints for entry in told if _is_for(endpoint, entry)]
    if fresh:
        Delivery.objects.bulk_create(fresh, ignore_conflicts=True)
        wake.notify(wake.Topic.WORK)
    return len(fresh)


def _collecting() -> Q:
    """Return which endpoints are told: one that is paused or failed finds what it missed when it is back."""
    return Q(is_active=True) | ~Q(disabled_reason=Disabled.GONE)


def _is_for(endpoint: Endpoint, entry: Entry) -> bool:
    is_its_shop = endpoint.shop_id is None or endpoint.shop_id == entry.shop_id
    return is_its_shop and (entry.position or 0) > endpoint.since_position and wants(endpoint.events, entry.name)


def _of_entry(endpoint: Endpoint, entry: Entry, now: datetime) -> Delivery:
    text = payload(
        entry.name,
        at=entry.at,
        facts=entry.facts,
        about=[(subject.kind, subject.subject_id) for subject in entry.subjects.all()],
        shop_id=entry.shop_id,
        position=entry.position,
    )
    return _delivery(endpoint, entry.name, text, now=now, position=entry.position)


def _delivery(endpoint: Endpoint, name: str, text: bytes, *, now: datetime, position: int | None = None) -> Delivery:
    return Delivery(
        endpoint=endpoint,
        position=position,
        name=name,
        message_id=f"msg_{random_token(18)}",
        body=text.decode(),
        due_at=now,
        created_at=now,
    )


@transaction.atomic
def ping(*, endpoint: Endpoint, now: datetime) -> Delivery:
    """Send an endpoint a message that means nothing, to see whether it takes it."""
    return _send(endpoint, PING, {"endpoint_id": endpoint.pk, "shop_id": endpoint.shop_id}, now)


@transaction.atomic
def call_endpoint(
    *, endpoint: Endpoint, facts: Mapping[str, Any], shop_id: int, ticket_id: int | None, now: datetime
) -> Delivery:
    """Tell an endpoint of something that a rule or a process asked it to be told; `facts` as in the catalogue."""
    about = [("ticket", ticket_id)] if ticket_id else []
    text = payload(ASKED, at=now, facts=facts, about=about, shop_id=shop_id)
    delivery = _delivery(endpoint, ASKED, text, now=now)
    delivery.save(force_insert=True)
    wake.notify(wake.Topic.WORK)
    return delivery


def _send(endpoint: Endpoint, name: str, told: Mapping[str, Any], now: datetime) -> Delivery:
    delivery = _delivery(endpoint, name, body(name, at=now, told=told), now=now)
    delivery.save(force_insert=True)
    wake.notify(wake.Topic.WORK)
    return delivery


def _due(now: datetime) -> "QuerySet[Delivery]":
    return Delivery.objects.filter(state=DeliveryState.QUEUED, due_at__lte=now)


def _ready(now: datetime) -> "QuerySet[Endpoint]":
    """Return the endpoints for which something is due, whoever was served longest ago first."""
    rested = Q(resting_until__isnull=True) | Q(resting_until__lte=now)
    rows = Endpoint.objects.filter(rested, is_active=True).filter(Exists(_due(now).filter(endpoint=OuterRef("pk"))))
    return rows.order_by("claimed_at", "id")


def claim(*, worker: str, now: datetime, limit: int = 10) -> list[Delivery]:
    """Lease due deliveries to a worker: of each endpoint a few, so that a dead one keeps no other waiting."""
    if not _ready(now).exists():  # asked outside a transaction: on SQLite it would shut out all writers
        return []
    with transaction.atomic():
        taken: list[Delivery] = []
        for endpoint in locked(_ready(now), skip_locked=True)[:limit]:
            if len(taken) < limit:
                taken += _of_endpoint(endpoint, worker, now, most=limit - len(taken))
    return taken


def _of_endpoint(endpoint: Endpoint, worker: str, now: datetime, *, most: int) -> list[Delivery]:
    mine = Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.QUEUED)
    under_way = mine.filter(due_at__gt=now).exclude(leased_by="").count()
    room = min(retrying.room(failures=endpoint.failures, under_way=under_way), most)
    found = list(mine.filter(due_at__lte=now).order_by("due_at", "id")[:room])
    for delivery in found:
        delivery.endpoint = endpoint
        delivery.leased_by, delivery.due_at, delivery.tries = worker, now + retrying.LEASE, delivery.tries + 1
    Delivery.objects.bulk_update(found, ["leased_by", "due_at", "tries"])
    Endpoint.objects.filter(pk=endpoint.pk).update(claimed_at=now)
    return found


@transaction.atomic
def settle(*, delivery: Delivery, answer: Answer, now: datetime) -> bool:
    """Write down what came of a try; False when the lease ran out and another worker holds the delivery."""
    endpoint = locked(Endpoint.objects.filter(pk=delivery.endpoint_id)).first()
    if endpoint is None:  # deleted meanwhile
        return False
    wait = retrying.wait(delivery.tries, chance=random.random())  # noqa: S311 - spreads retries, guards nothing
    state = DeliveryState.ARRIVED if answer.ok else DeliveryState.QUEUED
    if not answer.ok and (wait is None or answer.status == retrying.GONE):
        state = DeliveryState.FAILED
    mine = Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.QUEUED, leased_by=delivery.leased_by, tries=delivery.tries
    )
    changed = mine.update(
        state=state,
        leased_by="",
        due_at=now + (wait or timedelta()) if state == DeliveryState.QUEUED else now,
        settled_at=None if state == DeliveryState.QUEUED else now,
        last_tried_at=now,
        last_status=answer.status,
        last_answer=answer.text[:500],
        last_fault=answer.fault[:200],
        last_took=answer.took,
    )
    if not changed:
        return False
    delivery.state = state
    _note_faring(endpoint, answer, now)
    if state == DeliveryState.FAILED:
        _announce_failed(delivery, endpoint, now)
    return True


def _note_faring(endpoint: Endpoint, answer: Answer, now: datetime) -> None:
    """Keep on the endpoint how it fares, and switch it off when it is gone or has failed for days."""
    if answer.ok:
        endpoint.failures, endpoint.failing_since, endpoint.resting_until, endpoint.last_ok_at = 0, None, None, now
    else:
        endpoint.failures += 1
        endpoint.failing_since = endpoint.failing_since or now
        pause = retrying.rest(endpoint.failures, status=answer.status, retry_after=answer.retry_after)
        endpoint.resting_until = now + pause
        since = endpoint.failing_since
        if endpoint.is_active and answer.status == retrying.GONE:
            switch_off(endpoint=endpoint, why=Disabled.GONE, actor=SYSTEM, now=now)
        elif endpoint.is_active and retrying.is_given_up(failures=endpoint.failures, failing_since=since, now=now):
            switch_off(endpoint=endpoint, why=Disabled.FAILING, actor=SYSTEM, now=now)
    endpoint.save(
        update_fields=["failures", "failing_since", "resting_until", "last_ok_at", "is_active", "disabled_reason"]
    )


def _announce_failed(delivery: Delivery, endpoint: Endpoint, now: datetime) -> None:
    about = [Subject(SubjectKind.ENDPOINT, endpoint.pk)]
    facts = {"endpoint": endpoint.pk, "delivery": delivery.pk, "type": delivery.name}
    name = "webhook.delivery.failed"
    record(name=name, at=now, actor=SYSTEM, about=about, shop_id=endpoint.shop_id or 0, facts=facts)


def prune(*, now: datetime) -> int:
    """Forget deliveries that are older than the operator wants; return how many."""
    old = Delivery.objects.filter(created_at__lt=now - timedelta(days=settings.WEBHOOKS_KEPT_DAYS))
    keys = list(old.order_by("created_at").values_list("pk", flat=True)[:_PRUNED_AT_ONCE])
    return Delivery.objects.filter(pk__in=keys).delete()[0] if keys else 0
