"""How the console speaks of rules."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from balcao.automation.rules.happenings import HAPPENINGS
from balcao.automation.types import Act, Aspect, Condition, Group, Outcome, Relation, RuleStep, Ruling, Stop
from balcao.web.console.ruling.choices import Scope

_HOUR, _DAY = 60, 1440
TEXTS = frozenset({Aspect.SUBJECT, Aspect.WORDS})
NUMBERS = frozenset({Aspect.ORDER_TOTAL, Aspect.DUE_WITHIN})
YES_OR_NO = frozenset(
    {Aspect.UNTOUCHED, Aspect.HAS_ORDER, Aspect.VERIFIED, Aspect.IN_HOURS, Aspect.BREACHED, Aspect.AT_RISK}
)


def event_words(name: str) -> str:
    """Return what a rule listens to."""
    return _(HAPPENINGS[name]) if name in HAPPENINGS else _("Its time had come")


def aspect_words(aspect: Aspect) -> str:
    """Return what a condition looks at."""
    return {
        Aspect.KIND: _("Kind"),
        Aspect.TOPIC: _("Topic, or one below it"),
        Aspect.PRIORITY: _("Priority"),
        Aspect.STATUS: _("Status"),
        Aspect.CHANNEL: _("Channel"),
        Aspect.LANGUAGE: _("Language"),
        Aspect.TAG: _("Tag"),
        Aspect.TEAM: _("Team"),
        Aspect.ASSIGNEE: _("Assigned to"),
        Aspect.UNTOUCHED: _("Untouched since it was given to somebody"),
        Aspect.SUBJECT: _("Words in the subject"),
        Aspect.WORDS: _("Words in the subject or message"),
        Aspect.HAS_ORDER: _("About an order"),
        Aspect.ORDER_TOTAL: _("Value of the order"),
        Aspect.VERIFIED: _("Customer is verified"),
        Aspect.IN_HOURS: _("Within business hours"),
        Aspect.BLUEPRINT: _("Process"),
        Aspect.STAGE: _("Stage"),
        Aspect.DEPARTMENT: _("Department of the stage"),
        Aspect.DUE_WITHIN: _("Minutes to the next promise"),
        Aspect.BREACHED: _("A promise was broken"),
        Aspect.AT_RISK: _("A promise is at risk"),
    }[aspect]


def relation_words(relation: Relation, aspect: Aspect) -> str:
    """Return how a condition compares."""
    if aspect in TEXTS:
        return pgettext("rule", "has one of") if relation == Relation.IS else pgettext("rule", "has none of")
    return {
        Relation.IS: pgettext("rule", "is one of"),
        Relation.IS_NOT: pgettext("rule", "is none of"),
        Relation.AT_LEAST: pgettext("rule", "at least"),
        Relation.BELOW: pgettext("rule", "below"),
    }[relation]


def act_words(act: Act) -> str:
    """Return what a step does."""
    return {
        Act.KIND: _("Set the kind"),
        Act.TOPIC: _("Choose the topic"),
        Act.PRIORITY: _("Set the priority"),
        Act.STATUS: _("Set the status"),
        Act.ASSIGN: _("Assign to"),
        Act.TEAM: _("Give to a team"),
        Act.TAG: _("Put a tag on"),
        Act.UNTAG: _("Take a tag off"),
        Act.NOTE: _("Write an internal note"),
        Act.TELL: _("Ring the bell of"),
        Act.URGE: _("Escalate at once"),
        Act.SEND: _("Send the text of a macro"),
        Act.PROCESS: _("Start a process"),
        Act.WEBHOOK: _("Tell a webhook"),
    }[act]


def outcome_words(outcome: str) -> str:
    """Return what became of a run."""
    return {
        Outcome.DONE: pgettext("rule", "Done"),
        Outcome.FAILED: pgettext("rule", "Failed"),
        Outcome.STOPPED: pgettext("rule", "Stopped"),
    }[Outcome(outcome)]


def stop_words(stop: str) -> str:
    """Return why the guard against circles stopped a rule."""
    return {
        Stop.AGAIN: _("It had led to this itself: it would have gone round in circles."),
        Stop.DEEP: _("Too many rules had led to one another."),
        Stop.OFTEN: _("Rules had done too much to this ticket within an hour."),
    }[Stop(stop)]


def when_words(ruling: Ruling) -> str:
    """Return when a rule looks, as one part of a sentence."""
    events = " · ".join(event_words(name) for name in ruling.events)
    if not ruling.minutes:
        return events
    return _("%(span)s after: %(events)s") % {"span": span_words(ruling.minutes), "events": events}


def span_words(minutes: int) -> str:
    """Return a span of time in its largest whole unit."""
    if minutes % _DAY == 0:
        return ngettext("%(num)d day", "%(num)d days", minutes // _DAY) % {"num": minutes // _DAY}
    if minutes % _HOUR == 0:
        return ngettext("%(num)d hour", "%(num)d hours", minutes // _HOUR) % {"num": minutes // _HOUR}
    return ngettext("%(num)d minute", "%(num)d minutes", minutes) % {"num": minutes}


def condition_words(condition: Condition, scope: Scope) -> str:
    """Return a condition in a few words."""
    aspect = condition.aspect
    if aspect in YES_OR_NO:
        answer = dict(scope.options(aspect)).get(condition.values[0] if condition.values else "", "")
        return f"{aspect_words(aspect)}: {answer}"
    values = ", ".join(_said(condition, scope))
    return f"{aspect_words(aspect)} {relation_words(condition.relation, aspect)} {values}"


def _said(condition: Condition, scope: Scope) -> Iterable[str]:
    if condition.aspect in TEXTS:
        return [f"“{value}”" for value in condition.values]
    if condition.aspect == Aspect.ORDER_TOTAL:
        return [scope.amount_in_words(int(value)) for value in condition.values]
    if condition.aspect in NUMBERS:
        return condition.values
    return _named(condition.values, dict(scope.options(condition.aspect)))


def _named(values: Iterable[str], known: Mapping[str, str]) -> list[str]:
    return [known.get(value, _("something that is no longer there")) for value in values]


def where_words(group: Group, scope: Scope) -> str:
    """Return all conditions as one part of a sentence, "" where there are none."""
    said = [
        condition_words(part, scope) if isinstance(part, Condition) else f"({where_words(part, scope)})"
        for part in group.parts
    ]
    return (_(" and ") if group.every else _(" or ")).join(said)


def step_words(step: RuleStep, scope: Scope) -> str:
    """Return what a step does, in a few words."""
    named = _named([step.value], dict(scope.targets(step.act)))[0] if scope.has_targets(step.act) else ""
    text = f"“{step.text}”" if step.text else ""
    words = [f"{act_words(step.act)}: {named}" if named else act_words(step.act), text]
    if step.days:
        words.append(ngettext("back after %(num)d day", "back after %(num)d days", step.days) % {"num": step.days})
    return ", ".join(filter(None, words))


def steps_in_words(steps: Sequence[RuleStep], scope: Scope) -> str:
    """Return what a rule does, in a few words."""
    return " · ".join(step_words(step, scope) for step in steps)
