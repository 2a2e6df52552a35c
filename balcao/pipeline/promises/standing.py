"""What it means for the promises where a ticket stands: whose turn it is, done, thrown away, brought back."""

from datetime import datetime

from balcao.deadlines.models import Clock
from balcao.deadlines.rules.histories import last_said
from balcao.deadlines.types import ClockKind, ClockState, EventType, PauseReason, ReopenMode
from balcao.pipeline.promises.batch import OPEN, PROMISES, Batch, By
from balcao.tickets.types import HIDDEN, Status

REPLIES = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)
_DONE = (Status.SOLVED, Status.CLOSED)
_THROWN_AWAY = "thrown_away"
_UNANSWERED = "unanswered"  # solved without a reply: neither kept nor broken, and counted apart


def begin(
    batch: Batch, ticket: int, at: datetime, *, key: str, by: By, is_asked: bool, since: datetime | None = None
) -> None:
    """Start what is promised from an instant on; who was not asked anything owes no first answer.

    `since`: when it was asked, if that was before; the law counts from there.
    """
    batch.start(ticket, ClockKind.RESOLUTION, at, key=key, by=by)
    if is_asked:
        batch.start(ticket, ClockKind.FIRST_RESPONSE, at, key=key, by=by)
        batch.start_legal(ticket, since or at, key=key)


def ask(batch: Batch, ticket: int, at: datetime, *, key: str) -> None:
    """Let the customer wait for an answer: for the first one still, or for the next one since the oldest question."""
    if batch.open(ticket, *REPLIES):
        return
    numbers = [clock.number for clock in batch.clocks(ticket, ClockKind.NEXT_RESPONSE)]
    number = max(numbers, default=0) + 1
    batch.start(ticket, ClockKind.NEXT_RESPONSE, at, key=key, by=batch.by(ticket), number=number)


def answer(batch: Batch, ticket: int, at: datetime, *, key: str) -> None:
    """Let the customer have been answered by somebody."""
    for clock in batch.open(ticket, *REPLIES, ClockKind.LEGAL):
        batch.happen(clock, EventType.FULFIL, at, key=key)


def stand(batch: Batch, ticket: int, status: str, at: datetime, *, key: str) -> None:
    """Let a ticket stand at a status."""
    if status in HIDDEN:
        _throw_away(batch, ticket, at, key=key)
    elif status in _DONE:
        _finish(batch, ticket, at, key=key)
    elif status == Status.WAITING:
        reopen(batch, ticket, at, key=key)
        wait(batch, ticket, at, key=key)
    else:
        reopen(batch, ticket, at, key=key)


def _throw_away(batch: Batch, ticket: int, at: datetime, *, key: str) -> None:
    for clock in batch.open(ticket, *ClockKind):
        batch.happen(clock, EventType.CANCEL, at, key=key, reason=_THROWN_AWAY)


def _finish(batch: Batch, ticket: int, at: datetime, *, key: str) -> None:
    batch.happen(_open_one(batch, ticket), EventType.FULFIL, at, key=key)
    for clock in batch.open(ticket, *REPLIES, ClockKind.LEGAL):
        batch.happen(clock, EventType.CANCEL, at, key=key, reason=_UNANSWERED)


def reopen(batch: Batch, ticket: int, at: datetime, *, key: str) -> None:
    """Let it be the shop's turn: what waited for the customer goes on, what was done is taken up again."""
    total = batch.last(ticket, ClockKind.RESOLUTION)
    if total is None:
        return
    if total.state == ClockState.PAUSED and last_said(total.events, "holds"):
        return  # the stage still waits for somebody outside
    if total.state == ClockState.PAUSED and total.paused_for == PauseReason.CUSTOMER:
        batch.happen(total, EventType.RESUME, at, key=key)
    elif total.ended_at is not None and total.state != ClockState.CANCELLED:
        batch.happen(total, EventType.REOPEN, at, key=key)  # anew if it was done more than seven days ago


def restore(batch: Batch, ticket: int, at: datetime, *, key: str) -> None:
    """Bring back what was thrown away: the time in between does not count."""
    for clock in batch.clocks(ticket, *ClockKind):
        if clock.state == ClockState.CANCELLED and last_said(clock.events, "reason") == _THROWN_AWAY:
            batch.happen(clock, EventType.REOPEN, at, key=key, mode=ReopenMode.RESUME)


def wait(batch: Batch, ticket: int, at: datetime, *, key: str) -> None:
    """Let the total promise wait for the customer, unless departments go on working for them meanwhile."""
    total = _open_one(batch, ticket)
    if total and not (is_with_departments(total) or total.state == ClockState.PAUSED):
        batch.happen(total, EventType.PAUSE, at, key=key, reason=PauseReason.CUSTOMER)


def is_with_departments(total: Clock) -> bool:
    """Tell whether a process runs that waits for nobody outside."""
    return bool(last_said(total.events, "process")) and not last_said(total.events, "holds")


def retarget(batch: Batch, ticket: int, at: datetime, *, key: str, by: By) -> None:
    """Choose the targets of a ticket's promises anew; the history stays, so that a promise may be late at once."""
    row = batch.tickets.get(ticket)
    for clock in batch.clocks(ticket, *PROMISES) if row else ():
        if clock.state not in OPEN and clock.kind != ClockKind.RESOLUTION:
            continue
        batch.mark(clock, at, key=key, by=by.plain())
        aim(batch, clock, at, key=key, by=by)


def aim(batch: Batch, clock: Clock, at: datetime, *, key: str, by: By) -> None:
    """Let a promise take as long as the targets say, by the hours that they say."""
    kind = ClockKind(clock.kind)
    if kind == ClockKind.RESOLUTION and last_said(clock.events, "process"):
        return  # its blueprint says how long it may take
    target = batch.promised.target(shop=clock.shop_id, clock=kind, owner=batch.owner, at=at, **by.plain())
    if target is None:
        return
    if target.seconds != clock.target_seconds:
        batch.happen(clock, EventType.SET_TARGET, at, key=key, target_seconds=target.seconds)
    if target.calendar != last_said(clock.events, "calendar"):
        batch.happen(clock, EventType.SET_CALENDAR, at, key=key, calendar=target.calendar)


def _open_one(batch: Batch, ticket: int) -> Clock | None:
    return next(iter(batch.open(ticket, ClockKind.RESOLUTION)), None)
