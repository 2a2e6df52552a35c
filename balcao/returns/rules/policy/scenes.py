"""A case with the two sides that speak of it, and the days on which their periods begin and end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from balcao.deadlines.rules.law import Trigger
from balcao.returns.rules.policy.counting import Counting
from balcao.returns.rules.policy.rights import Right, Saying
from balcao.returns.types import Case, Claim, Length, LineCase, Side


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the parts of a decision share."""

    case: Case
    counting: Counting
    sides: Mapping[Side, Mapping[Claim, Right]]

    @property
    def notice_on(self) -> date:
        """Return the customer's own day on which they said it."""
        return self.counting.day(self.case.notice_at)

    @property
    def today(self) -> date:
        """Return the customer's own day now."""
        return self.counting.day(self.case.now)

    @property
    def delivered_on(self) -> date | None:
        """Return the day on which the last line came; None while one is out, or nobody knows when it came."""
        days = list(self.case.deliveries.values())
        return self.counting.day(max(day for day in days if day)) if days and None not in days else None

    def right(self, side: Side, claim: Claim) -> Right | None:
        """Return a claim as one side gives it."""
        return self.sides[side].get(claim)

    def start(self, trigger: str, line: LineCase | None) -> date | None:
        """Return the day from which a period counts; None while it has not come."""
        if trigger == Trigger.DEFECT_SEEN:
            return (line.defect_seen_on if line else None) or self.notice_on
        if trigger == Trigger.DELIVERY_LAST:
            return self.delivered_on
        sent = [at for at in (self.case.posted_at, self.case.received_at) if at]
        known: dict[str, datetime | None] = {
            Trigger.SENT_BACK: min(sent, default=None),
            Trigger.ORDER: self.case.ordered_at,
            Trigger.PROMISED: self.case.promised_at,
            Trigger.NOTICE: self.case.notice_at,
            Trigger.REQUEST_RECEIVED: self.case.notice_at,
            Trigger.CARRIER_HANDOVER: self.case.posted_at,
            Trigger.GOODS_RECEIVED: self.case.received_at,
        }
        at = known.get(trigger)
        return self.counting.day(at) if at else None

    def end(self, right: Right, saying: Saying, line: LineCase | None) -> date | None:
        """Return the last day of a right of the customer; None where its period has not begun."""
        start = self.start(saying.trigger, line)
        if start is None or not isinstance(saying.value, Length):
            return None
        if right.extension and not self.case.is_informed:
            start = self.counting.last_day(start, saying.value, rolls=False)
            return self.counting.last_day(start, right.extension, rolls=True)
        return self.counting.last_day(start, saying.value, rolls=True)

    def is_late(self, right: Right) -> bool:
        """Tell whether what was promised, or a law's own day, had passed before it came or they said so."""
        due = self.start(Trigger.PROMISED, None)
        if due is None and right.periods:
            saying = right.periods[0]
            start = self.start(saying.trigger, None)
            if start is not None and isinstance(saying.value, Length):
                due = self.counting.last_day(start, saying.value, rolls=False)
        return due is not None and (self.delivered_on or self.notice_on) > due
