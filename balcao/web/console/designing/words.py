"""What the parts of a process are called on the pages that design it."""

from collections.abc import Iterator, Sequence

from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from balcao.commerce.types import Level
from balcao.ports.commerce import ActionKind
from balcao.processes.queries.roles import ROLE_NAMES
from balcao.processes.types import (
    BUSINESS_DAY,
    LANGUAGES,
    STAGE_NEWS,
    Actor,
    Blueprint,
    BlueprintKind,
    Choice,
    Department,
    Effect,
    EffectKind,
    FieldType,
    Guard,
    Outcome,
    Party,
    Texts,
    Unit,
)
from balcao.staff import models as staff
from balcao.web.console.policy_words import action_words, level_words

HOUR, MINUTE, DAY = 3600, 60, 86400
Choices = list[tuple[str, str]]

_PARTIES = {
    Party.CUSTOMER: pgettext_lazy("party", "The customer"),
    Party.CARRIER: pgettext_lazy("party", "The carrier"),
    Party.SUPPLIER: pgettext_lazy("party", "The supplier"),
    Party.MARKETPLACE: pgettext_lazy("party", "The marketplace"),
    Party.PAYMENT_PROVIDER: pgettext_lazy("party", "The payment provider"),
    Party.AUTHORITY: pgettext_lazy("party", "An outside body"),
}


def code_of_language() -> str:
    """Return the reader's language as blueprints write it."""
    main, _dash, region = (get_language() or "en").partition("-")
    code = f"{main}-{region.upper()}" if region else main
    return code if code in LANGUAGES else "en"


def said(texts: Texts, fallback: str = "") -> str:
    """Return words in the reader's language, else in any there is."""
    for code in (code_of_language(), *LANGUAGES):
        if texts.get(code, "").strip():
            return texts[code]
    return fallback


def missing_in(texts: Texts) -> list[str]:
    """Return the languages in which words are missing."""
    return [code for code in LANGUAGES if not texts.get(code, "").strip()]


def default_name(key: str) -> str:
    """Return what a blueprint of this key is called: the kinds by their names, others by their keys."""
    return kind_words(key) if key in set(BlueprintKind) else key


# --- Who ----------------------------------------------------------------------------------------------------------


class Roles:
    """What owners are called: a shop's own departments by their names, the rest by what they are for."""

    def __init__(self) -> None:
        rows = staff.Department.objects.filter(is_active=True, key__isnull=False).values_list("key", "name")
        self.own = {str(key): name for key, name in rows}

    def named(self, role: str) -> str:
        """Return what a role or a party is called."""
        return self.own.get(role) or role_words(role)

    def departments(self, *also: str) -> Choices:
        """Return every department that may be chosen, and those that are chosen already."""
        keys = dict.fromkeys([*map(str, Department), *self.own, *(one for one in also if one)])
        return [(key, self.named(key)) for key in keys if key not in set(Party)]

    def everybody(self, *also: str) -> Choices:
        """Return the same, and whom the shop may wait for."""
        return [*self.departments(*also), *parties()]


def role_words(role: str) -> str:
    """Return what a role key of the defaults, or a party, is called; another key as it is."""
    if role in set(Department):
        return str(ROLE_NAMES[Department(role)])
    return str(_PARTIES[Party(role)]) if role in set(Party) else role


def parties() -> Choices:
    """Return whom the shop may wait for."""
    return [(party.value, str(words)) for party, words in _PARTIES.items()]


def actor_words(actor: Actor) -> str:
    """Return who goes a way."""
    return {
        Actor.AGENT: _("An agent presses the button"),
        Actor.CUSTOMER: _("The customer does it on their page"),
        Actor.AUTOMATIC: _("By itself, as soon as the conditions hold"),
    }[actor]


# --- How long -----------------------------------------------------------------------------------------------------


