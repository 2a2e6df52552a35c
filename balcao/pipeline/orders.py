"""An order action is carried out: claimed, noted as begun, handed to the shop system, settled.

What may have had its effect is asked about, never repeated blindly.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from balcao.commerce import queries
from balcao.commerce.actions import ledger
from balcao.commerce.models import LedgerEntry
from balcao.commerce.rules import documents
from balcao.commerce.types import LedgerState
from balcao.pipeline.steps import reached
from balcao.ports.commerce import CommerceError, Done, Order, Outcome

log = logging.getLogger(__name__)


def run_due(*, worker: str, now: datetime, limit: int = 10, clock: Callable[[], datetime] = timezone.now) -> int:
    """Carry out order actions that are due, and ask about those nobody knows of; return how many were taken up."""
    claimed = ledger.claim(worker=worker, now=now, limit=limit)
    for entry in claimed:
        try:
            carry_out(entry=entry, clock=clock)
        except ledger.LeaseLost:
            log.warning("Order action %s: its lease ran out; left to its new holder", entry.pk)
        except Exception:  # it could not even be written down: its lease tells what to do with it
            log.exception("Order action %s could not be settled", entry.pk)
    return len(claimed)


def carry_out(*, entry: LedgerEntry, clock: Callable[[], datetime]) -> None:
    """Carry out one claimed entry and write down how it ended."""
    reached("order_action.claimed")
    try:
        done = _asked_about(entry) if entry.state != LedgerState.QUEUED else None
        if done is None:
            if not ledger.begin(entry=entry, now=clock()):
                return
            reached("order_action.begun")
            done = _performed(entry)
            reached("order_action.performed")
    except CommerceError as error:
        _after_error(entry, error, now=clock())
    else:
        ledger.settle(entry=entry, done=done, now=clock())
        reached("order_action.settled")


def _asked_about(entry: LedgerEntry) -> Done | None:
    """Return what the shop system did of an entry whose answer nobody heard; None: nothing, so that it may begin."""
    adapter, order = queries.adapter_of(entry.backend), _order(entry)
    try:
        return adapter.recall(
            entry.key, documents.action_from(entry.kind, entry.action), order, queries.link_of(entry.backend)
        )
    except CommerceError as error:
        raise _unsure(error) from error


def _performed(entry: LedgerEntry) -> Done:
    adapter = queries.adapter_of(entry.backend)
    action = documents.action_from(entry.kind, entry.action)
    try:
        return adapter.perform(action, _order(entry), queries.link_of(entry.backend), key=entry.key)
    except CommerceError:
        raise
    except Exception as error:
        log.exception("Order action %s failed", entry.pk)
        raise CommerceError(
            f"The action failed ({type(error).__name__}).", permanent=False, code="uncertain", uncertain=True
        ) from error


def _unsure(error: CommerceError) -> CommerceError:
    """Return an error of asking as one that leaves the action as uncertain as it was."""
    return CommerceError(str(error), permanent=False, code=error.code, retry_after=error.retry_after, uncertain=True)


def _order(entry: LedgerEntry) -> Order | None:
    return queries.order_value(entry.order) if entry.order else None


def _after_error(entry: LedgerEntry, error: CommerceError, *, now: datetime) -> None:
    if error.permanent and not error.uncertain:
        ledger.settle(entry=entry, done=Done(Outcome.REFUSED, detail=str(error), code=error.code), now=now)
    else:
        ledger.put_off(entry=entry, error=error, now=now)
