"""The automatic steps of stages are done: each once, whoever dies on the way, and its process goes on with its outcome.

A message, a process that is started and a label are rows of our own, written in the transaction that says that they are
done. An order action is asked of the ledger under the step's own key: asked again, it is the same entry.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from balcao.commerce.actions import ledger
from balcao.commerce.models import LedgerEntry
from balcao.commerce.types import LedgerState, Level
from balcao.journal.types import Subject, SubjectKind
from balcao.notices.actions import tell as notify
from balcao.notices.models import NoticeKind
from balcao.pipeline.stages import news
from balcao.pipeline.stages.beginning import begin_after
from balcao.pipeline.stages.texts import text_of
from balcao.pipeline.stages.wanted import CannotAct, action_of
from balcao.pipeline.steps import reached
from balcao.pipeline.timers import told_until
from balcao.ports.commerce import Action, ActionKind, GiveCredit
from balcao.processes.actions import effects
from balcao.processes.actions.entering import REMINDER
from balcao.processes.actions.moving import ProcessRefused
from balcao.processes.actions.telling import actor_of, tell
from balcao.processes.models import Effect, Process, Visit
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.courses import last_visit, level_of
from balcao.processes.types import STAGE_NEWS, EffectKind, ForwardState
from balcao.returns.actions.sending import issue_label
from balcao.returns.queries.labels import warehouse_of
from balcao.returns.types import SendingWay
from balcao.staff.models import Agent
from balcao.tickets.actions.ordering import act_from
from balcao.tickets.actions.sending import Writing, send_message
from balcao.tickets.models import Conversation, Message
from balcao.tickets.types import Direction, MessageKind, TicketRefused

_A_MOMENT = timedelta(seconds=1)
MOST_TRIES = 8  # after that a person has to look
_BACK_TO_ORIGIN = (ActionKind.REFUND, ActionKind.CANCEL)  # the money goes where it came from
_GOOD = (LedgerState.DONE, LedgerState.PARTLY)
_OVER = (*_GOOD, LedgerState.REFUSED, LedgerState.DECLINED, LedgerState.WITHDRAWN)

log = logging.getLogger(__name__)


def run_due(*, worker: str, now: datetime, limit: int = 10, clock: Callable[[], datetime] = timezone.now) -> int:
    """Do the automatic steps that are due; return how many were taken up."""
    claimed = effects.claim(worker=worker, now=now, limit=limit)
    for effect in claimed:
        reached("effect.claimed")
        _try(effect, clock)
    return len(claimed)


def _try(effect: Effect, clock: Callable[[], datetime]) -> None:
    try:
        _DEEDS[effect.kind](effect, clock())
    except (CannotAct, ledger.ActionDenied, TicketRefused, ProcessRefused) as refused:
        effects.settle(effect=effect, is_done=False, code=_code(refused), now=clock())
    except Exception as error:
        log.exception("The automatic step %s could not be done", effect.pk)
        if effect.tries >= MOST_TRIES:
            effects.settle(effect=effect, is_done=False, code="failed", detail=type(error).__name__, now=clock())
        else:
            effects.put_off(effect=effect, now=clock(), detail=type(error).__name__)


def _code(refused: Exception) -> str:
    if isinstance(refused, ledger.ActionDenied):
        return str(refused.denial.value)
    if isinstance(refused, TicketRefused):
        return str(refused.refusal.value)
    return refused.code if isinstance(refused, CannotAct) else "not_open"


@transaction.atomic
def _say(effect: Effect, now: datetime) -> None:
    """Send the text that was chosen, or tell the customer of a stage.

    Of a stage they are not told if they were told of a later one meanwhile, or see the one before still.
    """
    visit, template = effect.visit, effect.spec.get("template", STAGE_NEWS)
    if template != STAGE_NEWS:
        _send(effect, text_of(template, effect.process, now=now), now)
        return
    if _is_overtaken(visit):
        effects.settle(effect=effect, code="overtaken", now=now)
        return
    if told_until(now) <= visit.entered_at < now:  # the promises have not heard of this stage yet
        effects.put_off(effect=effect, now=now, detail="", wait=_A_MOMENT)
        return
    _send(effect, news.stage_news(visit, now=now), now)
    Visit.objects.filter(pk=visit.pk).update(told_at=now)


def _is_overtaken(visit: Visit) -> bool:
    """Tell whether a later stage has words for the customer: they hear of that one alone."""
    later = Effect.objects.filter(process=visit.process_id, kind=EffectKind.MESSAGE, visit__number__gt=visit.number)
    return later.filter(spec__template=STAGE_NEWS).exists()


@transaction.atomic
def _remind(effect: Effect, now: datetime) -> None:
    visit = effect.visit
    if visit.left_at is None and not visit.paused_for:
        _send(effect, news.reminder(visit, effect.spec["texts"], now=now), now)
    else:
        effects.settle(effect=effect, code="overtaken", now=now)


def _send(effect: Effect, text: str, now: datetime) -> None:
    """Write the words on the ticket and say that the step is done, in the caller's transaction."""
    message = None
    if text:
        talk = _talk(effect.process)
        if talk is None:
            raise CannotAct("no_conversation")
        writing = Writing(text=text, automatic=True)
        message = send_message(conversation=talk, writing=writing, agent=None, now=now, undo=timedelta())
    reached("effect.begun")
    if not effects.settle(effect=effect, message=message, now=now):
        transaction.set_rollback(True)  # somebody else has said it


