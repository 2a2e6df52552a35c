"""The forms of order actions: what is typed becomes an action of the commerce port."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from balcao.kit.numbers import number_in
from balcao.ports.commerce import (
    Action,
    ActionKind,
    AddNote,
    AddTag,
    Cancel,
    ChangeAddress,
    ChangeLines,
    ChangePayment,
    Exchange,
    GiveCredit,
    InstrumentKind,
    Order,
    Refund,
    RequestReturn,
    Resend,
    SendPaymentLink,
    Swap,
)
from balcao.web.desk.orders.typed import minor_units

METHODS = (InstrumentKind.PIX, InstrumentKind.BOLETO, InstrumentKind.CARD, InstrumentKind.TRANSFER)
ADDRESS_FIELDS = ("name", "line1", "line2", "district", "city", "region", "postcode", "country", "phone")
_LONGEST = {"reason": 300, "text": 2000, "tag": 60}
_LONGEST_FIELD = 200
_NEEDS_REASON = {ActionKind.CANCEL, ActionKind.REFUND, ActionKind.RESEND, ActionKind.GIVE_CREDIT}


class Problem(Exception):
    """A field cannot be read: which one, and why in words."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field
        self.words = words


def read(kind: ActionKind, form: QueryDict, order: Order) -> Action:
    """Return the action that a form asks for; raises `Problem`."""
    return _READERS[kind](form, order)


def needs_reason(kind: ActionKind) -> bool:
    """Tell whether an action has to be explained."""
    return kind in _NEEDS_REASON


def missing(action: Action, order: Order) -> str:
    """Return what an action still lacks before it makes sense to ask for it, "" for nothing."""
    if action.kind in _NEEDS_REASON and not getattr(action, "reason", ""):
        return _("Say why: the reason stays with the order.")
    is_same = isinstance(action, ChangeAddress) and action.address == order.address and not action.as_default
    return _("Nothing is changed yet.") if is_same else ""


def _word(form: QueryDict, name: str) -> str:
    return " ".join(form.get(name, "").split())[: _LONGEST.get(name, _LONGEST_FIELD)]


def _sum(form: QueryDict, name: str, order: Order) -> int:
    typed = form.get(name, "").strip()
    if not typed:
        return 0
    found = minor_units(typed, order.currency)
    if found is None:
        raise Problem(name, _("This is no amount: write it like 10,50."))
    return found


def _pieces(form: QueryDict, order: Order) -> tuple[tuple[str, int], ...]:
    chosen = set(form.getlist("piece"))
    return tuple((line.ref, _count(form, line.ref)) for line in order.lines if line.ref in chosen)


def _count(form: QueryDict, ref: str) -> int:
    found = number_in(form.get(f"count-{ref}", "1"))
    return 0 if found is None else found


def _swaps(form: QueryDict, order: Order) -> tuple[Swap, ...]:
    wanted = ((line.ref, _word(form, f"to-{line.ref}")) for line in order.lines)
    return tuple(Swap(ref, variant, _count(form, ref)) for ref, variant in wanted if variant)


def _change_address(form: QueryDict, order: Order) -> Action:
    typed = {name: _word(form, name) for name in ADDRESS_FIELDS if name in form}
    address = replace(order.address, **typed)
    return ChangeAddress(address, as_default=bool(form.get("as_default")))


def _send_payment_link(form: QueryDict, _order: Order) -> Action:
    asked = form.get("method", "")
    return SendPaymentLink(InstrumentKind(asked) if asked in set(METHODS) else METHODS[0])


def _refund(form: QueryDict, order: Order) -> Action:
    return Refund(
        reason=_word(form, "reason"),
        pieces=_pieces(form, order),
        freight=order.freight if form.get("freight") else 0,
        amount=_sum(form, "amount", order),
        instrument=_word(form, "instrument"),
    )


_READERS: Mapping[ActionKind, Callable[[QueryDict, Order], Action]] = {
    ActionKind.CHANGE_ADDRESS: _change_address,
    ActionKind.CHANGE_PAYMENT: lambda form, _order: ChangePayment(_word(form, "instrument")),
    ActionKind.SEND_PAYMENT_LINK: _send_payment_link,
    ActionKind.CHANGE_LINES: lambda form, order: ChangeLines(_swaps(form, order), _word(form, "instrument")),
    ActionKind.CANCEL: lambda form, order: Cancel(
        _word(form, "reason"), _pieces(form, order) if form.get("what") == "pieces" else ()
    ),
    ActionKind.REFUND: _refund,
    ActionKind.REQUEST_RETURN: lambda form, order: RequestReturn(
        _pieces(form, order), _word(form, "instrument"), _word(form, "reason")
    ),
    ActionKind.EXCHANGE: lambda form, order: Exchange(
        _swaps(form, order), _word(form, "instrument"), _word(form, "reason")
    ),
    ActionKind.RESEND: lambda form, order: Resend(_pieces(form, order), _word(form, "reason")),
    ActionKind.ADD_NOTE: lambda form, _order: AddNote(form.get("text", "").strip()[: _LONGEST["text"]]),
    ActionKind.ADD_TAG: lambda form, _order: AddTag(_word(form, "tag")),
    ActionKind.GIVE_CREDIT: lambda form, order: GiveCredit(_sum(form, "amount", order), _word(form, "reason")),
}