def span_words(seconds: int, unit: Unit) -> str:
    """Return a limit in words: 1 day 4 h; a day of working time has nine open hours."""
    day = BUSINESS_DAY if unit is Unit.BUSINESS else DAY
    days, rest = divmod(abs(seconds), day)
    hours, rest = divmod(rest, HOUR)
    parts = [
        ngettext("%(num)s day", "%(num)s days", days) % {"num": days} if days else "",
        _("%(num)s h") % {"num": hours} if hours else "",
        _("%(num)s min") % {"num": rest // MINUTE} if rest >= MINUTE else "",
    ]
    return " ".join(filter(None, parts)) or _("%(num)s min") % {"num": 0}


def limit_words(seconds: int, unit: Unit) -> str:
    """Return a limit with the time it counts in."""
    words = span_words(seconds, unit)
    return _("%(span)s of working time") % {"span": words} if unit is Unit.BUSINESS else f"{words} ({_('24/7')})"


def unit_choices() -> Choices:
    """Return in what time a limit may count."""
    return [(Unit.BUSINESS, _("Working time")), (Unit.CALENDAR, _("Round the clock (24/7)"))]


def scale_choices() -> Choices:
    """Return in what a limit may be written."""
    return [("m", _("minutes")), ("h", _("hours")), ("d", _("days"))]


def scaled(seconds: int, unit: Unit) -> tuple[int, str]:
    """Return a limit in the largest measure in which it is whole."""
    for length, scale in ((scale_seconds("d", unit), "d"), (HOUR, "h")):
        if seconds and seconds % length == 0:
            return seconds // length, scale
    return seconds // MINUTE, "m" if seconds else "d"


def scale_seconds(scale: str, unit: Unit) -> int:
    """Return how long one of a measure is."""
    day = BUSINESS_DAY if unit is Unit.BUSINESS else DAY
    return {"m": MINUTE, "h": HOUR, "d": day}[scale]


# --- What ---------------------------------------------------------------------------------------------------------


def kind_words(kind: str) -> str:
    """Return what matter a blueprint is for."""
    return {
        BlueprintKind.RETURN: pgettext("process", "Return"),
        BlueprintKind.EXCHANGE: pgettext("process", "Exchange"),
        BlueprintKind.REFUND: pgettext("process", "Refund"),
        BlueprintKind.CANCEL: pgettext("process", "Cancellation"),
        BlueprintKind.CHANGE: pgettext("process", "Change of address or payment"),
        BlueprintKind.PARCEL: pgettext("process", "Late or lost parcel"),
        BlueprintKind.DAMAGED: pgettext("process", "Damaged in transport"),
        BlueprintKind.CHARGEBACK: pgettext("process", "Chargeback"),
        BlueprintKind.COMPLAINT: pgettext("process", "Complaint"),
        BlueprintKind.PRIVACY: pgettext("process", "Privacy request"),
        BlueprintKind.OTHER: pgettext("process", "Something of our own"),
    }[BlueprintKind(kind)]


def outcome_words(outcome: Outcome) -> str:
    """Return how a process ends."""
    return {
        Outcome.DONE: pgettext("outcome", "Done"),
        Outcome.REFUSED: pgettext("outcome", "Refused"),
        Outcome.CANCELLED: pgettext("outcome", "Taken back by the customer"),
        Outcome.EXPIRED: pgettext("outcome", "Run out: the customer did not do their part"),
        Outcome.LOST: pgettext("outcome", "Decided against the shop"),
    }[outcome]


def field_type_words(kind: FieldType) -> str:
    """Return what a field holds."""
    return {
        FieldType.TEXT: _("Text"),
        FieldType.CHOICE: _("Choice from a list"),
        FieldType.NUMBER: _("Number"),
        FieldType.MONEY: _("Amount of money"),
        FieldType.DATE: _("Date"),
        FieldType.PHOTO: _("Photos or files"),
        FieldType.YES_NO: _("Yes or no"),
        FieldType.DEPARTMENT: _("Department"),
        FieldType.AGENT: _("Agent"),
        FieldType.ADDRESS: _("Postal address"),
    }[kind]


def effect_kinds() -> Choices:
    """Return the automatic steps that may be chosen."""
    return [
        (EffectKind.MESSAGE, _("Write to the customer")),
        (EffectKind.ORDER_ACTION, _("Act on the order")),
        (EffectKind.RETURN_LABEL, _("Make a return label")),
        (EffectKind.NOTIFY, _("Tell a department")),
        (EffectKind.START, _("Start another process")),
        (EffectKind.WEBHOOK, _("Call another system (webhook)")),
        (EffectKind.RETRY_ACTION, _("Try an order action again")),
    ]


def effect_words(effect: Effect, roles: Roles) -> str:
    """Return an automatic step in a few words."""
    given = effect.arguments
    match effect.kind:
        case EffectKind.MESSAGE:
            news = given.get("template") == STAGE_NEWS
            return _("Tell the customer that it is here") if news else dict(effect_kinds())[effect.kind]
        case EffectKind.ORDER_ACTION if given.get("action") in set(ActionKind):
            return _("On the order: %(action)s") % {"action": action_words(ActionKind(given["action"]))}
        case EffectKind.NOTIFY:
            return _("Tell %(department)s") % {"department": roles.named(given.get("department", ""))}
        case EffectKind.START:
            return _("Start the process “%(name)s”") % {"name": default_name(given.get("blueprint", ""))}
    return dict(effect_kinds())[effect.kind]


def action_choices() -> Choices:
    """Return the order actions that a stage may want."""
    return [(kind.value, action_words(kind)) for kind in ActionKind]


def effect_choices(blueprint: Blueprint, roles: Roles, *, actions_only: bool = False) -> Choices:
    """Return the automatic steps of a blueprint, each with its stage."""
    return [
        (effect.key, f"{said(stage.names, stage.key)}: {effect_words(effect, roles)}")
        for stage in blueprint.stages
        for effect in stage.effects
        if effect.kind is EffectKind.ORDER_ACTION or not actions_only
    ]


# --- Conditions ---------------------------------------------------------------------------------------------------


def guard_choices() -> Choices:
    """Return the conditions that may be chosen, in words."""
    return [(name, _guard_words(name)) for name in _GUARDS]


_GUARDS = (
    "within_policy",
    "needs_review",
    "needs_no_review",
    "before_cut_off",
    "after_cut_off",
    "not_disputed",
    "return_known",
    "in_stock",
    "out_of_stock",
    "fulfilment_in",
    "parcel_in",
    "return_parcel_in",
    "amount_within_balance",
    "level_at_least",
    "risk_below",
    "risk_at_least",
    "field_in",
    "field_is_yes",
    "field_is_no",
    "fields_filled",
    "tasks_done",
    "limit_passed",
    "waited",
    "effect_done",
    "effect_failed",
)


def _guard_words(name: str) -> str:
    return {
        "within_policy": _("The law or the shop's policy grants it"),
        "needs_review": _("A person must look: an exception, a late request, a high value"),
        "needs_no_review": _("Nothing asks for a person to look"),
        "before_cut_off": _("The parcel is not on its way to the carrier yet"),
        "after_cut_off": _("The parcel is labelled or on the carrier's list"),
        "not_disputed": _("No chargeback is open or was lost"),
        "return_known": _("It was said what comes back"),
        "in_stock": _("What is to be sent is in stock"),
        "out_of_stock": _("What is to be sent is not in stock"),
        "fulfilment_in": _("The shop has come so far with the order"),
        "parcel_in": _("The parcel is"),
        "return_parcel_in": _("The parcel that comes back is"),
        "amount_within_balance": _("The amount is no more than what may still go back"),
        "level_at_least": _("We are this sure of whom we speak with"),
        "risk_below": _("The risk score is below"),
        "risk_at_least": _("The risk score is at least"),
        "field_in": _("A fact is one of these answers"),
        "field_is_yes": _("A fact is yes"),
        "field_is_no": _("A fact is no"),
        "fields_filled": _("These facts are known"),
        "tasks_done": _("All parallel tasks are done"),
        "limit_passed": _("The limit of the stage has passed"),
        "waited": _("So much time has passed in the stage"),
        "effect_done": _("An automatic step was done"),
        "effect_failed": _("An automatic step failed"),
    }.get(name, name)


def value_choices(guard: Guard, blueprint: Blueprint) -> Choices:
    """Return the answers that a condition may name."""
    match guard.name:
        case "fulfilment_in":
            return [
                ("unpaid", pgettext("fulfilment", "Not paid")),
                ("paid", pgettext("fulfilment", "Paid")),
                ("picking", pgettext("fulfilment", "Being picked")),
                ("packed", pgettext("fulfilment", "Packed")),
                ("shipped", pgettext("fulfilment", "Shipped")),
                ("delivered", pgettext("fulfilment", "Delivered")),
            ]
        case "parcel_in" | "return_parcel_in":
            return [
                ("waiting", pgettext("parcel", "Not on its way")),
                ("in_transit", pgettext("parcel", "On its way")),
                ("silent", pgettext("parcel", "Without a scan for long")),
                ("delivered", pgettext("parcel", "Delivered")),
                ("lost", pgettext("parcel", "Lost")),
                ("returned", pgettext("parcel", "Sent back by the carrier")),
            ]
        case "field_in":
            chosen = guard.arguments.get("field")
            rows = [one.choices for one in blueprint.fields if one.key == chosen]
            return [(choice.key, said(choice.names, choice.key)) for choices in rows for choice in choices]
    return []


def guard_words(guard: Guard, blueprint: Blueprint, roles: Roles) -> str:
    """Return a condition with its arguments in words."""
    words, given = _guard_words(guard.name), guard.arguments
    parts: list[str] = []
    if "field" in given:
        parts.append(field_name(blueprint, str(given["field"])))
    if isinstance(given.get("fields"), list):
        parts += [field_name(blueprint, str(key)) for key in _list(given["fields"])]
    if isinstance(given.get("values"), list):
        known = dict(value_choices(guard, blueprint))
        parts.append(" / ".join(known.get(str(one), str(one)) for one in _list(given["values"])))
    if "effect" in given:
        parts.append(dict(effect_choices(blueprint, roles)).get(str(given["effect"]), str(given["effect"])))
    if "seconds" in given:
        parts.append(span_words(_whole(given["seconds"]), Unit.CALENDAR))
    parts += [str(given[name]) for name in ("level", "score") if name in given]
    return f"{words}: {' = '.join(filter(None, parts))}" if any(parts) else words


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def field_name(blueprint: Blueprint, key: str) -> str:
    """Return what a field is called; an unknown one by its key."""
    return next((said(one.names, key) for one in blueprint.fields if one.key == key), key)


def stage_name(blueprint: Blueprint, key: str) -> str:
    """Return what a stage is called; an unknown one by its key."""
    return next((said(one.names, key) for one in blueprint.stages if one.key == key), key)


# --- For the forms ------------------------------------------------------------------------------------------------


def missing_in_part(part: object) -> list[str]:
    """Return the languages in which any text of a stage, way, field or blueprint is missing."""
    lacking = {code for texts in _texts_of(part) for code in missing_in(texts)}
    return [code for code in LANGUAGES if code in lacking]


def _texts_of(part: object) -> Iterator[Texts]:
    names: Texts = getattr(part, "names", {})
    yield names
    for name in ("customer_names", "customer_texts"):
        if texts := getattr(part, name, None):
            yield texts
    for name in ("choices", "reasons", "tasks"):
        yield from (row.names for row in getattr(part, name, ()))
    yield from (one.texts for one in getattr(part, "reminders", ()))


def action_arguments(effect: Effect) -> list[tuple[str, str, str]]:
    """Return what an order action may take from fields: name, words, and of which type the field has to be."""
    known = {
        ActionKind.REFUND: [("amount", _("Amount from"), FieldType.MONEY.value)],
        ActionKind.GIVE_CREDIT: [("amount", _("Amount from"), FieldType.MONEY.value)],
        ActionKind.CANCEL: [("reason", _("Reason from"), "")],
        ActionKind.CHANGE_ADDRESS: [("address", _("Address from"), FieldType.ADDRESS.value)],
        ActionKind.SEND_PAYMENT_LINK: [("method", _("Payment form from"), "")],
    }
    action = effect.arguments.get("action", "")
    found = known.get(ActionKind(action), []) if action in set(ActionKind) else []
    shown = {"action", *(name for name, _words, _type in found)}
    return [*found, *((name, name, "") for name in effect.arguments if name not in shown)]


def tops(choices: Sequence[Choice], but: Choice) -> Choices:
    """Return under which answers another may stand."""
    if any(one.parent == but.key for one in choices):
        return [("", "–")]
    return [("", "–"), *((one.key, said(one.names, one.key)) for one in choices if not one.parent and one != but)]


def level_choices() -> Choices:
    """Return how sure we may have to be of the customer."""
    return [(str(level.value), level_words(level)) for level in Level]


def amount(cents: int) -> str:
    """Return minor units as people write them into a field."""
    return f"{cents // 100}" if cents % 100 == 0 else f"{cents / 100:.2f}"


def asked_by(blueprint: Blueprint, key: str) -> list[str]:
    """Return the stages and ways that ask for a field."""
    stages = [said(one.names, one.key) for one in blueprint.stages if key in one.entry_fields or key in one.exit_fields]
    return [*stages, *(said(one.names, one.key) for one in blueprint.transitions if key in one.fields)]
