"""Merging and splitting: the promises of two tickets become one, or a part of one gets promises of its own."""

from collections.abc import Sequence
from datetime import datetime

from balcao.deadlines.models import Clock
from balcao.deadlines.rules import histories
from balcao.deadlines.types import ClockKind, ClockState, EventType, ReopenMode
from balcao.journal.models import Entry
from balcao.pipeline.promises.batch import OPEN, Batch
from balcao.pipeline.promises.standing import REPLIES, begin
from balcao.tickets.models import Message
from balcao.tickets.types import Direction, MessageKind

_LEFT = "left"  # why a clock was cancelled: what was asked is another ticket's by now
_JOINED = "joined"  # why a clock was cancelled: its ticket went into another


def merge(batch: Batch, entry: Entry) -> None:
    """Let the target promise what either promised: the earlier start, and time that either of them ran."""
    source, target, key = entry.facts["source"], entry.facts["target"], f"entry:{entry.position}"
    _join_answers(batch, entry)
    _join(batch, entry, ClockKind.RESOLUTION)
    for clock in batch.open(source, *ClockKind):
        batch.happen(clock, EventType.CANCEL, entry.at, key=key, reason=_JOINED)
    batch.stale |= {source, target}


def _join(batch: Batch, entry: Entry, kind: ClockKind) -> None:
    theirs, mine = batch.last(entry.facts["source"], kind), batch.last(entry.facts["target"], kind)
    if theirs is None or theirs.state == ClockState.CANCELLED:
        return
    if mine is None:
        mine = _carry_over(batch, theirs, entry)
    key = f"entry:{entry.position}"
    batch.hand.put(mine, histories.absorb_row(theirs.events, key=key, at=entry.at, ticket=theirs.ticket_id))


def _join_answers(batch: Batch, entry: Entry) -> None:
    """Let whoever was answered on either ticket have been answered, and a question left open stay so."""
    source, target = entry.facts["source"], entry.facts["target"]
    asked = [clock for clock in batch.open(source, *REPLIES) if clock.state in OPEN]
    first = batch.last(target, ClockKind.FIRST_RESPONSE)
    if not asked:
        return
    waiting = next(iter(batch.open(target, *REPLIES)), None)
    key = f"entry:{entry.position}"
    if waiting is not None:
        row = histories.absorb_row(asked[0].events, key=key, at=entry.at, ticket=source)
        batch.hand.put(waiting, row)
    elif first is None and asked[0].kind == ClockKind.FIRST_RESPONSE:
        _carry_over(batch, asked[0], entry)
    else:
        _carry_on(batch, asked[0], entry)


def _carry_over(batch: Batch, theirs: Clock, entry: Entry) -> Clock:
    """Give the target a clock like the source's, from the same start."""
    target, key = entry.facts["target"], f"entry:{entry.position}"
    by = batch.by(theirs.ticket_id)
    mine = batch.start(target, ClockKind(theirs.kind), theirs.started_at, key=key, by=by)
    return mine or theirs


def _carry_on(batch: Batch, theirs: Clock, entry: Entry) -> None:
    """Let the target owe the next answer since the question that was left open on the source."""
    target = entry.facts["target"]
    number = 1 + max((clock.number for clock in batch.clocks(target, ClockKind.NEXT_RESPONSE)), default=0)
    by, key = batch.by(target), f"entry:{entry.position}"
    batch.start(target, ClockKind.NEXT_RESPONSE, theirs.started_at, key=key, by=by, number=number)


def undo_merge(batch: Batch, entry: Entry) -> None:
    """Give each ticket its own promises back; what the source's did not count meanwhile stays uncounted."""
    source, target = entry.facts["source"], entry.facts["target"]
    for clock in batch.clocks(target, *ClockKind):
        for row in clock.events:
            if row["type"] == histories.ABSORB and row.get("ticket") == source:
                batch.hand.put(clock, histories.undo_row(of=row["key"], key=f"entry:{entry.position}", at=entry.at))
    _wake(batch, source, entry)


def _wake(batch: Batch, ticket: int, entry: Entry) -> None:
    for clock in batch.clocks(ticket, *ClockKind):
        if clock.state == ClockState.CANCELLED and histories.last_said(clock.events, "reason") == _JOINED:
            key = f"entry:{entry.position}"
            batch.happen(clock, EventType.REOPEN, entry.at, key=key, mode=ReopenMode.RESUME)


def split(batch: Batch, entry: Entry) -> None:
    """Let what was taken out be promised from now on; it was answered before if an answer was taken along."""
    source, target, key = entry.facts["source"], entry.facts["target"], f"entry:{entry.position}"
    moved = [batch.messages[pk] for pk in entry.facts["messages"] if pk in batch.messages]
    was_asked = any(one.direction == Direction.IN and one.kind == MessageKind.SAID for one in moved)
    was_answered = any(one.direction == Direction.OUT and one.agent_id for one in moved)
    is_asked = was_asked and not was_answered
    begin(batch, target, entry.at, key=key, by=batch.by(source), is_asked=is_asked, since=_written(moved))
    if is_asked:
        _leave_with(batch, entry)


def _written(moved: Sequence[Message]) -> datetime | None:
    return min((one.at for one in moved if one.direction == Direction.IN), default=None)


def _leave_with(batch: Batch, entry: Entry) -> None:
    """Let the ticket that is left owe no answer to questions that went away, if none stayed behind."""
    source = entry.facts["source"]
    stayed = Message.objects.filter(ticket=source, direction=Direction.IN, kind=MessageKind.SAID, at__lte=entry.at)
    for clock in batch.open(source, *REPLIES):
        if not stayed.filter(at__gte=clock.started_at).exists():
            batch.happen(clock, EventType.CANCEL, entry.at, key=f"entry:{entry.position}", reason=_LEFT)


def undo_split(batch: Batch, entry: Entry) -> None:
    """End what was promised for the part that went back; its questions are owed an answer where they were asked."""
    for clock in batch.clocks(entry.facts["source"], *REPLIES):
        left = [row["key"] for row in clock.events if row.get("reason") == _LEFT]
        if clock.state == ClockState.CANCELLED and left:
            batch.hand.put(clock, histories.undo_row(of=left[-1], key=f"entry:{entry.position}", at=entry.at))
    for clock in batch.open(entry.facts["target"], *ClockKind):
        batch.happen(clock, EventType.CANCEL, entry.at, key=f"entry:{entry.position}", reason=_JOINED)
