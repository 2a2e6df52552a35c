"""What taking a way comes to, in words: the next stage, whose it is, until when, and what happens by itself."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from balcao.ports.commerce import ActionKind
from balcao.processes.models import Process
from balcao.processes.queries.tracks import Track
from balcao.processes.types import Effect, EffectKind, Facts, Stage, Transition
from balcao.returns.queries.outcomes import bonus_on_top
from balcao.web.desk.orders import words as orders
from balcao.web.desk.orders.effects import Told
from balcao.web.desk.processes.times import limit_words
from balcao.web.desk.processes.words import outcome_words, owner_words, text

_QUOTED = 140  # letters of the customer's words that are shown


def happening(
    track: Track, way: Transition, facts: Facts, departments: Mapping[str, str], *, currency: str
) -> list[Told]:
    """Return what a way will bring about, line by line."""
    target = track.blueprint.stage(way.target)
    wanted = track.course.wanted
    effects = [one for one in target.effects if not (one.is_once and one.key in wanted)]
    return [
        stage_line(target, departments),
        *(
            Told(
                _("Task for %(department)s:") % {"department": departments.get(task.department, task.department)},
                text(task.names),
            )
            for task in target.tasks
        ),
        *(line for effect in effects for line in _effect(effect, target, facts, departments, currency, track.process)),
        *([Told(_("What is not done of this stage is dropped"))] if way.drops_work else []),
    ]


def stage_line(target: Stage, departments: Mapping[str, str]) -> Told:
    """Return where it goes: the stage, whose it is and how long it may last; or how it ends."""
    if target.is_end:
        outcome = outcome_words(target.outcome.value if target.outcome else "")
        return Told(_("The process ends:"), text(target.names), f"({outcome})" if outcome else "")
    values = {
        "owner": owner_words(target.owner, departments),
        "limit": limit_words(target.limit_seconds, target.unit),
    }
    return Told(_("It goes on with:"), text(target.names), _("· %(owner)s, within %(limit)s") % values)


def _effect(
    effect: Effect, target: Stage, facts: Facts, departments: Mapping[str, str], currency: str, process: Process
) -> Iterator[Told]:
    if effect.kind is EffectKind.MESSAGE:
        yield from _message(target)
    elif effect.kind is EffectKind.ORDER_ACTION:
        yield _order_action(effect, facts, currency, process)
    elif effect.kind is EffectKind.RETRY_ACTION:
        yield Told(_("The order action that failed is tried again"))
    elif effect.kind is EffectKind.RETURN_LABEL:
        yield Told(_("The customer gets a label to send it back"))
    elif effect.kind is EffectKind.START:
        yield Told(_("Another process begins:"), str(effect.arguments.get("blueprint", "")))
    elif effect.kind is EffectKind.NOTIFY:
        role = str(effect.arguments.get("department", ""))
        yield Told(_("Told at once:"), departments.get(role, role))
    elif effect.kind is EffectKind.WEBHOOK:
        yield Told(_("Other systems hear of it:"), str(effect.arguments.get("event", "")))


def _message(target: Stage) -> Iterator[Told]:
    words = text(target.customer_names)
    if words:
        quoted = text(target.customer_texts)
        more = f"“{quoted[:_QUOTED]}{'…' if len(quoted) > _QUOTED else ''}”" if quoted else ""
        yield Told(_("The customer is told:"), words, more)


def _order_action(effect: Effect, facts: Facts, currency: str, process: Process) -> Told:
    kind = str(effect.arguments.get("action", ""))
    amount = facts.fields.get(str(effect.arguments.get("amount", "")))
    if kind == ActionKind.GIVE_CREDIT and isinstance(amount, int):
        amount += bonus_on_top(process)
    name = orders.action_words(kind) if kind in set(ActionKind) else kind
    if isinstance(amount, int) and not isinstance(amount, bool) and currency:
        return Told(_("On the order:"), name, orders.money(amount, currency))
    return Told(_("On the order:"), name)
