"""Whose time a ticket's age was: every instant of it lies in exactly one bucket, and the sum is the age.

At an instant, the first of these that holds names the bucket: the ticket is solved; a stay in a stage that is paused
(whom it waits for); a stay (its owner); a pause of the ticket outside of stages (whom it waits for); a department that
has it; nobody. Where two stays overlap, which only mended records do, the one entered last counts. Tasks run inside
their stay and never count again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from balcao.processes.types import Blame, Bounce, Bucket, History, Holding, Party, Pause, Span, Stay, waited_for

Measure = Callable[[datetime, datetime], float]  # the seconds that count between two instants


def spans(history: History) -> list[Span]:
    """Return a ticket's age as spans in order, without a gap and without an overlap."""
    found: list[Span] = []
    for since, until in pairwise(_instants(history)):
        span = _span(history, since, until)
        if found and _is_same(found[-1], span):
            last = found.pop()
            span = Span(last.since, until, span.bucket, span.stage, span.department, span.visit)
        found.append(span)
    return found


def by_bucket(of: Iterable[Span], *, measure: Measure | None = None) -> dict[str, float]:
    """Add up spans by bucket, in real seconds or as measured."""
    sums: Counter[str] = Counter()
    for span in of:
        sums[span.bucket] += _measured(span.since, span.until, measure)  # type: ignore[assignment]
    return dict(sums)


def charge(history: History, *, due_at: datetime, measure: Measure | None = None) -> Blame | None:
    """Say to whom a total promise broken at its due instant is charged; None when it was kept.

    The stay that took most beyond its own limit before the total was due, in its owner's time (what it waited for
    others does not count); among equals the earlier. If no stay was late: the time nobody had the ticket, if there was
    any; else the longest stay that repeats one before (rework); else whoever had it when it fell due.
    """
    if history.ends_at <= due_at:
        return None
    own = [span for span in spans(history) if span.since < due_at]
    late = [(_overrun(stay, own, due_at, measure), -stay.number, stay) for stay in history.stays]
    over, _, worst = max(late, key=lambda one: one[:2], default=(0.0, 0, None))
    if worst is not None and over > 0:
        return Blame(_owner_bucket(worst.owner), worst.stage, worst.number, int(over))
    return _charge_without_overrun(history, own, due_at, measure)


def bounces(stays: Sequence[Stay]) -> list[Bounce]:
    """Return where work came back to a department from the one it had been handed to (ping-pong).

    A path that leads through a department twice is none: what comes back must be a rework or a stage left before.
    """
    inside = [stay for stay in stays if not _is_party(stay.owner)]
    handed = inside[:1] + [stay for before, stay in pairwise(inside) if before.owner != stay.owner]
    return [
        Bounce(first.owner, between.owner, back.number)
        for first, between, back in zip(handed, handed[1:], handed[2:], strict=False)
        if first.owner == back.owner and (back.is_rework or _was_left_before(back, stays))
    ]


def reworks(stays: Sequence[Stay]) -> int:
    """Count the stays in a stage that had been left before."""
    return len(stays) - len({stay.stage for stay in stays})


def _was_left_before(stay: Stay, stays: Sequence[Stay]) -> bool:
    return any(one.stage == stay.stage and one.number < stay.number for one in stays)


def _instants(history: History) -> list[datetime]:
    """Return every instant at which the bucket may change, the ends of the ticket among them."""
    first, last = history.opened_at, history.ends_at
    if first >= last:
        return []
    pauses = [*history.pauses, *(pause for stay in history.stays for pause in stay.pauses)]
    lasting: list[Stay | Holding | Pause] = [*history.stays, *history.holdings, *pauses]
    pairs = [*((one.since, one.until) for one in lasting), *history.solved]
    inner = {at for pair in pairs for at in pair if at is not None and first < at < last}
    return sorted({first, last, *inner})


def _span(history: History, since: datetime, until: datetime) -> Span:
    stay = _latest(one for one in history.stays if _covers(one.since, one.until, since))
    stage, department, visit = _place(stay)
    if any(_covers(start, end, since) for start, end in history.solved):
        return Span(since, until, Bucket.SOLVED)
    if stay is not None:
        pause = _pause_at(stay.pauses, since)
        bucket = waited_for(pause.reason, stay.owner).value if pause else _owner_bucket(stay.owner)
        return Span(since, until, bucket, stage, department, visit)
    if pause := _pause_at(history.pauses, since):
        return Span(since, until, waited_for(pause.reason).value)
    for holding in history.holdings[::-1]:
        if _covers(holding.since, holding.until, since):
            return Span(since, until, _owner_bucket(holding.department), department=holding.department)
    return Span(since, until, Bucket.UNOWNED)


def _place(stay: Stay | None) -> tuple[str, str, int]:
    if stay is None:
        return "", "", 0
    return stay.stage, "" if _is_party(stay.owner) else stay.owner, stay.number


def _latest(stays: Iterable[Stay]) -> Stay | None:
    return max(stays, key=lambda stay: (stay.since, stay.number), default=None)


def _pause_at(pauses: Iterable[Pause], at: datetime) -> Pause | None:
    return next((pause for pause in pauses if _covers(pause.since, pause.until, at)), None)


def _covers(since: datetime, until: datetime | None, at: datetime) -> bool:
    return since <= at and (until is None or at < until)


def _is_same(one: Span, other: Span) -> bool:
    return (one.bucket, one.stage, one.department, one.visit) == (
        other.bucket,
        other.stage,
        other.department,
        other.visit,
    )


def _is_party(owner: str) -> bool:
    return owner in set(Party)


def _owner_bucket(owner: str) -> str:
    if not owner:
        return Bucket.UNOWNED
    return owner if _is_party(owner) else f"department:{owner}"


def _measured(since: datetime, until: datetime, measure: Measure | None) -> float:
    if until <= since:
        return 0.0
    return measure(since, until) if measure else (until - since).total_seconds()


def _overrun(stay: Stay, of: list[Span], due_at: datetime, measure: Measure | None) -> float:
    if stay.due_at is None:
        return 0.0
    bucket = _owner_bucket(stay.owner)
    mine = (span for span in of if span.visit == stay.number and span.bucket == bucket)
    return sum(_measured(max(span.since, stay.due_at), min(span.until, due_at), measure) for span in mine)


def _charge_without_overrun(
    history: History, of: list[Span], due_at: datetime, measure: Measure | None
) -> Blame | None:
    unowned = sum(_measured(one.since, min(one.until, due_at), measure) for one in of if one.bucket == Bucket.UNOWNED)
    if unowned > 0:
        return Blame(Bucket.UNOWNED, seconds=int(unowned))
    again = [
        stay for place, stay in enumerate(history.stays) if stay.stage in {one.stage for one in history.stays[:place]}
    ]
    longest = max(again, key=lambda stay: _taken(stay, of, due_at, measure), default=None)
    if longest is not None and _taken(longest, of, due_at, measure) > 0:
        return Blame(_owner_bucket(longest.owner), longest.stage, longest.number)
    last = of[-1]
    return Blame(last.bucket, last.stage, last.visit)


def _taken(stay: Stay, of: list[Span], due_at: datetime, measure: Measure | None) -> float:
    bucket = _owner_bucket(stay.owner)
    mine = (span for span in of if span.visit == stay.number and span.bucket == bucket)
    return sum(_measured(span.since, min(span.until, due_at), measure) for span in mine)
