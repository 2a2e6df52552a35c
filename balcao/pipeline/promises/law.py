"""Terms of the law that begin with a process: what is owed by a day because goods come back, or are complained of.

They run beside the total promise as clocks of the process, round the clock and up to the end of a local day of the
customer's. What the law wants at once, as soon as it can be, has no day and no clock.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from balcao.commerce import queries as commerce
from balcao.commerce.models import Order
from balcao.deadlines.models import Clock
from balcao.deadlines.rules import histories, law
from balcao.deadlines.rules.days import ends_at
from balcao.deadlines.rules.holidays import holiday_dates
from balcao.deadlines.rules.law import LegalRule, RuleKind, TermKind
from balcao.deadlines.types import ClockKind, ClockState, EventType, PauseReason
from balcao.journal.models import Entry
from balcao.pipeline.promises.batch import OPEN, Batch
from balcao.pipeline.promises.standing import REPLIES
from balcao.processes.models import Process
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.types import Blueprint, BlueprintKind, EffectKind, Outcome
from balcao.returns.models import Return
from balcao.returns.queries.cases import case_of, weigh_again
from balcao.returns.rules.documents import decision_from
from balcao.returns.rules.owing import owed_by_law
from balcao.returns.rules.places import country_of, zone_of
from balcao.returns.types import Until
from balcao.shops.models import Shop

PROCESS = "process"  # whose clocks they are, in the words of `Clock.subject_kind`
_GOES_ON = "goes_on"  # why one ended: the next process on the ticket owes it
_NOT_OWED = "not_owed"  # ... refused, taken back, or never sent
_ENDED = "ended"  # what the key of such an end ends with: the process may be taken up again
_WANTED = {
    BlueprintKind.CANCEL: (RuleKind.WITHDRAWAL, TermKind.REFUND),
    BlueprintKind.DAMAGED: (RuleKind.DEFECT, TermKind.CURE),
    BlueprintKind.COMPLAINT: (RuleKind.DEFECT, TermKind.CURE),
}
_ABOUT, _PRODUCT = "about", "product"  # what a complaint is of: only of goods is there something to cure


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose law counts for a customer, and whose days."""

    country: str
    zone: str


@dataclass(frozen=True, slots=True)
class _Term:
    """One term of the law: its rule, from when to when."""

    rule: str
    since: datetime
    due_at: datetime
    zone: str
    until: tuple[str, ...] = ()  # the stages that keep it; none: the end of the process
    waits_for: Until = Until.NOT_AT_ALL


# --- What begins ------------------------------------------------------------------------------------------------------


def begin_return(batch: Batch, entry: Entry) -> None:
    """Let run what the law wants by a day for goods that come back, from the notice on."""
    ticket = entry.facts.get("ticket")
    row = _returns().filter(pk=entry.facts["return"]).first()
    if row and ticket in batch.tickets:
        terms = _terms_of_return(row, at=entry.at)
        _begin(batch, ticket, row.process_id, terms, key=f"entry:{entry.position}")


def _returns() -> "QuerySet[Return]":
    return Return.objects.select_related("order__account__backend__shop")


def _terms_of_return(row: Return, *, at: datetime) -> list[_Term]:
    zone = case_of(row, now=at).zone
    owed = owed_by_law(decision_from(row.decision), zone=zone)
    return [_Term(one.rule, row.notice_at, one.due_at, zone, waits_for=one.waits_for) for one in owed]


def begin_process(batch: Batch, entry: Entry) -> None:
    """Let run what the law wants of a matter of this sort, from when the customer said it."""
    read, ticket = blueprint_by_id(entry.facts["version"]), entry.facts["ticket"]
    if not (read.bounds or read.kind in _WANTED) or ticket not in batch.tickets:
        return
    rows = Process.objects.select_related("shop", "order__account__backend__shop")
    process = rows.filter(pk=entry.facts["process"]).first()
    if process:
        terms = _terms(process, read, since=_asked_at(batch, process))
        _begin(batch, ticket, process.pk, terms, key=f"entry:{entry.position}")


