"""The shop's rules: what happens is shown to them, they say what they want, and it is done here.

A follower of the journal that deals with one entry in one transaction together with its position: a rule runs once for
each entry, and whoever dies repeats nothing. What a rule does says in the journal which rules led to it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction

from balcao.automation.actions import ruling as actions
from balcao.automation.models import Macro, Rule, RuleTimer
from balcao.automation.queries.macros import text_by_itself
from balcao.automation.queries.ruling import active_rules, facts_of, ran_lately
from balcao.automation.rules.conditions import matches, wanted
from balcao.automation.rules.guarding import stop_of
from balcao.automation.rules.ruling import ruling_from, step_to
from balcao.automation.types import Act, Outcome, RuleStep, Ruling
from balcao.journal import queries as journal
from balcao.journal.actions import advance, caused_by
from balcao.journal.models import Entry, Reader
from balcao.journal.types import Subject, SubjectKind
from balcao.kit.db import locked
from balcao.notices.actions import tell
from balcao.notices.models import NoticeKind
from balcao.processes.actions.moving import Mover, start
from balcao.processes.queries.blueprints import blueprint_for
from balcao.staff.models import Agent, Team
from balcao.tickets.actions import answering, changing, classifying, noting, urging
from balcao.tickets.models import Message, Tag, Ticket, Topic
from balcao.tickets.types import HIDDEN, Direction, Kind, Priority, Status
from balcao.webhooks.actions.delivering import call_endpoint
from balcao.webhooks.models import Endpoint

READER = "rules"
_BATCH = 200  # entries that are looked at in one go
_TIMERS = 100

log = logging.getLogger(__name__)


class StepFailed(Exception):
    """A step of a rule is not possible; the message says why."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a rule is asked: the entry, its place, and the rules that led to it."""

    event: str
    position: int
    chain: tuple[int, ...]
    message: int | None = None


def run_due(*, now: datetime) -> int:
    """Show the rules what happened; return how many entries were looked at."""
    looked = 0
    while looked < _BATCH and (some := _read_on(now)):
        looked += some
    return looked


def _read_on(now: datetime) -> int:
    """Go to the next entry that concerns a rule, deal with it, and remember that; return how many were looked at."""
    if journal.reader_position(READER) >= journal.head_position():
        return 0
    with transaction.atomic():
        Reader.objects.get_or_create(name=READER)
        reader = locked(Reader.objects.filter(name=READER), skip_locked=True).first()
        if reader is None:  # another worker is at it
            return 0
        entries = journal.entries_after(reader.position, limit=_BATCH)
        rules = active_rules() if entries else []
        looked = 0
        for entry in entries:
            looked += 1
            if concerned := [(rule, ruling) for rule, ruling in rules if _is_for(rule, ruling, entry)]:
                _show(entry, concerned, now)
                break
        if entries:
            advance(reader=READER, position=entries[looked - 1].position or 0)
    return looked


def _is_for(rule: Rule, ruling: Ruling, entry: Entry) -> bool:
    is_its_shop = rule.shop_id is None or rule.shop_id == entry.shop_id
    return is_its_shop and entry.name in ruling.events and entry.at >= rule.changed_at


def _show(entry: Entry, rules: Sequence[tuple[Rule, Ruling]], now: datetime) -> None:
    """Ask the rules about an entry, in their order, until one says that it is enough."""
    ticket = _ticket_of(entry)
    if ticket is None:
        return
    cause = Cause(
        entry.name, entry.position or 0, tuple(entry.facts.get("rules", ())), message=entry.facts.get("message")
    )
    for rule, ruling in rules:
        if ruling.minutes:
            _set_timer(rule, ruling, ticket, cause, at=entry.at)
        elif ask(rule=rule, ruling=ruling, ticket=ticket, cause=cause, now=now) and ruling.stops:
            break


def _ticket_of(entry: Entry) -> Ticket | None:
    about = (s.subject_id for s in entry.subjects.all() if s.kind == SubjectKind.TICKET)
    pk = entry.facts.get("ticket") or next(about, None)
    return _open_ticket(pk) if pk else None


def _open_ticket(pk: int) -> Ticket | None:
    """Return a ticket that rules may look at: not merged away, neither spam nor trash."""
    rows = Ticket.objects.filter(pk=pk, merged_into__isnull=True).exclude(status__in=HIDDEN)
    return rows.select_related("shop", "identity__customer").first()


