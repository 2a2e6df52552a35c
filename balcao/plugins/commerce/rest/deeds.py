"""Carrying an action out once by a request of the mapping file, and finding out what became of it.

How a repeat is known is part of the mapping: our mark in a list that can be asked for, the order itself (its stage or
its address), or a header by which the system answers a repeat as it answered the first time.
"""

import hashlib
from collections.abc import Mapping as Names
from dataclasses import asdict
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.rest import asking
from balcao.plugins.commerce.rest.paths import parsed, spelt
from balcao.plugins.commerce.rest.schema import Deed, Recall
from balcao.plugins.commerce.rest.system import Answer, System, holds
from balcao.ports import money
from balcao.ports.calling import fault, readable
from balcao.ports.commerce import (
    Action,
    ActionKind,
    Address,
    Cancel,
    ChangeAddress,
    CommerceError,
    Done,
    Order,
    Outcome,
    Refund,
)

NOT_ABLE = N_("The mapping file does not say how this is done.")
NO_PIECES = N_("This shop system cancels whole orders only.")
ABOVE = N_("More than the order still holds cannot be paid back.")
NEVER_KNOWN = N_("Whether it happened cannot be asked here. Look into the shop system.")
GONE = N_("The shop system does not know this order any more.")


def perform(system: System, action: Action, order: Order | None, key: str) -> Done:
    """Carry out an action once; the same key again has no second effect. Raises `CommerceError`."""
    deed = system.mapping.actions.get(action.kind)
    if deed is None or deed.recall is None:
        return Done(Outcome.REFUSED, detail=NOT_ABLE, code="not_able")
    if isinstance(action, Cancel) and action.pieces and not deed.pieces:
        return Done(Outcome.REFUSED, detail=NO_PIECES, code="pieces")
    now = asking.order(system, order.ref) if order else None
    if order and now is None:
        return Done(Outcome.REFUSED, detail=GONE, code="gone")
    context = _context(system, action, order, key)
    if (known := _happened(system, deed, action, now, context)) is not None:
        return known
    if now and isinstance(action, Refund) and context["amount"] > money.open_balance(now):
        return Done(Outcome.REFUSED, detail=ABOVE, code="above_open")
    return _carried_out(system, deed, order, context)


def recall(system: System, action: Action, order: Order | None, key: str) -> Done | None:
    """Say what became of an action; None: it had no effect. Raises `CommerceError`, also where nobody can tell."""
    deed = system.mapping.actions.get(action.kind)
    if deed is None or deed.recall is None or deed.recall.by == "never":
        raise fault(NEVER_KNOWN, "uncertain", uncertain=True)
    context = _context(system, action, order, key)
    if deed.recall.by == "repeat":  # the system answers a repeat as it answered the first time
        return _carried_out(system, deed, order, context)
    return _happened(system, deed, action, asking.order(system, order.ref) if order else None, context)


def _carried_out(system: System, deed: Deed, order: Order | None, context: Names[str, Any]) -> Done:
    headers = {deed.idempotency: str(context["key"])} if deed.idempotency else {}
    answer = system.ask(deed, context, writes=True, headers=headers, fine=deed.refused)
    if answer.is_refused or (deed.ok and not holds(deed.ok, answer.body)):
        return _refused(system, deed, answer)
    return _done(system, deed, order, _ref(deed.ref, answer.body), answer.body)


def _refused(system: System, deed: Deed, answer: Answer) -> Done:
    words = system.words_of(answer.body, deed.words) or answer.words or str(answer.status)
    code = spelt(parsed(deed.code).first(answer.body, answer.body)) if deed.code else ""
    return Done(Outcome.REFUSED, detail=words, code=code or str(answer.status))


def _done(system: System, deed: Deed, order: Order | None, ref: str, body: Any) -> Done:
    outcome = Outcome.PARTLY if deed.partly else Outcome.DONE
    made = spelt(parsed(deed.order_ref).first(body, body)) if deed.order_ref else ""
    after = _as_it_stands(system, made or (order.ref if order else ""))
    return Done(outcome, after, ref=ref or made, detail=readable(deed.partly))


