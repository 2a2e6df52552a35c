"""Where tickets stand after a merge, a split or their undo."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from balcao.tickets.rules.standing import after_customer_message, queue_of
from balcao.tickets.types import ACTIVE, HIDDEN, Direction, Queue, Status


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ticket stands and when it comes back: what a merge may change of its row."""

    status: str
    status_before: str = ""
    remind_at: datetime | None = None
    snoozed_until: datetime | None = None
    solved_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def queue(self) -> Queue:
        """Where it is looked for."""
        return queue_of(self.status, snoozed=self.snoozed_until is not None)

    def plain(self) -> dict[str, str | None]:
        """Return it as JSON holds it."""
        times = {name: getattr(self, name) for name in _TIMES}
        return {
            "status": self.status,
            "status_before": self.status_before,
            **{name: at.isoformat() if at else None for name, at in times.items()},
        }


_TIMES = ("remind_at", "snoozed_until", "solved_at", "closed_at")


def standing_from(plain: Mapping[str, str | None]) -> Standing:
    """Return a standing from what `Standing.plain` gave."""
    times = {name: datetime.fromisoformat(said) if (said := plain[name]) else None for name in _TIMES}
    return Standing(status=plain["status"] or "", status_before=plain["status_before"] or "", **times)


def absorb(target: Standing, source: Standing) -> Standing:
    """Return where a ticket stands once another went into it: an open question opens it, nothing else moves it."""
    if source.queue != Queue.OURS or target.queue == Queue.OURS:
        return target
    return _opened(target)


def on_its_own_again(frozen: Standing, *, last_direction: str) -> Standing:
    """Return where a ticket stands when it comes out of another, given who wrote last on its threads meanwhile.

    `last_direction` is empty when nobody did: then it stands exactly where it stood, as does spam and trash.
    """
    if frozen.status in HIDDEN:
        return frozen
    if last_direction == Direction.IN:
        return _opened(replace(frozen, status=after_customer_message(frozen.status)))
    if last_direction == Direction.OUT and frozen.status in ACTIVE:
        return replace(_opened(frozen), status=Status.WAITING)
    return frozen


def _opened(found: Standing) -> Standing:
    status = found.status if found.status in ACTIVE and found.status != Status.WAITING else Status.OPEN
    return Standing(status=status, status_before=found.status_before)
