"""The automatic steps of processes as work rows: leased, done once, and how they ended.

A step that moves money asks the ledger of order actions under the step's own key, so that a second try is the same
entry; a message is written once because its row says which one it became.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from balcao.commerce.models import LedgerEntry
from balcao.kit import wake
from balcao.kit.db import locked
from balcao.processes.actions.moving import go_on, hold
from balcao.processes.actions.telling import actor_of, tell
from balcao.processes.models import Effect
from balcao.processes.types import EffectState
from balcao.staff.models import Agent
from balcao.tickets.models import Message

LEASE = timedelta(minutes=2)
_WAITS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
_OPEN = (EffectState.DUE, EffectState.DOING, EffectState.WAITING)


def claim(*, worker: str, now: datetime, limit: int = 10) -> list[Effect]:
    """Lease due steps to a worker; one whose worker died comes back as `doing`."""
    due = Effect.objects.filter(state__in=_OPEN, due_at__lte=now)
    if not due.exists():  # asked outside a transaction: on SQLite it would shut out all writers
        return []
    with transaction.atomic():
        rows = due.select_related("process__ticket__shop", "process__order__account__backend", "visit", "entry")
        found = list(locked(rows.order_by("due_at", "id"), skip_locked=True)[:limit])
        for effect in found:
            effect.leased_by, effect.due_at, effect.tries = worker, now + LEASE, effect.tries + 1
            effect.state = EffectState.DOING if effect.state == EffectState.DUE else effect.state
        Effect.objects.bulk_update(found, ["leased_by", "due_at", "tries", "state"])
    return found


@transaction.atomic
def settle(
    *,
    effect: Effect,
    now: datetime,
    is_done: bool = True,
    code: str = "",
    detail: str = "",
    entry: LedgerEntry | None = None,
    message: Message | None = None,
) -> bool:
    """Write down how a step ended and let its process go on; False when that was written before."""
    process = hold(effect.process_id)
    state = EffectState.DONE if is_done else EffectState.FAILED
    changed = Effect.objects.filter(pk=effect.pk, state__in=_OPEN).update(
        state=state,
        settled_at=now,
        leased_by="",
        code=code[:60],
        detail=detail[:500],
        entry=entry or effect.entry,
        message=message,
    )
    if not changed:
        return False
    name = "process.effect.done" if is_done else "process.effect.failed"
    facts: dict[str, Any] = {"effect": effect.pk, "kind": effect.kind, "key": effect.step, "code": code}
    tell(name, process, effect.visit, actor=actor_of(None), now=now, **facts)
    go_on(process=process, now=now)
    return True


def await_entry(*, effect: Effect, entry: LedgerEntry, now: datetime) -> None:
    """Remember the order action that a step asked for; its outcome is the step's. It is looked for again."""
    Effect.objects.filter(pk=effect.pk, state__in=_OPEN).update(
        state=EffectState.WAITING, entry=entry, due_at=now + _WAITS[-1], leased_by=""
    )


def put_off(*, effect: Effect, now: datetime, detail: str, wait: timedelta | None = None) -> None:
    """Try a step again later: after this time, else after one that grows with the tries."""
    wait = wait or _WAITS[min(effect.tries, len(_WAITS)) - 1]
    Effect.objects.filter(pk=effect.pk, state__in=_OPEN).update(
        state=EffectState.DUE, due_at=now + wait, leased_by="", detail=detail[:500]
    )


def of_entry(entry: LedgerEntry) -> list[Effect]:
    """Return the steps that wait for an order action."""
    return list(Effect.objects.filter(entry=entry, state=EffectState.WAITING).select_related("visit"))


@transaction.atomic
def retry(*, effect: Effect, agent: Agent | None, now: datetime) -> bool:
    """Have a step tried again that failed, because what was wrong is mended: by an agent, or by itself."""
    process = hold(effect.process_id)
    changed = Effect.objects.filter(pk=effect.pk, state=EffectState.FAILED).update(
        state=EffectState.DUE, due_at=now, settled_at=None, tries=0, entry=None
    )
    if changed:
        facts: dict[str, Any] = {"effect": effect.pk, "key": effect.step}
        tell("process.effect.retried", process, effect.visit, actor=actor_of(agent), now=now, **facts)
        wake.notify(wake.Topic.WORK)
    return bool(changed)
