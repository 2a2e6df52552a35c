"""What was done to an order: the ledger with what changed by each action."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from balcao.commerce import queries
from balcao.commerce.models import LedgerEntry, Order
from balcao.commerce.rules import documents
from balcao.commerce.types import Level
from balcao.journal.models import Entry
from balcao.journal.types import SubjectKind
from balcao.ports import commerce as port
from balcao.ports import money
from balcao.web.desk.orders import card, notices, words

_SETTLED = ("order.action.done", "order.action.partly")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that an action changed."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One action of the ledger as a line of the history."""

    words: str
    state: str
    detail: str
    who: str
    approver: str
    level: str
    at: datetime
    changes: tuple[Change, ...]


def history_of(row: Order) -> list[Deed]:
    """Return the actions on an order, newest first."""
    entries = queries.ledger_of_order(row)
    changes = _changes_by_entry(row) if entries else {}
    return [_deed(entry, row, changes.get(entry.pk, ())) for entry in entries]


def _deed(entry: LedgerEntry, row: Order, changes: tuple[Change, ...]) -> Deed:
    return Deed(
        words=notices.entry_words(entry, row.currency),
        state=words.state_words(entry.state),
        detail=notices.detail_words(entry),
        who=entry.agent.name if entry.agent else _("The customer"),
        approver=entry.approver.name if entry.approver else "",
        level=words.level_words(Level(entry.level)),
        at=entry.settled_at or entry.created_at,
        changes=changes,
    )


def _changes_by_entry(row: Order) -> dict[int, tuple[Change, ...]]:
    told = Entry.objects.filter(subjects__kind=SubjectKind.ORDER, subjects__subject_id=row.pk, name__in=_SETTLED)
    account = queries.account_value(row.account)
    found = {}
    for entry in told.select_related("personal"):
        stored = getattr(entry, "personal", None)
        if stored and stored.values.get("after") and stored.values.get("before"):
            found[entry.facts["entry"]] = tuple(_changes(stored.values, account))
    return found


def _changes(told: Mapping[str, Any], account: port.Account) -> Iterable[Change]:
    before, after = (documents.order_from(told[name], account) for name in ("before", "after"))
    for name, tell in _told().items():
        was, now = tell(before), tell(after)
        if was != now:
            yield Change(name, was or "–", now or "–")


def _told() -> dict[str, Callable[[port.Order], str]]:
    """Return what is compared, by its name: how an order tells it in words."""
    return {
        _("Status"): lambda order: words.stage_words(order.stage),
        _("Address"): lambda order: words.address_words(order.address),
        _("Items"): _lines,
        _("Paid"): lambda order: words.money(money.open_balance(order), order.currency),
        _("Payment"): card.payment_words,
        _("Coming back"): lambda order: ", ".join(_pieces(order, one.pieces) for one in order.comebacks),
        _("Parcels"): lambda order: ", ".join(words.shipment_words(one.state) for one in order.shipments),
        _("Notes"): lambda order: " · ".join(order.notes),
        _("Tags"): lambda order: ", ".join(order.tags),
    }


def _lines(order: port.Order) -> str:
    left = ((line, line.quantity - money.gone(line)) for line in order.lines)
    named = ((", ".join(filter(None, (line.name, words.options_words(line.options)))), count) for line, count in left)
    return "; ".join(f"{count} × {name}" for name, count in named if count)


def _pieces(order: port.Order, pieces: Iterable[tuple[str, int]]) -> str:
    names = {line.ref: line.name for line in order.lines}
    return ", ".join(f"{count} × {names.get(ref, ref)}" for ref, count in pieces)