def _set_timer(rule: Rule, ruling: Ruling, ticket: Ticket, cause: Cause, *, at: datetime) -> None:
    """Let it look later; what it did itself sets no timer again, or it would go round slowly for ever."""
    if stop_of(rule.pk, chain=cause.chain, ran_lately=0) is None:
        fire_at = at + timedelta(minutes=ruling.minutes)
        actions.set_timer(rule=rule, ticket=ticket, position=cause.position, chain=cause.chain, fire_at=fire_at)


def fire_due(*, now: datetime) -> int:
    """Let rules look at tickets whose time has come, each once; return how many timers there were."""
    due = list(
        RuleTimer.objects.filter(fire_at__lte=now).order_by("fire_at", "id").values_list("pk", flat=True)[:_TIMERS]
    )
    return sum(_fire(pk, now) for pk in due)


@transaction.atomic
def _fire(pk: int, now: datetime) -> bool:
    rows = locked(RuleTimer.objects.filter(pk=pk, fire_at__lte=now), skip_locked=True)
    timer = rows.select_related("rule").first()
    if timer is None:  # somebody else was faster, or it counts anew
        return False
    timer.delete()
    ticket = _open_ticket(timer.ticket_id)
    if ticket and timer.rule.is_active:
        cause = Cause("elapsed", timer.position, tuple(timer.chain))
        ask(rule=timer.rule, ruling=ruling_from(timer.rule.spec), ticket=ticket, cause=cause, now=now)
    return True


def ask(*, rule: Rule, ruling: Ruling, ticket: Ticket, cause: Cause, now: datetime) -> bool:
    """Ask a rule about a ticket and do what it wants, all or nothing; return whether its conditions held."""
    try:
        with transaction.atomic():
            words = _words_of(cause, ticket)
            facts = facts_of([ticket], now=now, words=words)[ticket.pk]
            if not matches(ruling, facts).holds:
                return False
            if _is_stopped(rule, ticket, cause, now):
                return True
            needed = [one.step for one in wanted(ruling, facts) if one.is_needed]
            done = _perform(rule, needed, ticket, cause, now)
            if done:
                _note(rule, ticket, cause, Outcome.DONE, now, done=done)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - its own fault: it is written down, and the others are asked
        log.warning("Rule %s failed on ticket %s: %s", rule.pk, ticket.number, error)
        ticket = Ticket.objects.select_related("shop", "identity__customer").get(pk=ticket.pk)
        _note(rule, ticket, cause, Outcome.FAILED, now, detail=f"{type(error).__name__}: {error}")
    return True


def _words_of(cause: Cause, ticket: Ticket) -> dict[int, str] | None:
    """Return what the customer wrote in the message that it is about; None: their last words count."""
    if cause.message is None:
        return None
    message = Message.objects.filter(pk=cause.message, ticket=ticket, direction=Direction.IN).first()
    return {ticket.pk: message.text} if message else None


def _is_stopped(rule: Rule, ticket: Ticket, cause: Cause, now: datetime) -> bool:
    stop = stop_of(rule.pk, chain=cause.chain, ran_lately=ran_lately(ticket, now=now))
    if stop and not actions.was_stopped_lately(rule=rule, ticket=ticket, now=now):
        _note(rule, ticket, cause, Outcome.STOPPED, now, detail=stop.value)
    return stop is not None


def _note(rule: Rule, ticket: Ticket, cause: Cause, outcome: Outcome, now: datetime, **facts: Any) -> None:
    actions.note_run(
        rule=rule,
        ticket=ticket,
        position=cause.position,
        event=cause.event,
        outcome=outcome,
        chain=cause.chain,
        now=now,
        **facts,
    )


def _perform(
    rule: Rule, steps: Sequence[RuleStep], ticket: Ticket, cause: Cause, now: datetime
) -> list[dict[str, Any]]:
    with caused_by(rules=(*cause.chain, rule.pk)):
        return [step_to(step) | _do(Deed(rule, step, ticket, cause.position, now)) for step in steps]


def _do(deed: "Deed") -> dict[str, str]:
    """Do a step; an automatic answer that the limits forbid is left out, and says why."""
    try:
        _DEEDS[deed.step.act](deed)
    except answering.NotAnswered as why:
        return {"left_out": str(why)}
    return {}


@dataclass(frozen=True, slots=True)
class Deed:
    """One step to be done."""

    rule: Rule
    step: RuleStep
    ticket: Ticket
    position: int
    now: datetime

    @property
    def given(self) -> dict[str, Any]:
        """Return what most actions on tickets take."""
        return {"ticket": self.ticket, "agent": None, "now": self.now}

    @property
    def number(self) -> int:
        """Return the id that the step names."""
        return int(self.step.value)


def _topic(deed: Deed) -> None:
    classifying.set_topic(topic=_found(Topic.objects.filter(pk=deed.number).first(), "topic"), **deed.given)


