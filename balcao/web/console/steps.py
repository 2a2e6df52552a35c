"""The steps of a macro as one choice each: "tag.add.3", "assign.me", "status.solved"."""

from collections.abc import Iterable, Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from balcao.automation.types import Deed, Step
from balcao.staff.models import Agent, Team
from balcao.tickets.models import Tag
from balcao.tickets.queries.topics import branches, every_topic
from balcao.tickets.types import Priority, Status
from balcao.web.console.words import priority_words, status_words

STEPS = 5
_STATUSES = (Status.OPEN, Status.WAITING, Status.SOLVED, Status.CLOSED)
Choices = list[tuple[str, str | list[tuple[str, str]]]]


def step_choices() -> Choices:
    """Return everything a step can be, under headings."""
    tags = list(Tag.objects.all())
    people = [(f"assign.agent.{a.pk}", a.name) for a in Agent.objects.filter(is_active=True)]
    teams = [(f"assign.team.{t.pk}", t.name) for t in Team.objects.filter(is_active=True)]
    return [
        ("", _("Nothing")),
        (_("Put a tag on"), [(f"tag.add.{tag.pk}", _("Tag: %(name)s") % {"name": tag.name}) for tag in tags]),
        (_("Take a tag off"), [(f"tag.remove.{tag.pk}", _("No tag: %(name)s") % {"name": tag.name}) for tag in tags]),
        (_("Assign to"), [("assign.me", _("Whoever runs the macro")), *people]),
        (_("Give to a team"), teams),
        (_("Set the status"), [(f"status.{status}", status_words(status)) for status in _STATUSES]),
        (_("Choose the topic"), _topics()),
        (_("Set the priority"), [(f"priority.{priority}", priority_words(priority)) for priority in Priority]),
    ]


def _topics() -> list[tuple[str, str]]:
    tree = branches([row for row in every_topic() if row.is_active], language=get_language() or "en")
    return [(f"topic.{one.topic.pk}", " › ".join([*one.path, one.name])) for one in tree]


def steps_of(chosen: Iterable[str], *, days: int | None) -> list[Step]:
    """Return the steps that were chosen, in order."""
    return [_step(key, days) for key in chosen if key]


def _step(key: str, days: int | None) -> Step:
    deed, _dot, rest = key.partition(".")
    what, _dot, number = rest.partition(".")
    match deed:
        case Deed.TAG:
            return Step(Deed.TAG, add=(int(number),)) if what == "add" else Step(Deed.TAG, remove=(int(number),))
        case Deed.ASSIGN:
            chosen = {
                "me": {"to_me": True},
                "agent": {"agent_id": int(number or 0)},
                "team": {"team_id": int(number or 0)},
            }
            return Step(Deed.ASSIGN, **chosen[what])  # type: ignore[arg-type] # each with its own type
        case Deed.PRIORITY:
            return Step(Deed.PRIORITY, priority=rest)
        case Deed.TOPIC:
            return Step(Deed.TOPIC, topic_id=int(rest))
    return Step(Deed.STATUS, status=rest, days=days if rest == Status.WAITING else None)


def _keys(step: Step) -> list[str]:
    if step.do == Deed.TAG:
        return [*(f"tag.add.{pk}" for pk in step.add), *(f"tag.remove.{pk}" for pk in step.remove)]
    if step.do == Deed.ASSIGN:
        to = "assign.me" if step.to_me else f"assign.agent.{step.agent_id}" if step.agent_id else ""
        return [key for key in (to, f"assign.team.{step.team_id}" if step.team_id else "") if key]
    return [f"{step.do}.{step.status or step.priority or step.topic_id}"]


def words_of_steps(steps: Sequence[Step], *, keys: bool = False) -> list[str]:
    """Return each step in words, or (`keys`) as the choice that stands for it."""
    found = [key for step in steps for key in _keys(step)]
    if keys or not found:
        return found
    flat = {key: words for _heading, group in step_choices() if isinstance(group, list) for key, words in group}
    return [flat.get(key, _("something that is no longer there")) for key in found]
