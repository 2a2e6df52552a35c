"""The dry run in words: what exactly will happen, and what the button says that lets it happen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from balcao.commerce.types import Effect, Movement, Offer
from balcao.ports import money
from balcao.ports.commerce import Action, ActionKind, ChangeAddress, Order, SendPaymentLink
from balcao.web.desk.orders import words

_LATER = (ActionKind.EXCHANGE,)  # their money moves once the pieces are back
_UNPAID = (ActionKind.GIVE_CREDIT, ActionKind.EXCHANGE, ActionKind.CHANGE_PAYMENT)  # what the order holds stays


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the dry run."""

    before: str
    strong: str = ""
    after: str = ""


def told(action: Action, effect: Effect, order: Order, offers: Mapping[str, Offer]) -> list[Told]:
    """Return what an action will do, line by line."""
    names = _names(order, offers)
    return [
        *_special(action, order),
        *(_movement(move, action.kind, order.currency) for move in effect.movements if move.amount),
        *_balance(action.kind, effect, order),
        *([Told(_("The order becomes:"), words.stage_words(effect.stage))] if effect.stage else []),
        *_stock(effect, names),
    ]


def _special(action: Action, order: Order) -> Iterable[Told]:
    if isinstance(action, ChangeAddress):
        yield Told(_("It goes to:"), words.address_words(action.address))
        yield Told(_("Until now: %(address)s") % {"address": words.address_words(order.address) or "–"})
        if action.as_default:
            yield Told(_("What the customer buys from now on goes there, too"))
    elif isinstance(action, SendPaymentLink):
        amount = words.money(order.total, order.currency)
        yield Told(_("A new way to pay:"), f"{amount} · {words.method_words(action.method)}")
        yield Told(_("What was waiting to be paid until now becomes void"))
    else:
        plain = _plain(action.kind)
        if plain:
            yield Told(plain)


def _plain(kind: ActionKind) -> str:
    return {
        ActionKind.REQUEST_RETURN: _("The customer may send these pieces back; the money follows once they are there"),
        ActionKind.EXCHANGE: _("The customer sends pieces back and gets the others; money moves once they are there"),
        ActionKind.RESEND: _("It is sent once more, free of charge"),
        ActionKind.ADD_NOTE: _("The note stands on the order in the shop system; the customer does not see it"),
        ActionKind.ADD_TAG: _("The tag stands on the order in the shop system"),
    }.get(kind, "")


def _movement(move: Movement, kind: ActionKind, currency: str) -> Told:
    amount = words.money(abs(move.amount), currency)
    if kind == ActionKind.GIVE_CREDIT:
        return Told(_("The customer gets a gift card:"), amount)
    values = {"instrument": words.instrument_words(move.instrument)}
    if move.amount < 0:
        return Told("", amount, _("are paid with: %(instrument)s") % values)
    if kind in _LATER or move.is_at_once:
        return Told("", amount, _("go back to: %(instrument)s") % values)
    return Told("", amount, _("go back to: %(instrument)s; the bank takes some days") % values)


def _balance(kind: ActionKind, effect: Effect, order: Order) -> Iterable[Told]:
    if kind in _UNPAID or not (effect.given or effect.paid):
        return
    before = money.open_balance(order)
    now = words.money(before, order.currency)
    after = words.money(before - effect.given + effect.paid, order.currency)
    yield Told(_("Paid for the order: %(amount)s →") % {"amount": now}, after)


def _stock(effect: Effect, names: Mapping[str, str]) -> Iterable[Told]:
    for ref, count in effect.restocked:
        yield Told(_("Back into stock: %(count)d × %(name)s") % {"count": count, "name": names.get(ref, ref)})
    for ref, count in effect.taken:
        yield Told(_("Out of stock: %(count)d × %(name)s") % {"count": count, "name": names.get(ref, ref)})


def _names(order: Order, offers: Mapping[str, Offer]) -> dict[str, str]:
    bought = {line.variant_ref: _named(line.name, line.options) for line in order.lines}
    return {**bought, **{ref: _named(offer.name, offer.variant.options) for ref, offer in offers.items()}}


def _named(name: str, options: Mapping[str, str]) -> str:
    return ", ".join(part for part in (name, words.options_words(options)) if part)


def confirm_words(kind: ActionKind, effect: Effect | None, currency: str, *, needs_approval: bool = False) -> str:
    """Return what the button says: with the sum, so that nobody moves another one than they think."""
    given = words.money(effect.given, currency) if effect and effect.given else ""
    if needs_approval:
        return _("Ask for approval: %(amount)s") % {"amount": given}
    if given and kind in (ActionKind.REFUND, ActionKind.CANCEL, ActionKind.GIVE_CREDIT):
        return _with_sum(kind) % {"amount": given}
    return {
        ActionKind.CHANGE_ADDRESS: pgettext("confirm", "Change the address"),
        ActionKind.CHANGE_PAYMENT: pgettext("confirm", "Change the payment"),
        ActionKind.SEND_PAYMENT_LINK: pgettext("confirm", "Make the payment link"),
        ActionKind.CHANGE_LINES: pgettext("confirm", "Change the items"),
        ActionKind.CANCEL: pgettext("confirm", "Cancel the order"),
        ActionKind.REFUND: pgettext("confirm", "Refund"),
        ActionKind.REQUEST_RETURN: pgettext("confirm", "Allow the return"),
        ActionKind.EXCHANGE: pgettext("confirm", "Exchange"),
        ActionKind.RESEND: pgettext("confirm", "Send again"),
        ActionKind.ADD_NOTE: pgettext("confirm", "Add the note"),
        ActionKind.ADD_TAG: pgettext("confirm", "Add the tag"),
        ActionKind.GIVE_CREDIT: pgettext("confirm", "Give the gift card"),
    }[kind]


def _with_sum(kind: ActionKind) -> str:
    return {
        ActionKind.REFUND: pgettext("confirm", "Refund %(amount)s"),
        ActionKind.CANCEL: pgettext("confirm", "Cancel and pay %(amount)s back"),
        ActionKind.GIVE_CREDIT: pgettext("confirm", "Give %(amount)s"),
    }[kind]
