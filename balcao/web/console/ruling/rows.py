"""The form of a rule as rows: read from what was sent, made of a stored rule, turned into one.

It works without JavaScript: a row is added or taken away, and its values follow what it looks at, by sending the form.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from balcao.automation.rules.conditions import SHAPES
from balcao.automation.rules.happenings import HAPPENINGS
from balcao.automation.rules.ruling import MOST_MINUTES
from balcao.automation.types import Act, Aspect, Condition, Group, Relation, RuleStep, Ruling
from balcao.kit.decimals import decimal, minor
from balcao.kit.numbers import number_in
from balcao.web.console.ruling.choices import Options, Scope
from balcao.web.console.ruling.words import NUMBERS, TEXTS, YES_OR_NO, act_words, aspect_words, relation_words

ALL, ANY, STEPS = "all", "any", "steps"
UNITS = {"minutes": 1, "hours": 60, "days": 1440}
_MOST_ROWS = 12
_TEXT_LENGTH = 1000
_LONGEST_WAIT = 365  # days until a waiting ticket comes back
WITH_TEXT = frozenset({Act.NOTE, Act.TELL, Act.URGE, Act.WEBHOOK})


@dataclass
class ConditionRow:
    """One condition as it stands in the form."""

    name: str
    aspect: str = ""
    relation: str = ""
    values: list[str] = field(default_factory=list)
    text: str = ""  # phrases or a number, as it was typed
    error: str = ""

    @property
    def shape(self) -> str:
        """Return how its values are entered."""
        if not self.aspect:
            return ""
        aspect = Aspect(self.aspect)
        if aspect in TEXTS:
            return "phrases"
        return "number" if aspect in NUMBERS else "choice" if aspect in YES_OR_NO else "ticks"

    def relations(self) -> Options:
        """Return how it can be compared."""
        aspect = Aspect(self.aspect)
        return [(relation.value, relation_words(relation, aspect)) for relation in SHAPES[aspect]]

    def options(self, scope: Scope) -> Options:
        """Return what it can be compared with."""
        return scope.options(Aspect(self.aspect))


@dataclass
class StepRow:
    """One step as it stands in the form."""

    name: str
    act: str = ""
    value: str = ""
    text: str = ""
    days: str = ""
    error: str = ""

    def targets(self, scope: Scope) -> Options:
        """Return what its value can be."""
        return scope.targets(Act(self.act))

    @property
    def has_text(self) -> bool:
        """Whether it takes words."""
        return self.act in WITH_TEXT


@dataclass
class RuleForm:
    """The whole form."""

    scope: Scope
    events: list[str] = field(default_factory=list)
    delay: str = ""
    unit: str = "hours"
    every: list[ConditionRow] = field(default_factory=list)
    some: list[ConditionRow] = field(default_factory=list)
    steps: list[StepRow] = field(default_factory=list)
    stops: bool = False
    errors: dict[str, str] = field(default_factory=dict)  # of the parts that are no rows

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with it."""
        rows: list[ConditionRow | StepRow] = [*self.every, *self.some, *self.steps]
        return not (self.errors or any(row.error for row in rows))

    def aspects(self) -> Options:
        """Return what a condition can look at."""
        return [("", _("Choose…")), *((aspect.value, aspect_words(aspect)) for aspect in Aspect)]

    def acts(self) -> Options:
        """Return what a step can do."""
        return [("", _("Choose…")), *((act.value, act_words(act)) for act in Act)]

    def happenings(self) -> Options:
        """Return what a rule can listen to."""
        return [(name, _(words)) for name, words in HAPPENINGS.items()]

    def units(self) -> Options:
        """Return in what the time until it looks is counted."""
        return [("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days"))]

    def ruling(self) -> Ruling | None:
        """Return what the form says, None if something is wrong; every row then says what."""
        minutes = self._minutes()
        if not self.events:
            self.errors["events"] = _("Choose when it looks.")
        steps = [step for row in self.steps if row.act and (step := self._step(row))]
        if not steps:
            self.errors["steps"] = _("Choose what it does.")
        every = [one for row in self.every if row.aspect and (one := self._condition(row))]
        some = tuple(one for row in self.some if row.aspect and (one := self._condition(row)))
        if not self.is_good:
            return None
        where = Group(parts=(*every, Group(every=False, parts=some)) if some else tuple(every))
        return Ruling(tuple(self.events), minutes=minutes, where=where, steps=tuple(steps), stops=self.stops)

    def _minutes(self) -> int:
        if not self.delay.strip():
            return 0
        minutes = (number_in(self.delay) or 0) * UNITS.get(self.unit, 1)
        if not 0 < minutes <= MOST_MINUTES:
            self.errors["delay"] = _("Enter a whole number; a year is the most.")
        return minutes

    def _condition(self, row: ConditionRow) -> Condition | None:
        aspect = Aspect(row.aspect)
        values = self._values(row, aspect)
        if not values:
            row.error = row.error or _("Say with what it is compared.")
            return None
        relation = row.relation if row.relation in SHAPES[aspect] else SHAPES[aspect][0]
        return Condition(aspect, Relation(relation), tuple(values))

    def _step(self, row: StepRow) -> RuleStep | None:
        """Return a step, if its value is one that this agent may choose."""
        if self.scope.has_targets(Act(row.act)) and row.value not in dict(row.targets(self.scope)):
            row.error = _("Choose one.")
            return None
        return _step_of(row)

    def _values(self, row: ConditionRow, aspect: Aspect) -> list[str]:
        if aspect in TEXTS:
            return [phrase for one in row.text.split(",") if (phrase := one.strip())]
        if aspect in NUMBERS:
            return self._number(row, aspect)
        known = dict(self.scope.options(aspect))
        return [value for value in row.values if value in known]

    def _number(self, row: ConditionRow, aspect: Aspect) -> list[str]:
        text = row.text.strip().replace(",", ".")
        try:
            if not text:
                return []
            return [str(minor(text, self.scope.currency) if aspect == Aspect.ORDER_TOTAL else int(text))]
        except ValueError:
            row.error = _("Enter a number.")
            return []