def begin_late(batch: Batch, process: Process, *, now: datetime) -> None:
    """Let run what the law wants of a process that began before anybody counted it, as it stands by now."""
    key, been = f"process:{process.pk}:terms", set(process.visits.values_list("stage", flat=True))
    terms = _terms(process, blueprint_by_id(process.version_id), since=_asked_at(batch, process))
    _begin(batch, process.ticket_id, process.pk, [one for one in terms if been.isdisjoint(one.until)], key=key)
    row = _returns().filter(process=process).first()
    if row is None:
        return
    owed = [*_terms_of_return(row, at=now), *_terms_from_sending(row, at=now)]
    _begin(batch, process.ticket_id, process.pk, owed, key=key)
    clocks = _terms_in(batch, process.ticket_id, process.pk)
    for seen, is_here in ((row.posted_at, False), (row.received_at, True)):
        if seen:
            _go_on(batch, clocks, seen, is_here=is_here, key=key)


def _asked_at(batch: Batch, process: Process) -> datetime:
    """Return since when the customer waits with what a process is about: it began as somebody read it."""
    asked = [clock.started_at for clock in batch.clocks(process.ticket_id, *REPLIES)]
    return max((at for at in asked if at <= process.started_at), default=process.started_at)


def _terms(process: Process, read: Blueprint, *, since: datetime) -> Iterator[_Term]:
    place = _place(process.order, process.shop)
    jurisdiction = law.jurisdiction_of(place.country)
    if jurisdiction is None:
        return
    for bound in read.bounds:
        row = law.rule(bound.key)
        if row and row.jurisdiction == jurisdiction:
            yield _term(row, place, since, until=bound.until)
    kind, term = _WANTED.get(read.kind, (None, None))
    if kind is None or (read.kind == BlueprintKind.COMPLAINT and process.fields.get(_ABOUT) != _PRODUCT):
        return
    on = (process.order.placed_at if process.order else since).date()
    for row in law.rules(jurisdiction, on=on, kind=kind, term=term):
        if row.is_default and row.amount:
            yield _term(row, place, since)


def _place(order: Order | None, shop: Shop) -> _Place:
    address = commerce.order_value(order).address if order else None
    country = country_of(address.country if address else "", home=shop.region)
    region = address.region if address else ""
    return _Place(country, zone_of(country, region, home=shop.region, home_zone=shop.time_zone or "UTC"))


def _term(row: LegalRule, place: _Place, since: datetime, *, until: tuple[str, ...] = ()) -> _Term:
    holidays = holiday_dates(place.country, first=since.year, last=since.year + 1)
    day = law.last_day_of(row, start=since, zone=place.zone, holidays=holidays)
    return _Term(row.id, since, ends_at(day, zone=place.zone), place.zone, until)


def _begin(batch: Batch, ticket: int, process: int, terms: Iterable[_Term], *, key: str) -> None:
    """Start what does not run yet; what a process before this one owed goes on as it was."""
    for term in terms:
        known = [clock for clock in batch.hand.of(ticket, ClockKind.LEGAL) if clock.rule == term.rule]
        if any((clock.subject_kind, clock.subject_id) == (PROCESS, process) for clock in known):
            continue
        before = [clock for clock in known if histories.last_said(clock.events, "reason") == _GOES_ON]
        since = min([term.since, *(clock.started_at for clock in before)])
        due_at = min([term.due_at, *(clock.started_at + timedelta(seconds=clock.target_seconds) for clock in before)])
        more = {"until": list(term.until), "waits_for": term.waits_for.value, "zone": term.zone}
        subject = (PROCESS, process)
        clock = batch.start_term(ticket, term.rule, subject, since, due_at, key=key, **more)
        if clock and term.waits_for != Until.NOT_AT_ALL:
            batch.happen(clock, EventType.PAUSE, since, key=key, reason=PauseReason.CUSTOMER)


# --- What happens to them ---------------------------------------------------------------------------------------------


def enter_stage(batch: Batch, entry: Entry) -> None:
    """Keep what a stage keeps; by now a complaint may say what it is about."""
    for clock in _of(batch, entry):
        if entry.facts["stage"] in (histories.last_said(clock.events, "until") or ()):
            batch.happen(clock, EventType.FULFIL, entry.at, key=f"entry:{entry.position}")
    if blueprint_by_id(entry.facts["version"]).kind == BlueprintKind.COMPLAINT:
        begin_process(batch, entry)


