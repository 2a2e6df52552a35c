"""Automatic steps that could not be done: what they were to do, and why they did not."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from balcao.commerce.types import Denial, LedgerState
from balcao.ports.commerce import ActionKind
from balcao.processes.models import Effect
from balcao.processes.types import EffectKind
from balcao.tickets.types import Refusal, TicketRefused
from balcao.web.desk import words as desk
from balcao.web.desk.orders import words as orders
from balcao.web.desk.orders.denials import denial_words

_STEPS = {
    EffectKind.MESSAGE: gettext_lazy("Message to the customer"),
    EffectKind.RETRY_ACTION: gettext_lazy("Another try of the order action"),
    EffectKind.RETURN_LABEL: gettext_lazy("Label to send it back"),
    EffectKind.START: gettext_lazy("Start of another process"),
    EffectKind.NOTIFY: gettext_lazy("Notice to a department"),
    EffectKind.WEBHOOK: gettext_lazy("Message to other systems"),
}
_REASONS = {
    "no_order": gettext_lazy("There is no order in this process."),
    "no_amount": gettext_lazy("The amount is missing."),
    "other_amount": gettext_lazy("The amount is not the one that the return comes to."),
    "no_method": gettext_lazy("The way to pay is missing."),
    "no_address": gettext_lazy("The address is missing."),
    "no_action": gettext_lazy("There is no order action to try again."),
    "no_return": gettext_lazy("There is no return on this ticket."),
    "no_blueprint": gettext_lazy("The process that it starts is not offered in this shop."),
    "no_conversation": gettext_lazy("There is no conversation in which it could be said."),
    "not_automatic": gettext_lazy("This cannot be done by itself: do it on the order."),
    "no_return_address": gettext_lazy("The shop has not said where goods come back to: Settings → Returns."),
    "no_template": gettext_lazy("The text that it was to send is gone or not in use."),
    "lacks_words": gettext_lazy("Its text names something that is not known here."),
    "not_open": gettext_lazy("Another process runs on this ticket."),
    "failed": gettext_lazy("It failed several times."),
    "withdrawn": gettext_lazy("It was taken back."),
}


def step_words(effect: Effect) -> str:
    """Return an automatic step as a thing: "Refund"."""
    if effect.kind == EffectKind.ORDER_ACTION:
        kind = str(effect.spec.get("action", ""))
        return orders.action_words(kind) if kind in set(ActionKind) else kind
    return str(_STEPS.get(EffectKind(effect.kind), "")) if effect.kind in set(EffectKind) else _("Reminder")


def trouble_words(effect: Effect) -> str:
    """Return why a step could not be done."""
    code = effect.code
    if code in _REASONS:
        return str(_REASONS[code])
    if code in set(Denial):
        return denial_words(Denial(code))
    if code in set(LedgerState):
        said = orders.state_words(code)
        return said[:1].upper() + said[1:]
    return desk.refusal_words(TicketRefused(Refusal(code))) if code in set(Refusal) else effect.detail or code
