"""What a form of the editor sent: the parts of a blueprint as somebody changed them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from balcao.deadlines.types import PauseReason
from balcao.processes.rules.editing import fresh_key
from balcao.processes.rules.guards import GUARDS
from balcao.processes.types import (
    ANYWHERE,
    LANGUAGES,
    Actor,
    Approval,
    Blueprint,
    BlueprintKind,
    Bound,
    Choice,
    Effect,
    EffectKind,
    Field,
    FieldType,
    Guard,
    Outcome,
    Reminder,
    Stage,
    Task,
    Transition,
    Unit,
)
from balcao.web.console.designing.words import scale_seconds

_LONGEST, _CENTS = 2000, 100
_MOST_SECONDS = 400 * 86400
_Word = TypeVar("_Word", bound=StrEnum)


class Posted:
    """The fields of one form; `errors` has what could not be read, by the field's name."""

    def __init__(self, given: Mapping[str, str], lists: Mapping[str, list[str]]) -> None:
        self.given, self.lists = given, lists
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Return one line or text."""
        return self.given.get(name, "").replace("\r\n", "\n").strip()[:_LONGEST]

    def flag(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return name in self.given

    def texts(self, name: str) -> dict[str, str]:
        """Return words in every language in which there are some."""
        found = {code: self.text(f"{name}.{code}") for code in LANGUAGES}
        return {code: words for code, words in found.items() if words}

    def many(self, name: str) -> tuple[str, ...]:
        """Return what is ticked in a list."""
        return tuple(dict.fromkeys(self.lists.get(name, [])))

    def word(self, name: str, words: type[_Word], default: _Word) -> _Word:
        """Return one of the words of an enumeration."""
        value = self.given.get(name, "")
        return words(value) if value in set(words) else default

    def number(self, name: str, default: int, *, most: int = 10**9) -> int:
        """Return a whole number; what is none is an error."""
        value = self.text(name)
        if value == "":
            return 0
        if not value.isdecimal() or int(value) > most:
            self.errors[name] = _("Enter a whole number, not above %(most)s.") % {"most": most}
            return default
        return int(value)

    def seconds(self, name: str, unit: Unit, default: int) -> int:
        """Return a limit that is written as a number and a measure."""
        scale = self.given.get(f"{name}.scale", "h")
        length = scale_seconds(scale if scale in ("m", "h", "d") else "h", unit)
        whole = self.number(f"{name}.amount", -1, most=_MOST_SECONDS // length)
        return default if whole < 0 else whole * length

    def cents(self, name: str, default: int) -> int:
        """Return an amount of money in minor units."""
        try:
            value = Decimal(self.text(name).replace(",", ".") or "0")
        except InvalidOperation:
            value = Decimal(-1)
        if not 0 <= value < 10**9:
            self.errors[name] = _("Enter an amount, as 500 or 49.90.")
            return default
        return int(value * _CENTS)

    def rows(self, name: str) -> range:
        """Return the numbers of the rows that a list had."""
        value = self.given.get(f"{name}.count", "")
        return range(min(int(value), 200) if value.isdecimal() else 0)


def read_stage(posted: Posted, stage: Stage) -> Stage:
    """Return a stage as its form says."""
    unit = posted.word("unit", Unit, stage.unit)
    start = posted.flag("is_start") or stage.is_start
    words: dict[str, Any] = {
        "names": posted.texts("names"),
        "customer_names": posted.texts("customer_names"),
        "customer_texts": posted.texts("customer_texts"),
        "entry_fields": posted.many("entry_fields"),
        "effects": _effects(posted, stage.effects),
    }
    if stage.is_end:
        return replace(stage, outcome=posted.word("outcome", Outcome, stage.outcome or Outcome.DONE), **words)
    pauses = posted.text("pauses")
    return replace(
        stage,
        owner=posted.text("owner"),
        limit_seconds=posted.seconds("limit", unit, stage.limit_seconds),
        unit=unit,
        calendar=posted.text("calendar"),
        pauses=PauseReason(pauses) if pauses in set(PauseReason) else None,
        pauses_total=posted.flag("pauses_total"),
        exit_fields=posted.many("exit_fields"),
        tasks=tuple(_task(posted, f"tasks.{number}", task) for number, task in enumerate(stage.tasks)),
        reminders=tuple(
            _reminder(posted, f"reminders.{number}", one, unit) for number, one in enumerate(stage.reminders)
        ),
        is_start=start,
        **words,
    )


def _task(posted: Posted, name: str, task: Task) -> Task:
    if f"{name}.department" not in posted.given:
        return task
    unit = posted.word(f"{name}.unit", Unit, task.unit)
    return replace(
        task,
        names=posted.texts(f"{name}.names"),
        department=posted.text(f"{name}.department"),
        limit_seconds=posted.seconds(f"{name}.limit", unit, task.limit_seconds),
        unit=unit,
        is_obligatory=posted.flag(f"{name}.is_obligatory"),
    )


def _reminder(posted: Posted, name: str, one: Reminder, unit: Unit) -> Reminder:
    if f"{name}.after.amount" not in posted.given:
        return one
    return Reminder(posted.seconds(f"{name}.after", unit, one.after_seconds), posted.texts(f"{name}.texts"))


def _effects(posted: Posted, effects: Iterable[Effect]) -> tuple[Effect, ...]:
    return tuple(_effect(posted, f"effects.{number}", one) for number, one in enumerate(effects))


def _effect(posted: Posted, name: str, effect: Effect) -> Effect:
    if f"{name}.kind" not in posted.given:
        return effect
    shown = [one.removeprefix(f"{name}.") for one in posted.given if one.startswith(f"{name}.")]
    given = {one: posted.text(f"{name}.{one}") for one in shown if one not in ("kind", "is_once")}
    is_once = posted.flag(f"{name}.is_once") or effect.kind is EffectKind.ORDER_ACTION
    return replace(effect, arguments={one: value for one, value in given.items() if value}, is_once=is_once)


def read_way(posted: Posted, way: Transition) -> Transition:
    """Return a transition as its form says."""
    sources = posted.many("sources")
    role = posted.text("approval.role")
    limit = posted.cents("approval.limit", way.approval.limit if way.approval else 0)
    field = posted.text("approval.field")
    return replace(
        way,
        names=posted.texts("names"),
        sources=(ANYWHERE,) if ANYWHERE in sources else sources or way.sources,
        target=posted.text("target") or way.target,
        actor=posted.word("actor", Actor, way.actor),
        guards=tuple(read_guard(posted, f"guards.{number}", one) for number, one in enumerate(way.guards)),
        fields=posted.many("fields"),
        needs_reason=posted.flag("needs_reason"),
        reasons=read_choices(posted, "reasons", way.reasons),
        approval=Approval(role, field, limit if field else 0) if role else None,
        is_rework=posted.flag("is_rework"),
        most=posted.number("most", way.most, most=20),
        drops_work=posted.flag("drops_work"),
    )


def read_guard(posted: Posted, name: str, guard: Guard) -> Guard:
    """Return a condition as its row says."""
    if f"{name}.name" not in posted.given or guard.name not in GUARDS:
        return guard
    given: dict[str, object] = {}
    for argument, kind in GUARDS[guard.name].arguments.items():
        if argument == "seconds":
            given[argument] = posted.seconds(f"{name}.seconds", Unit.CALENDAR, 0)
        elif kind is int:
            given[argument] = posted.number(f"{name}.{argument}", 0)
        elif kind is list:
            given[argument] = list(posted.many(f"{name}.{argument}"))
        else:
            given[argument] = posted.text(f"{name}.{argument}")
    if guard.name == "field_in" and given["field"] != guard.arguments.get("field"):
        given["values"] = []  # the answers were another field's
    return Guard(guard.name, given)


def new_guard(name: str, blueprint: Blueprint) -> Guard:
    """Return a condition with what has to be chosen left open, or at the first there is."""
    kinds: dict[type, object] = {int: 0, list: [], str: ""}
    given = {argument: kinds[kind] for argument, kind in GUARDS[name].arguments.items()}
    choices = {"field_in": FieldType.CHOICE, "amount_within_balance": FieldType.MONEY}
    wanted = choices.get(name, FieldType.YES_NO)
    if "field" in given:
        given["field"] = next((one.key for one in blueprint.fields if one.type is wanted), "")
    return Guard(name, given)


def read_field(posted: Posted, field: Field) -> Field:
    """Return a field as its form says."""
    return replace(
        field,
        names=posted.texts("names"),
        type=posted.word("type", FieldType, field.type),
        is_required=posted.flag("is_required"),
        customer_may_fill=posted.flag("customer_may_fill"),
        choices=read_choices(posted, "choices", field.choices),
    )


def read_choices(posted: Posted, name: str, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Return the answers of a list; one that was not in the form stays as it is."""
    found = []
    for number, choice in enumerate(choices):
        at = f"{name}.{number}"
        if f"{at}.names.en" in posted.given:
            parent = posted.text(f"{at}.parent")
            found.append(Choice(choice.key, posted.texts(f"{at}.names"), "" if parent == choice.key else parent))
        else:
            found.append(choice)
    return tuple(found)


