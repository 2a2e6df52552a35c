"""The order action that an automatic step stands for: the return knows its own, else the step's fields say it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from balcao.commerce.queries import order_value
from balcao.ports import commerce as port
from balcao.ports import money
from balcao.ports.commerce import Action, ActionKind, InstrumentKind, Line, OrderStage
from balcao.processes.models import Effect, Process
from balcao.returns.queries.outcomes import amount_of, order_action


class CannotAct(ValueError):
    """A step does not say enough to be an action; `code` says what is missing."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def action_of(effect: Effect) -> Action:
    """Return what a step does to the order of its process; raises CannotAct."""
    process = effect.process
    kind = ActionKind(effect.spec["action"])
    named = {name: process.fields.get(key) for name, key in effect.spec.items() if name != "action"}
    row = getattr(process, "goods_return", None)
    known = order_action(row, kind) if row else None
    if row and known is not None:
        if named.get("amount") not in (None, amount_of(row, kind)):
            raise CannotAct("other_amount")  # it was agreed to another sum than the return comes to
        return known
    if process.order is None:
        raise CannotAct("no_order")
    if kind == ActionKind.EXCHANGE and row is None:
        raise CannotAct("no_return")
    maker = _MAKERS.get(kind)
    if maker is None:
        raise CannotAct("not_automatic")
    return maker(process, named)


def _reason(process: Process, named: Mapping[str, Any]) -> str:
    return str(named.get("reason") or process.fields.get("reason") or process.blueprint.key)[:200]


def _amount(named: Mapping[str, Any]) -> int:
    amount = named.get("amount")
    if not isinstance(amount, int) or amount <= 0:
        raise CannotAct("no_amount")
    return amount


def _refund(process: Process, named: Mapping[str, Any]) -> Action:
    return port.Refund(_reason(process, named), amount=_amount(named))


def _credit(process: Process, named: Mapping[str, Any]) -> Action:
    return port.GiveCredit(_amount(named), _reason(process, named))


def _cancel(process: Process, named: Mapping[str, Any]) -> Action:
    """Return the cancelling of the order; what had left and comes back is paid back, for no system cancels that."""
    order = order_value(process.order) if process.order else None
    if order is None or order.stage not in (OrderStage.SHIPPED, OrderStage.DELIVERED):
        return port.Cancel(_reason(process, named))
    settled = money.settled(order)
    pieces = tuple((line.ref, left) for line in order.lines if (left := line.quantity - settled[line.ref]))
    freight = max(min(order.freight, money.open_balance(order) - money.price_of(order, pieces)), 0)
    return port.Refund(_reason(process, named), pieces=pieces, freight=freight)


def _resend(process: Process, named: Mapping[str, Any]) -> Action:
    pieces = tuple((line.ref, _left(line)) for line in _lines(process) if _left(line))
    return port.Resend(pieces, _reason(process, named))


def _payment_link(process: Process, named: Mapping[str, Any]) -> Action:
    method = str(named.get("method") or "")
    if method not in set(InstrumentKind):
        raise CannotAct("no_method")
    return port.SendPaymentLink(InstrumentKind(method))


def _change_address(process: Process, named: Mapping[str, Any]) -> Action:
    """Return the change of the address; who receives it and the country stay where nothing else was said."""
    address = named.get("address")
    if not isinstance(address, dict) or not address or process.order is None:
        raise CannotAct("no_address")
    before = order_value(process.order).address
    known = port.Address(name=before.name, phone=before.phone, country=before.country)
    return port.ChangeAddress(replace(known, **address))


def _left(line: Line) -> int:
    return line.quantity - line.cancelled - line.returned


def _lines(process: Process) -> tuple[Line, ...]:
    return order_value(process.order).lines if process.order else ()


_MAKERS: Mapping[ActionKind, Callable[[Process, Mapping[str, Any]], Action]] = {
    ActionKind.CHANGE_ADDRESS: _change_address,
    ActionKind.REFUND: _refund,
    ActionKind.GIVE_CREDIT: _credit,
    ActionKind.CANCEL: _cancel,
    ActionKind.RESEND: _resend,
    ActionKind.SEND_PAYMENT_LINK: _payment_link,
}
