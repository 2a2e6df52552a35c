"""Days as the customer counts them: by `deadlines.rules.days`, in their zone and with the holidays where they live."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from balcao.deadlines.rules.days import counted, is_free
from balcao.returns.types import Length


@dataclass(frozen=True, slots=True)
class Counting:
    """By whose days is counted."""

    zone: str  # IANA
    holidays: Collection[date] = frozenset()

    def day(self, at: datetime) -> date:
        """Return the local day of an instant."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def last_day(self, start: date, period: Length, *, rolls: bool) -> date:
        """Return the last day of a period that begins after `start`.

        What rolls ends on a working day: a right of the customer's. A duty of the shop's never does.
        """
        last = counted(start, period.amount, period.unit, self.holidays)
        while rolls and is_free(last, self.holidays):
            last += timedelta(days=1)
        return last