def hear_of_goods(batch: Batch, entry: Entry) -> None:
    """Let a refund be owed that could be kept back until the goods, or a proof that they were sent.

    It is owed when the term ends, or on the day of the proof if that is later.
    """
    _begin_from_sending(batch, entry)
    is_here = entry.name == "return.received"
    seen = entry.at if is_here else datetime.fromisoformat(entry.facts.get("posted_at") or entry.at.isoformat())
    _go_on(batch, _of(batch, entry), seen, is_here=is_here, key=f"entry:{entry.position}")


def _go_on(batch: Batch, clocks: Iterable[Clock], seen: datetime, *, is_here: bool, key: str) -> None:
    for clock in clocks:
        waits_for = histories.last_said(clock.events, "waits_for")
        if clock.state != ClockState.PAUSED or (waits_for == Until.GOODS and not is_here):
            continue
        at = max(seen, clock.started_at)
        zone = str(histories.last_said(clock.events, "zone"))
        term_ends = clock.started_at + timedelta(seconds=clock.target_seconds)
        due_at = max(term_ends, ends_at(at.astimezone(ZoneInfo(zone)).date(), zone=zone))
        used = clock.target_seconds - (clock.paused_left or 0)
        batch.happen(clock, EventType.RESUME, at, key=key)
        seconds = used + round((due_at - at).total_seconds())
        batch.happen(clock, EventType.SET_TARGET, at, key=key, target_seconds=seconds)


def _begin_from_sending(batch: Batch, entry: Entry) -> None:
    """Let run what a law counts from the sending back: before that nobody knows its day."""
    ticket = entry.facts.get("ticket")
    row = _returns().filter(pk=entry.facts["return"]).first()
    if row and ticket in batch.tickets:
        terms = _terms_from_sending(row, at=entry.at)
        _begin(batch, ticket, row.process_id, terms, key=f"sent:{entry.position}")


def _terms_from_sending(row: Return, *, at: datetime) -> list[_Term]:
    zone = case_of(row, now=at).zone
    owed = [one for one in owed_by_law(weigh_again(row, now=at), zone=zone) if one.is_from_sending]
    since = min(one for one in (row.posted_at, row.received_at, at) if one)
    return [_Term(one.rule, since, one.due_at, zone) for one in owed]


def end_process(batch: Batch, entry: Entry) -> None:
    """Let what was owed be kept by an end at which the customer got what they wanted; else it is owed no more."""
    key = f"entry:{entry.position}:{_ENDED}"
    stage = blueprint_by_id(entry.facts["version"]).stage(entry.facts["stage"])
    goes_on = any(effect.kind == EffectKind.START for effect in stage.effects)
    for clock in [clock for clock in _of(batch, entry) if clock.state in OPEN]:
        if entry.facts["outcome"] == Outcome.DONE and not goes_on:
            batch.happen(clock, EventType.FULFIL, entry.at, key=key)
        else:
            batch.happen(clock, EventType.CANCEL, entry.at, key=key, reason=_GOES_ON if goes_on else _NOT_OWED)


def take_up_again(batch: Batch, entry: Entry) -> None:
    """Let what ended with a process be owed as if it had not: days of the law do not stand still."""
    for clock in _of(batch, entry):
        ends = [row["key"] for row in clock.events if row["key"].endswith(f":{_ENDED}")]
        if clock.ended_at and ends:
            row = histories.undo_row(of=ends[-1], key=f"entry:{entry.position}", at=entry.at)
            batch.hand.put(clock, row)


def _of(batch: Batch, entry: Entry) -> list[Clock]:
    """Return the terms of the process that an entry is about."""
    ticket, process = entry.facts.get("ticket"), entry.facts.get("process")
    return _terms_in(batch, ticket, process) if isinstance(ticket, int) and isinstance(process, int) else []


def _terms_in(batch: Batch, ticket: int, process: int) -> list[Clock]:
    found = batch.hand.of(ticket, ClockKind.LEGAL)
    return [clock for clock in found if (clock.subject_kind, clock.subject_id) == (PROCESS, process)]
