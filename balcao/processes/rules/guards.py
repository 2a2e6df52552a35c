"""The guards: named conditions over what is known. What is not known counts against a transition.

`Facts.known` may hold, each put there by the part that knows it:

- `within_policy` (bool): law or the shop's policy grants what is asked for
- `needs_review` (bool): an exception, a late request, a high value or risk: a person must look
- `open_balance` (int): minor units that may still go back to the customer
- `is_disputed` (bool): a chargeback is open, or was lost
- `is_other_currency` (bool): the order is not in the shop's currency, in which limits are written
- `cut_off_passed` (bool): label printed, or on the carrier's list
- `level` (int): how sure we are of whom we speak with, `commerce.types.Level`
- `fulfilment` (str): unpaid, paid, picking, packed, shipped, delivered
- `parcel` (str): waiting, in_transit, silent, delivered, lost, returned
- `return_parcel` (str): the same, of the parcel that comes back
- `risk_score` (int): 0 to 100, never sole ground of a refusal
- `in_stock` (bool): what is to be sent can be had
- `return_known` (bool): it was said what comes back
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from balcao.processes.types import Facts, Guard

Arguments = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Check:
    """A guard's condition and the arguments it needs, each by its type."""

    holds: Callable[[Facts, Arguments], bool]
    arguments: Mapping[str, type] = field(default_factory=dict)


def holds(guard: Guard, facts: Facts) -> bool:
    """Tell whether a guard holds; an unknown one never does."""
    check = GUARDS.get(guard.name)
    return check is not None and takes(guard) and check.holds(facts, guard.arguments)


def takes(guard: Guard) -> bool:
    """Tell whether a guard has exactly the arguments that it needs."""
    wanted = GUARDS[guard.name].arguments
    return wanted.keys() == guard.arguments.keys() and all(
        type(guard.arguments[name]) is kind for name, kind in wanted.items()
    )


def is_filled(value: object) -> bool:
    """Tell whether a field has a value; no and nought are values."""
    return value is not None and value not in ("", [], (), {})


def _is(name: str, *, wanted: bool = True) -> Check:
    return Check(lambda facts, _: facts.known.get(name) is wanted)


def _known_in(name: str) -> Check:
    return Check(lambda facts, arguments: facts.known.get(name) in _words(arguments["values"]), {"values": list})


def _words(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _amount_within_balance(facts: Facts, arguments: Arguments) -> bool:
    amount = _number(facts.fields.get(str(arguments["field"])))
    balance = _number(facts.known.get("open_balance"))
    return amount is not None and balance is not None and 0 < amount <= balance


def _level_at_least(facts: Facts, arguments: Arguments) -> bool:
    level, least = _number(facts.known.get("level")), _number(arguments["level"])
    return level is not None and least is not None and level >= least


def _risk_below(facts: Facts, arguments: Arguments) -> bool:
    risk, limit = _number(facts.known.get("risk_score")), _number(arguments["score"])
    return risk is not None and limit is not None and risk < limit


def _risk_at_least(facts: Facts, arguments: Arguments) -> bool:
    risk, limit = _number(facts.known.get("risk_score")), _number(arguments["score"])
    return risk is not None and limit is not None and risk >= limit


def _field_in(facts: Facts, arguments: Arguments) -> bool:
    return facts.fields.get(str(arguments["field"])) in _words(arguments["values"])


def _fields_filled(facts: Facts, arguments: Arguments) -> bool:
    return all(is_filled(facts.fields.get(str(name))) for name in _words(arguments["fields"]))


def _waited(facts: Facts, arguments: Arguments) -> bool:
    seconds = _number(arguments["seconds"])
    return seconds is not None and facts.now - facts.entered_at >= timedelta(seconds=seconds)


GUARDS: Mapping[str, Check] = {
    "within_policy": _is("within_policy"),
    "needs_review": _is("needs_review"),
    "needs_no_review": _is("needs_review", wanted=False),
    "before_cut_off": _is("cut_off_passed", wanted=False),
    "after_cut_off": _is("cut_off_passed"),
    "not_disputed": _is("is_disputed", wanted=False),
    "return_known": _is("return_known"),
    "in_stock": _is("in_stock"),
    "out_of_stock": _is("in_stock", wanted=False),
    "fulfilment_in": _known_in("fulfilment"),
    "parcel_in": _known_in("parcel"),
    "return_parcel_in": _known_in("return_parcel"),
    "amount_within_balance": Check(_amount_within_balance, {"field": str}),
    "level_at_least": Check(_level_at_least, {"level": int}),
    "risk_below": Check(_risk_below, {"score": int}),
    "risk_at_least": Check(_risk_at_least, {"score": int}),
    "field_in": Check(_field_in, {"field": str, "values": list}),
    "field_is_yes": Check(lambda facts, arguments: facts.fields.get(str(arguments["field"])) is True, {"field": str}),
    "field_is_no": Check(lambda facts, arguments: facts.fields.get(str(arguments["field"])) is False, {"field": str}),
    "fields_filled": Check(_fields_filled, {"fields": list}),
    "tasks_done": Check(lambda facts, _: all(facts.tasks.values())),
    "limit_passed": Check(lambda facts, _: facts.limit_passed),
    "waited": Check(_waited, {"seconds": int}),
    "effect_done": Check(lambda facts, arguments: facts.effects.get(str(arguments["effect"])) is True, {"effect": str}),
    "effect_failed": Check(
        lambda facts, arguments: facts.effects.get(str(arguments["effect"])) is False, {"effect": str}
    ),
}