def new_choice(choices: tuple[Choice, ...], names: Mapping[str, str], fallback: str) -> Choice:
    """Return one more answer."""
    return Choice(fresh_key(names.get("en", ""), {one.key for one in choices}, fallback=fallback), names)


def read_whole(posted: Posted, blueprint: Blueprint) -> Blueprint:
    """Return a blueprint with what its own form says."""
    unit = posted.word("total_unit", Unit, blueprint.total_unit)
    return replace(
        blueprint,
        names=posted.texts("names"),
        kind=posted.word("kind", BlueprintKind, blueprint.kind),
        total_seconds=posted.seconds("total", unit, blueprint.total_seconds),
        total_unit=unit,
        total_calendar=posted.text("total_calendar"),
        bounds=tuple(_bound(posted, f"bounds.{number}", one) for number, one in enumerate(blueprint.bounds)),
        why=posted.text("why"),
    )


def _bound(posted: Posted, name: str, bound: Bound) -> Bound:
    if f"{name}.key" not in posted.given:
        return bound
    unit = posted.word(f"{name}.unit", Unit, bound.unit)
    return replace(
        bound,
        key=posted.text(f"{name}.key") or bound.key,
        until=posted.many(f"{name}.until") or bound.until,
        limit_seconds=posted.seconds(f"{name}.limit", unit, bound.limit_seconds),
        unit=unit,
        spares_customer=posted.flag(f"{name}.spares_customer"),
    )