def _as_it_stands(system: System, ref: str) -> Order | None:
    """Return the order afterwards, if the system tells it now: that it does not is no reason to doubt the deed."""
    try:
        return asking.order(system, ref) if ref else None
    except CommerceError:
        return None


def _ref(path: str | None, body: Any) -> str:
    return spelt(parsed(path).first(body, body)) if path else ""


def _happened(system: System, deed: Deed, action: Action, now: Order | None, context: Names[str, Any]) -> Done | None:
    """Return what the system shows of an action that was carried out, None when it shows nothing."""
    how = deed.recall
    if how is None or how.by in ("repeat", "never"):
        return None
    if how.by == "list":
        return _marked(system, deed, how, now, context)
    if now is None:
        return None
    is_there = now.stage == how.stage if how.by == "stage" else _is_at(now.address, action)
    return _done(system, deed, now, "", None) if is_there else None


def _marked(system: System, deed: Deed, how: Recall, now: Order | None, context: Names[str, Any]) -> Done | None:
    answer = system.ask(how, context, fine=(404,))
    for thing in parsed(how.things or "$").listed(answer.body, answer.body):
        said = [spelt(one) for one in parsed(how.mark or "$").every(thing, answer.body)]
        if any(context["mark"] in one or context["key"] in one for one in said):
            ref = _ref(how.ref, thing)
            outcome = Outcome.PARTLY if deed.partly else Outcome.DONE
            after = now or (_as_it_stands(system, ref) if deed.order_ref else None)
            return Done(outcome, after, ref=ref, detail=readable(deed.partly))
    return None


def _is_at(address: Address, action: Action) -> bool:
    if not isinstance(action, ChangeAddress):
        return False
    return _spot(address) == _spot(action.address)


def _spot(address: Address) -> tuple[str, ...]:
    parts = (address.line1, address.city, "".join(c for c in address.postcode if c.isalnum()))
    return tuple(" ".join(part.casefold().split()) for part in parts)


def _context(system: System, action: Action, order: Order | None, key: str) -> dict[str, Any]:
    """Return everything that a request may name, as plain values."""
    plain: dict[str, Any] = _listed(asdict(action))
    context: dict[str, Any] = {
        **plain,
        "key": key,
        "mark": mark_of(key),
        "currency": (order.currency if order else "") or system.mapping.shop.currency or system.link.currency,
        "order": _listed(asdict(order)) if order else {},
        "customer": _listed(asdict(order.account)) if order else {"ref": plain.get("account", "")},
        "account": system.link.config.account,
    }
    if isinstance(action, Refund):
        context |= {"besides": action.amount}
    if order and action.kind in (ActionKind.REFUND, ActionKind.CANCEL):
        context["amount"] = _worth(action, order)
    if "pieces" in plain:
        context["pieces"] = [_piece(ref, count, order) for ref, count in plain["pieces"]]
    if "variants" in plain:
        context["variants"] = [{"variant": ref, "quantity": count} for ref, count in plain["variants"]]
    return context


def _listed(value: Any) -> Any:
    """Return plain values with lists for tuples, as paths walk them."""
    if isinstance(value, dict):
        return {name: _listed(one) for name, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, tuple | list) else value


def _worth(action: Action, order: Order) -> int:
    """Return what goes back, exactly as it was shown before it was agreed to."""
    if isinstance(action, Refund):
        return money.price_of(order, action.pieces) + action.freight + action.amount
    pieces = action.pieces if isinstance(action, Cancel) else ()
    held = money.open_balance(order)
    return min(money.price_of(order, pieces), held) if pieces else held


def _piece(ref: str, count: int, order: Order | None) -> dict[str, Any]:
    line = next((line for line in order.lines if line.ref == ref), None) if order else None
    return {**(asdict(line) if line else {}), "line": ref, "quantity": count}


def mark_of(key: str) -> str:
    """Return the short mark by which what came of an action is found again in the system."""
    return f"balcao-{hashlib.sha256(key.encode()).hexdigest()[:20]}"