def _talk(process: Process) -> Conversation | None:
    """Return the conversation in which the customer wrote last, else the ticket's first."""
    said = Message.objects.filter(ticket=process.ticket_id, direction=Direction.IN, is_stranger=False)
    last = said.exclude(kind__in=[MessageKind.AUTO, MessageKind.BOUNCE]).order_by("-at", "-id").first()
    if last:
        return Conversation.objects.select_related("ticket__shop", "channel", "identity").get(pk=last.conversation_id)
    talks = Conversation.objects.filter(ticket=process.ticket_id).select_related("ticket__shop", "channel", "identity")
    return talks.order_by("pk").first()


def _act(effect: Effect, now: datetime) -> None:
    """Ask the ledger for an order action, or see what became of it."""
    entry = effect.entry or LedgerEntry.objects.filter(key=effect.key).first()
    if entry is None:
        entry = _ask(effect, action_of(effect), now)
    reached("effect.begun")
    settle_by(effect=effect, entry=entry, now=now)


@transaction.atomic
def _ask(effect: Effect, action: Action, now: datetime) -> LedgerEntry:
    process = effect.process
    if process.order is None:
        raise CannotAct("no_order")
    asker, decider = _deciders(process)
    level = level_of(process, now=now)
    if asker and _stays_theirs(action):
        level = max(level, Level.VERIFIED)  # a person decided it, and nobody can have it sent elsewhere
    by = ledger.Asker(agent=asker, level=Level(level), ticket=process.ticket_id)
    entry = act_from(ticket=process.ticket, order=process.order, action=action, asker=by, key=effect.key, now=now)
    if entry.state == LedgerState.ASKED and decider and decider != asker:
        ledger.approve(entry=entry, agent=decider, now=now)  # they were the second pair of eyes already
    return entry


def _stays_theirs(action: Action) -> bool:
    """Tell whether what is given back can only go to where it came from: its instrument, or the order's account."""
    return action.kind in _BACK_TO_ORIGIN or (isinstance(action, GiveCredit) and action.settles > 0)


def _deciders(process: Process) -> tuple[Agent | None, Agent | None]:
    """Return who forwarded the process to where it stands, and who agreed to that."""
    visit = last_visit(process)
    before = process.visits.filter(number__lt=visit.number).order_by("-number").first()
    gone = before.forwards.filter(state=ForwardState.GONE).select_related("agent", "decider").last() if before else None
    asker = gone.agent if gone and gone.agent else _last_mover(process)
    return asker, gone.decider if gone else None


def _last_mover(process: Process) -> Agent | None:
    visit = process.visits.exclude(mover=None).select_related("mover").order_by("-number").first()
    return visit.mover if visit else process.started_by


def settle_by(*, effect: Effect, entry: LedgerEntry, now: datetime) -> None:
    """Let a step end as its order action did, or go on waiting for it."""
    if entry.state in _OVER:
        code = entry.code or entry.state
        is_done = entry.state in _GOOD
        effects.settle(effect=effect, is_done=is_done, code="" if is_done else code, entry=entry, now=now)
        return
    effects.await_entry(effect=effect, entry=entry, now=now)
    entry.refresh_from_db(fields=["state", "code"])
    if entry.state in _OVER:  # it ended before anybody could know that the step waits for it
        settle_by(effect=effect, entry=entry, now=now)


def _act_again(effect: Effect, now: datetime) -> None:
    """Ask anew for an order action that failed, as another entry: the ledger never repeats an uncertain one."""
    first = Effect.objects.filter(process=effect.process_id, step=effect.spec["of"]).order_by("pk").first()
    if first is None:
        raise CannotAct("no_action")
    effect.spec = first.spec
    _act(effect, now)


@transaction.atomic
def _label(effect: Effect, now: datetime) -> None:
    row = getattr(effect.process, "goods_return", None)
    if row is None:
        raise CannotAct("no_return")
    if not warehouse_of(row).line1:
        raise CannotAct("no_return_address")
    issue_label(row=row, way=SendingWay.LABEL, key=effect.key, agent=None, now=now)
    effects.settle(effect=effect, now=now)


@transaction.atomic
def _start(effect: Effect, now: datetime) -> None:
    """Begin another process on the ticket once this one is over."""
    process = effect.process
    blueprint = blueprint_for(effect.spec["blueprint"], shop_id=process.shop_id)
    if blueprint is None:
        raise CannotAct("no_blueprint")
    begin_after(process, blueprint, mover=_last_mover(process), key=effect.key, now=now)
    effects.settle(effect=effect, now=now)


@transaction.atomic
def _signal(effect: Effect, now: datetime) -> None:
    """Say it in the journal, from where webhooks tell it to other systems."""
    if effects.settle(effect=effect, now=now):
        event = effect.spec.get("event", effect.step)
        tell("process.signalled", effect.process, effect.visit, actor=actor_of(None), now=now, event=event)


@transaction.atomic
def _notify(effect: Effect, now: datetime) -> None:
    process = effect.process
    members = Agent.objects.filter(is_active=True, departments__key=effect.spec.get("department", ""))
    leads = Agent.objects.filter(is_active=True, leads__key=effect.spec.get("department", ""))
    told = [agent for agent in (members | leads).distinct() if agent.sees_shop(process.shop_id)]
    subject = Subject(SubjectKind.TICKET, process.ticket_id)
    facts = {"number": process.ticket.number, "who": "", "stage": effect.visit.stage}
    notify(agents=told, kind=NoticeKind.STAGE, subject=subject, facts=facts, now=now, shop_id=process.shop_id)
    effects.settle(effect=effect, now=now)


_DEEDS: Mapping[str, Callable[[Effect, datetime], None]] = {
    EffectKind.MESSAGE: _say,
    EffectKind.ORDER_ACTION: _act,
    EffectKind.RETRY_ACTION: _act_again,
    EffectKind.RETURN_LABEL: _label,
    EffectKind.START: _start,
    EffectKind.WEBHOOK: _signal,
    EffectKind.NOTIFY: _notify,
    REMINDER: _remind,
}
