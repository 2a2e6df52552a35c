"""What it means when a guard of a process does not hold: sentences that say what is missing."""

from django.utils.translation import gettext_lazy as _

GUARD_WORDS = {
    "within_policy": _("Neither the law nor the shop's policy was found to grant it: a person has to decide."),
    "needs_review": _("Nothing calls for a closer look."),
    "needs_no_review": _("It has to be looked at more closely first, or nobody has found out yet."),
    "before_cut_off": _("The parcel has its label already, or the order is not known."),
    "after_cut_off": _("The parcel has no label yet, or the order is not known."),
    "not_disputed": _("A chargeback is open or was lost, or nobody has found out yet."),
    "return_known": _("It has not been said yet what comes back."),
    "in_stock": _("What is to be sent is not known to be in stock."),
    "out_of_stock": _("What is to be sent is not known to be out of stock."),
    "fulfilment_in": _("The order has to be: %(values)s."),
    "parcel_in": _("The parcel has to be: %(values)s."),
    "return_parcel_in": _("The parcel that comes back has to be: %(values)s."),
    "amount_within_balance": _("“%(field)s” has to be a sum that can still go back for the order."),
    "level_at_least": _("It has to be surer who the customer is."),
    "risk_below": _("The risk was found to be too high, or nobody has found out yet."),
    "risk_at_least": _("The risk is not known to be high enough for this."),
    "field_in": _("“%(field)s” has to be: %(values)s."),
    "field_is_yes": _("“%(field)s” has to be yes."),
    "field_is_no": _("“%(field)s” has to be no."),
    "fields_filled": _("These have to be filled in: %(fields)s."),
    "tasks_done": _("Tasks are not done yet."),
    "limit_passed": _("The time of this stage is not over yet."),
    "waited": _("It has not waited long enough yet."),
    "effect_done": _("An automatic step has not been done yet."),
    "effect_failed": _("An automatic step has not failed."),
}
