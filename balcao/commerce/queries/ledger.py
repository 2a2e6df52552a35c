"""The ledger of order actions: of an order, of those who approve, and what would undo an entry."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from balcao.commerce.models import Backend, LedgerEntry, Order
from balcao.commerce.queries.copies import account_value, order_value
from balcao.commerce.rules import documents, undoing
from balcao.commerce.types import LedgerState
from balcao.journal.models import Entry
from balcao.journal.types import SubjectKind
from balcao.kit.prepared import Prepared
from balcao.ports import commerce as port
from balcao.ports.commerce import Action

_MOST_ENTRIES = 50
_MOST_WAITING = 100  # actions that are counted
_WAITING_OF = Prepared(
    lambda shops: LedgerEntry.objects.filter(
        state=LedgerState.ASKED, backend__in=Backend.objects.filter(shop__in=shops).values("pk")
    ).values_list("pk", flat=True)[:_MOST_WAITING]
)
_LEDGER_OF = Prepared(
    lambda order: (
        LedgerEntry.objects.filter(order=order).select_related("agent", "approver").order_by("-id")[:_MOST_ENTRIES]
    )
)


def ledger_of_order(order: Order, *, limit: int = _MOST_ENTRIES) -> list[LedgerEntry]:
    """Return the newest actions on an order."""
    return _LEDGER_OF(order.pk)[:limit]


def opposite_of(entry: LedgerEntry, *, now: datetime) -> Action | None:
    """Return the action that takes a settled one back; None where it is too late, or there is none.

    Reads the order and the account as they stand; the entry should have both loaded.
    """
    in_time = entry.state == LedgerState.DONE and undoing.is_in_time(entry.settled_at, now=now)
    if not in_time or entry.kind not in undoing.UNDOABLE:
        return None
    stored = _seen_by(entry)
    if stored is None:
        return None
    account = account_value(entry.account)
    before, after = (_order_in(stored, name, account) for name in ("before", "after"))
    scenery = undoing.Scenery(
        account_before=documents.account_from(stored["account"]) if stored.get("account") else None,
        account_now=account,
        before=before,
        after=after,
        order_now=order_value(entry.order) if entry.order else None,
    )
    action = documents.action_from(entry.kind, entry.action)
    return undoing.inverse(action, documents.effect_from(entry.effect), scenery)


def _seen_by(entry: LedgerEntry) -> dict[str, Any] | None:
    """Return what an action found and left, as the journal keeps it until it is erased."""
    kind, pk = (SubjectKind.ORDER, entry.order_id) if entry.order_id else (SubjectKind.TICKET, entry.ticket)
    if pk is None:
        return None
    rows = Entry.objects.filter(subjects__kind=kind, subjects__subject_id=pk, name="order.action.done")
    rows = rows.filter(at__gte=entry.created_at)
    told = next((row for row in rows.select_related("personal") if row.facts.get("entry") == entry.pk), None)
    return getattr(told, "personal", None) and told.personal.values if told else None


def _order_in(stored: dict[str, Any], name: str, account: port.Account) -> port.Order | None:
    return documents.order_from(stored[name], account) if stored.get(name) else None


def ledger_before(order: Order, *, before: int | None, limit: int) -> list[LedgerEntry]:
    """Return the newest actions on an order, or those before one of them."""
    rows = LedgerEntry.objects.filter(order=order, **({"pk__lt": before} if before else {}))
    return list(rows.select_related("backend").order_by("-id")[:limit])


def waiting_count(*, shop_ids: Iterable[int]) -> int:
    """Return how many actions wait for a second pair of eyes, counting no further than a hundred."""
    return len(_WAITING_OF(sorted(shop_ids)))


def waiting_for_approval(*, shop_ids: Iterable[int], after: int = 0, limit: int = 100) -> list[LedgerEntry]:
    """Return actions that wait for a second pair of eyes, oldest first, or those after one of them."""
    rows = LedgerEntry.objects.filter(state="asked", backend__shop_id__in=shop_ids, pk__gt=after)
    return list(rows.select_related("agent", "order__account", "account", "backend__shop").order_by("id")[:limit])
