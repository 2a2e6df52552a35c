"""What each entry of the journal means for the clocks of its ticket."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from balcao.deadlines.actions.defaults import plant
from balcao.deadlines.models import Calendar
from balcao.deadlines.rules.histories import undo_row
from balcao.deadlines.types import ClockKind, ClockState
from balcao.journal.models import Entry
from balcao.journal.types import ActorKind
from balcao.pipeline.promises import answering, joining, law, totals
from balcao.pipeline.promises.batch import PROMISES, Batch, By, gather
from balcao.pipeline.promises.facts import keep_facts
from balcao.pipeline.promises.standing import answer, ask, begin, reopen, restore, retarget, stand
from balcao.shops.models import Shop
from balcao.tickets.models import Message
from balcao.tickets.types import HIDDEN, OURS, SPOKEN, Direction, MessageKind

Teller = Callable[[Batch, Entry], None]

# Others changed clocks, or what a list shows of them.
_STALE = ("process.", "clock.at_risk", "clock.safe", "clock.breach.voided", "calendar.applied")


def follow(entries: Sequence[Entry], now: datetime) -> None:
    """Let these entries happen to the clocks of their tickets, then keep what lists show."""
    told = [entry for entry in entries if entry.name in TELLERS]
    stale = {ticket for entry in entries if entry.name.startswith(_STALE) for ticket in tickets_of(entry)}
    answers = answering.answered_by(entries)
    _plant({entry.shop_id for entry in entries if entry.name in TELLERS or entry.name == "shop.created"}, now)
    ids = {ticket for entry in told for ticket in tickets_of(entry)} | stale | set(answers)
    if not ids:
        return
    batch = gather(told, ids)
    for entry in told:
        TELLERS[entry.name](batch, entry)
    answering.settle(batch, answers)
    changed = batch.hand.write()
    keep_facts(batch, {clock.ticket_id for clock in changed} | batch.stale | stale, now)
    totals.keep_up([*changed, *(clock for clock in batch.hand.clocks if clock.ticket_id in stale)])


def tickets_of(entry: Entry) -> list[int]:
    """Return the tickets that an entry is about."""
    facts = entry.facts
    if "tickets" in facts:
        return list(facts["tickets"])
    named = (facts.get("ticket"), facts.get("source"), facts.get("target"))
    return [pk for pk in named if isinstance(pk, int)]


def _plant(shop_ids: Iterable[int], now: datetime) -> None:
    """Give shops that promise nothing yet what shops usually promise."""
    missing = set(shop_ids) - set(Calendar.objects.filter(shop__in=shop_ids).values_list("shop", flat=True))
    for shop in Shop.objects.filter(pk__in=missing) if missing else ():
        plant(shop=shop, now=now)


def _key(entry: Entry) -> str:
    return f"entry:{entry.position}"


def _message_key(entry: Entry) -> str:
    """Name what follows from an answer by the answer: it may be recalled."""
    return f"message:{entry.facts['message']}"


# --- What customers do ------------------------------------------------------------------------------------------------


def _opened(batch: Batch, entry: Entry) -> None:
    """Begin to owe an answer to whoever wrote; a machine's mail is nobody's work."""
    if entry.facts["kind"] != MessageKind.SAID or entry.facts.get("status") in HIDDEN:
        return
    begin(batch, entry.facts["ticket"], entry.at, key=_key(entry), by=By(channel=_channel(batch, entry)), is_asked=True)


def _received(batch: Batch, entry: Entry) -> None:
    """Go on at the instant of the message; out-of-office mails and bounces change nothing."""
    ticket = entry.facts["ticket"]
    if entry.facts["kind"] != MessageKind.SAID:
        return
    if batch.last(ticket, ClockKind.RESOLUTION) is None:
        _first_heard(batch, entry)
        return
    reopen(batch, ticket, entry.at, key=_key(entry))
    if not _is_thrown_away(batch, ticket):
        ask(batch, ticket, entry.at, key=_key(entry))


def _first_heard(batch: Batch, entry: Entry) -> None:
    """Begin on a ticket that only machines wrote on so far; one that is older than its clocks goes on without any."""
    ticket, said = entry.facts["ticket"], entry.facts["message"]
    earlier = Message.objects.filter(ticket=ticket, pk__lt=said).exclude(
        kind__in=[MessageKind.AUTO, MessageKind.BOUNCE]
    )
    if entry.facts.get("status") not in HIDDEN and not earlier.exists():
        by = By(channel=_channel(batch, entry))
        begin(batch, ticket, entry.at, key=_key(entry), by=by, is_asked=True)


def _is_thrown_away(batch: Batch, ticket: int) -> bool:
    total = batch.last(ticket, ClockKind.RESOLUTION)
    return total is not None and total.state == ClockState.CANCELLED


def _channel(batch: Batch, entry: Entry) -> str:
    message = batch.messages.get(entry.facts["message"])
    return message.channel.kind if message else ""


# --- What the shop does -----------------------------------------------------------------------------------------------


def _written(batch: Batch, entry: Entry) -> None:
    """Answer the customer if a person did, or if the shop counts what machines write; then stand as the answer says."""
    ticket, key = entry.facts["ticket"], _message_key(entry)
    if entry.actor_kind == ActorKind.AGENT:
        answer(batch, ticket, entry.at, key=key)
    elif not answering.answer_by_machine(batch, entry, key=key):
        return
    if batch.last(ticket, ClockKind.RESOLUTION):
        stand(batch, ticket, entry.facts["status"], entry.at, key=key)


def _recalled(batch: Batch, entry: Entry) -> None:
    """Take back what followed from an answer that never left."""
    of, key = _message_key(entry), _key(entry)
    for clock in batch.clocks(entry.facts["ticket"], *ClockKind):
        if any(row["key"] == of for row in clock.events):
            batch.hand.put(clock, undo_row(of=of, key=key, at=entry.at))


def _started(batch: Batch, entry: Entry) -> None:
    """Begin the total promise of a ticket that the shop began: it owes no first answer."""
    ticket, key = entry.facts["ticket"], _message_key(entry)
    begin(batch, ticket, entry.at, key=key, by=By(channel=_channel(batch, entry)), is_asked=False)
    stand(batch, ticket, entry.facts["status"], entry.at, key=key)


def _logged(batch: Batch, entry: Entry) -> None:
    """Count what was said on the phone as an answer; on a new ticket it is the first word, and needs none.

    What came in writing by way of somebody else waits for an answer like a mail.
    """
    ticket, source = entry.facts["ticket"], entry.facts.get("source", "")
    if not batch.clocks(ticket, *PROMISES):
        _begin_alone(batch, entry, channel=MessageKind.LOGGED, source=source)
    elif source in SPOKEN:
        answer(batch, ticket, entry.at, key=_message_key(entry))
    else:
        ask(batch, ticket, entry.at, key=_key(entry))
        batch.start_legal(ticket, entry.at, key=_key(entry), source=source)


def _warned(batch: Batch, entry: Entry) -> None:
    """Begin the total promise of a ticket that the desk opened by itself."""
    if not batch.clocks(entry.facts["ticket"], *PROMISES):
        _begin_alone(batch, entry)


def _begin_alone(batch: Batch, entry: Entry, *, channel: str = "", source: str = "") -> None:
    row = batch.tickets.get(entry.facts["ticket"])
    if row and row.opened_at == entry.at:
        is_asked = source not in SPOKEN
        begin(batch, row.pk, entry.at, key=_key(entry), by=By(channel=channel), is_asked=is_asked)
        if is_asked:
            batch.start_legal(row.pk, entry.at, key=_key(entry), source=source)


def _moved(batch: Batch, entry: Entry) -> None:
    """Stand where the ticket was put; what comes back from spam was perhaps never promised anything."""
    ticket, before, after = entry.facts["ticket"], entry.facts["before"], entry.facts["after"]
    if before in HIDDEN and after not in HIDDEN:
        restore(batch, ticket, entry.at, key=_key(entry))
        _begin_late(batch, entry)
    if after != before:
        stand(batch, ticket, after, entry.at, key=f"{_key(entry)}:stands")


def _begin_late(batch: Batch, entry: Entry) -> None:
    row = batch.tickets.get(entry.facts["ticket"])
    if row and row.customer_wrote_at and entry.facts["after"] in OURS and not batch.clocks(row.pk, *PROMISES):
        answered = Message.objects.filter(ticket=row, direction=Direction.OUT, agent__isnull=False).exists()
        by = By(channel=(row.channel_kinds or [""])[0])
        begin(batch, row.pk, entry.at, key=_key(entry), by=by, is_asked=not answered)


def _prioritised(batch: Batch, entry: Entry) -> None:
    by = batch.by(entry.facts["ticket"])
    _choose(batch, entry, By(kind=by.kind, priority=entry.facts["after"], channel=by.channel))


def _sorted(batch: Batch, entry: Entry) -> None:
    by = batch.by(entry.facts["ticket"])
    _choose(batch, entry, By(kind=entry.facts["after"], priority=by.priority, channel=by.channel))


def _choose(batch: Batch, entry: Entry, by: By) -> None:
    retarget(batch, entry.facts["ticket"], entry.at, key=_key(entry), by=by)


def _in_order(*tellers: Teller) -> Teller:
    def tell(batch: Batch, entry: Entry) -> None:
        for teller in tellers:
            teller(batch, entry)

    return tell


def _urged(batch: Batch, entry: Entry) -> None:
    """Let the promise that is due first tell somebody at once; what is solved waits for nobody."""
    own = batch.open(entry.facts["ticket"], *PROMISES)
    first = min(own, key=lambda clock: (clock.due_at is None, clock.due_at or entry.at), default=None)
    batch.mark(first, entry.at, key=_key(entry), urged=True, why=entry.facts["why"])


TELLERS: dict[str, Teller] = {
    "ticket.opened": _opened,
    "ticket.message.received": _received,
    "ticket.message.written": _written,
    "ticket.message.recalled": _recalled,
    "ticket.started": _started,
    "ticket.contact.logged": _logged,
    "ticket.warned": _warned,
    "ticket.status.changed": _moved,
    "ticket.priority.changed": _prioritised,
    "ticket.kind.changed": _sorted,
    "ticket.urged": _urged,
    "ticket.merged": joining.merge,
    "ticket.merge.undone": joining.undo_merge,
    "ticket.split": joining.split,
    "ticket.split.undone": joining.undo_split,
    "process.started": _in_order(totals.begin_process, law.begin_process),
    "process.reopened": _in_order(totals.begin_process, law.take_up_again),
    "process.version.taken": totals.set_total,
    "process.ended": _in_order(totals.end_process, law.end_process),
    "process.stage.entered": _in_order(totals.hold_or_go_on, law.enter_stage),
    "process.resumed": totals.hold_or_go_on,
    "process.paused": totals.wait_with_stage,
    "return.opened": law.begin_return,
    "return.posted": law.hear_of_goods,
    "return.received": law.hear_of_goods,
}