def _step_of(row: StepRow) -> RuleStep | None:
    act = Act(row.act)
    days = number_in(row.days) or 0
    if act == Act.NOTE and not row.text.strip():
        row.error = _("Write the note.")
    elif row.days.strip() and not 0 < days <= _LONGEST_WAIT:
        row.error = _("Enter a whole number of days, a year at most.")
    if row.error:
        return None
    text = row.text.strip()[:_TEXT_LENGTH] if act in WITH_TEXT else ""
    return RuleStep(act, row.value, text, days if row.value == "waiting" else 0)


def form_of(ruling: Ruling, scope: Scope) -> RuleForm:
    """Return a stored rule as a form."""
    every = [part for part in ruling.where.parts if isinstance(part, Condition)]
    some = [one for part in ruling.where.parts if isinstance(part, Group) for one in part.parts]
    delay, unit = _spoken(ruling.minutes)
    return RuleForm(
        scope,
        events=list(ruling.events),
        delay=delay,
        unit=unit,
        every=[_row(f"{ALL}-{n}", one, scope) for n, one in enumerate(every)],
        some=[_row(f"{ANY}-{n}", one, scope) for n, one in enumerate(some) if isinstance(one, Condition)],
        steps=[
            StepRow(f"{STEPS}-{n}", step.act, step.value, step.text, str(step.days or ""))
            for n, step in enumerate(ruling.steps)
        ],
        stops=ruling.stops,
    )


def _spoken(minutes: int) -> tuple[str, str]:
    unit = next((name for name in ("days", "hours") if minutes and minutes % UNITS[name] == 0), "minutes")
    return (str(minutes // UNITS[unit]), unit) if minutes else ("", "hours")


def _row(name: str, condition: Condition, scope: Scope) -> ConditionRow:
    row = ConditionRow(name, condition.aspect, condition.relation, list(condition.values))
    if condition.aspect in TEXTS:
        row.text = ", ".join(condition.values)
    elif condition.aspect == Aspect.ORDER_TOTAL:
        row.text = decimal(int(condition.values[0]), scope.currency)
    elif condition.aspect in NUMBERS:
        row.text = condition.values[0]
    return row


def sent_form(sent: QueryDict, scope: Scope) -> RuleForm:
    """Read the form as it was sent, with a row more or less if that was asked for."""
    form = RuleForm(
        scope,
        events=[name for name in sent.getlist("events") if name in HAPPENINGS],
        delay=sent.get("delay", ""),
        unit=sent.get("unit", "hours"),
        every=_conditions(sent, ALL),
        some=_conditions(sent, ANY),
        steps=_steps(sent),
        stops="stops" in sent,
    )
    match sent.get("more", ""):
        case "all":
            form.every.append(ConditionRow(""))
        case "any":
            form.some.append(ConditionRow(""))
        case "steps":
            form.steps.append(StepRow(""))
    for group, rows in ((ALL, form.every), (ANY, form.some), (STEPS, form.steps)):
        _renumber(group, rows)
    return form


def _renumber(group: str, rows: Sequence[ConditionRow | StepRow]) -> None:
    for number, row in enumerate(rows):
        row.name = f"{group}-{number}"


def _names(sent: QueryDict, group: str, what: str) -> list[str]:
    names = (f"{group}-{number}" for number in range(_MOST_ROWS))
    return [name for name in names if f"{name}-{what}" in sent and name != sent.get("drop")]


def _conditions(sent: QueryDict, group: str) -> list[ConditionRow]:
    return [
        ConditionRow(
            name,
            aspect=aspect if (aspect := sent.get(f"{name}-aspect", "")) in set(Aspect) else "",
            relation=sent.get(f"{name}-relation", ""),
            values=sent.getlist(f"{name}-values"),
            text=sent.get(f"{name}-text", "")[:_TEXT_LENGTH],
        )
        for name in _names(sent, group, "aspect")
    ]


def _steps(sent: QueryDict) -> list[StepRow]:
    return [
        StepRow(
            name,
            act=act if (act := sent.get(f"{name}-act", "")) in set(Act) else "",
            value=sent.get(f"{name}-value", ""),
            text=sent.get(f"{name}-text", ""),
            days=sent.get(f"{name}-days", ""),
        )
        for name in _names(sent, STEPS, "act")
    ]
