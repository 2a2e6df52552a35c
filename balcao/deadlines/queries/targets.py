"""What shops promise, read at once for many tickets."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from balcao.deadlines.models import CalendarVersion, Target
from balcao.deadlines.queries.hours import key_of
from balcao.deadlines.rules.targets import Row, Scene, choose
from balcao.deadlines.types import ClockKind
from balcao.staff.models import Department


@dataclass(frozen=True, slots=True)
class Promise:
    """How long something may take, by which hours at one instant, and whether a machine's answer keeps it."""

    seconds: int
    calendar: str  # key of a version
    counts_bot: bool


@dataclass(frozen=True, slots=True)
class Promised:
    """The targets of some shops with the hours they count by."""

    rows: list[Row]
    versions: dict[int, list[CalendarVersion]]

    def target(
        self,
        *,
        shop: int,
        clock: ClockKind,
        at: datetime,
        owner: Department | None = None,
        kind: str = "",
        priority: str = "",
        channel: str = "",
    ) -> Promise | None:
        """Return what is promised; None when nothing is."""
        department = owner.pk if owner else None
        scene = Scene(clock, shop, department, kind=kind, priority=priority, channel_kind=channel)
        row = choose(self.rows, scene)
        return Promise(row.seconds, self.hours(int(row.calendar or 0), at=at), row.counts_bot) if row else None

    def hours(self, calendar: int, *, at: datetime) -> str:
        """Return the key of the version of a calendar that holds at an instant, of the first one before that."""
        versions = self.versions[calendar]
        holding = [version for version in versions if version.valid_from <= at]
        return key_of((holding or versions[:1])[-1])


def promised(*, shop_ids: Collection[int]) -> Promised:
    """Return what these shops promise, in two queries."""
    rows = [_row(target) for target in Target.objects.filter(Q(shop__in=shop_ids) | Q(shop=None), is_active=True)]
    return Promised(rows, _versions({int(row.calendar or 0) for row in rows}))


def _row(target: Target) -> Row:
    return Row(
        clock=ClockKind(target.clock),
        seconds=target.seconds,
        calendar=target.calendar_id,
        shop=target.shop_id,
        department=target.department_id,
        kind=target.kind,
        priority=target.priority,
        channel_kind=target.channel_kind,
        id=target.pk,
        counts_bot=target.counts_bot,
    )


def _versions(calendars: Iterable[int]) -> dict[int, list[CalendarVersion]]:
    found: dict[int, list[CalendarVersion]] = {}
    for version in CalendarVersion.objects.filter(calendar__in=set(calendars)).order_by("number"):
        found.setdefault(version.calendar_id, []).append(version)
    return found