def _kind(deed: Deed) -> None:
    classifying.set_kind(kind=Kind(deed.step.value), **deed.given)


def _priority(deed: Deed) -> None:
    changing.set_priority(priority=Priority(deed.step.value), **deed.given)


def _status(deed: Deed) -> None:
    back = deed.now + timedelta(days=deed.step.days) if deed.step.days else None
    changing.set_status(status=Status(deed.step.value), remind_at=back, **deed.given)


def _assign(deed: Deed) -> None:
    chosen = _found(Agent.objects.filter(pk=deed.number).first(), "agent") if deed.step.value else None
    changing.assign(assignee=chosen, team=deed.ticket.team, **deed.given)


def _team(deed: Deed) -> None:
    chosen = _found(Team.objects.filter(pk=deed.number).first(), "team") if deed.step.value else None
    changing.assign(assignee=deed.ticket.assignee, team=chosen, **deed.given)


def _tag(deed: Deed) -> None:
    tag = _found(Tag.objects.filter(pk=deed.number).first(), "tag")
    changing.add_tags(tags=[tag], **deed.given)


def _untag(deed: Deed) -> None:
    changing.set_tags(tags=list(deed.ticket.tags.exclude(pk=deed.number)), **deed.given)


def _write_note(deed: Deed) -> None:
    noting.note_by_itself(ticket=deed.ticket, text=deed.step.text, now=deed.now)


def _tell(deed: Deed) -> None:
    """Ring the bell of an agent, of the owner, or of a team."""
    whom, _dot, number = deed.step.value.partition(".")
    pk = int(number or 0)
    rows = {
        "owner": Agent.objects.filter(pk=deed.ticket.assignee_id or 0),
        "team": Agent.objects.filter(teams=pk),
        "agent": Agent.objects.filter(pk=pk),
    }[whom]
    agents = [agent for agent in rows.filter(is_active=True) if agent.sees_shop(deed.ticket.shop_id)]
    facts = {"number": deed.ticket.number, "words": deed.step.text or deed.rule.name}
    subject = Subject(SubjectKind.TICKET, deed.ticket.pk)
    tell(
        agents=agents,
        kind=NoticeKind.RULE,
        subject=subject,
        facts=facts,
        now=deed.now,
        shop_id=deed.ticket.shop_id,
        keeps_newest=True,
    )


def _urge(deed: Deed) -> None:
    """Tell the lead at once, and those above when nobody takes it up."""
    urging.urge(ticket=deed.ticket, why=deed.step.text or deed.rule.name, now=deed.now)


def _send(deed: Deed) -> None:
    macro = _found(Macro.objects.filter(pk=deed.number, is_active=True).first(), "macro")
    filled = text_by_itself(macro=macro, ticket=deed.ticket)
    if filled.empty or not filled.text.strip():
        raise StepFailed(f"The text of “{macro.name}” lacks {', '.join(filled.empty) or 'words'}.")
    answering.answer_by_rule(ticket=deed.ticket, text=filled.text, now=deed.now)


def _start(deed: Deed) -> None:
    ticket, key = deed.ticket, f"rule:{deed.rule.pk}:{deed.position}"
    blueprint = _found(blueprint_for(deed.step.value, shop_id=ticket.shop_id), "process")
    link = ticket.order_links.filter(removed_at__isnull=True).select_related("order").order_by("-id").first()
    order = link.order if link else None
    start(ticket=ticket, blueprint=blueprint, order=order, mover=Mover(), key=key, now=deed.now)


def _call(deed: Deed) -> None:
    endpoint = _found(Endpoint.objects.filter(pk=deed.number).first(), "webhook")
    facts = {"ticket": deed.ticket.pk, "number": deed.ticket.number, "rule": deed.rule.pk, "asked": deed.step.text}
    call_endpoint(endpoint=endpoint, facts=facts, shop_id=deed.ticket.shop_id, ticket_id=deed.ticket.pk, now=deed.now)


def _found(row: Any, what: str) -> Any:
    if row is None:
        raise StepFailed(f"The {what} that the rule names is not there any more.")
    return row


_DEEDS: dict[Act, Callable[[Deed], None]] = {
    Act.TOPIC: _topic,
    Act.KIND: _kind,
    Act.PRIORITY: _priority,
    Act.STATUS: _status,
    Act.ASSIGN: _assign,
    Act.TEAM: _team,
    Act.TAG: _tag,
    Act.UNTAG: _untag,
    Act.NOTE: _write_note,
    Act.TELL: _tell,
    Act.URGE: _urge,
    Act.SEND: _send,
    Act.PROCESS: _start,
    Act.WEBHOOK: _call,
}
