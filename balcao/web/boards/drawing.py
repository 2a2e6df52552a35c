"""The figures of stages as a board draws them: named, in the reader's language, the worst first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import get_language, gettext, pgettext

from balcao.insights import rules
from balcao.insights.queries import stages as reading
from balcao.insights.types import DepartmentFigures, Owed, StageFigures
from balcao.processes.models import Blueprint
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.types import Party
from balcao.staff.models import Agent, Department
from balcao.tickets.rules.topics import said_in

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage on the board."""

    figures: StageFigures
    process: str
    name: str
    owner: str
    beyond: timedelta
    lasted: timedelta  # one stay, on the average

    @property
    def kept(self) -> int:
        """Return how many of a hundred stays were left in time."""
        return round(100 * (self.figures.stays - self.figures.late) / self.figures.stays)


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One thing that somebody must do."""

    owed: Owed
    stage: str
    owner: str


@dataclass(frozen=True, slots=True)
class Share:
    """Whose time it was."""

    name: str
    length: timedelta
    part: float  # of a hundred
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Board:
    """Time by stage and department, where tickets stick, who must do what."""

    stages: Sequence[StageRow]
    sticking: Sequence[StageRow]
    departments: Sequence[tuple[str, DepartmentFigures]]
    shares: Sequence[Share]
    owed: Sequence[OwedRow]
    stays: int
    late: int
    again: int

    @property
    def kept(self) -> int | None:
        """Return how many of a hundred stays kept their limit; None where there were none."""
        return round(100 * (self.stays - self.late) / self.stays) if self.stays else None


class Names:
    """What blueprints, stages and departments are called in the active language, each read once."""

    def __init__(self) -> None:
        self._language = get_language() or "en"
        self.departments = dict(Department.objects.values_list("pk", "name"))
        self._current = dict(Blueprint.objects.exclude(current=None).values_list("pk", "current_id"))

    def process(self, blueprint: int) -> str:
        """Return what a blueprint is called."""
        version = self._current.get(blueprint)
        return said_in(blueprint_by_id(version).names, [self._language]) if version else ""

    def stage(self, key: str, *, version: int | None) -> str:
        """Return what a stage is called in a version; its key where that has none such."""
        known = {one.key: one for one in blueprint_by_id(version).stages} if version else {}
        return said_in(known[key].names, [self._language]) if key in known else key

    def stage_now(self, blueprint: int, key: str) -> str:
        """Return what a stage is called in the present version."""
        return self.stage(key, version=self._current.get(blueprint))

    def owner(self, department: int | None, outside: str) -> str:
        """Return who has it."""
        if department:
            return self.departments.get(department, "")
        return party_words(outside) if outside else gettext("Nobody")


def party_words(party: str) -> str:
    """Return what somebody outside is called."""
    return {
        Party.CUSTOMER: pgettext("party", "Customer"),
        Party.CARRIER: pgettext("party", "Carrier"),
        Party.SUPPLIER: pgettext("party", "Supplier"),
        Party.MARKETPLACE: pgettext("party", "Marketplace"),
        Party.PAYMENT_PROVIDER: pgettext("party", "Payment provider"),
        Party.AUTHORITY: pgettext("party", "Outside body"),
    }[Party(party)]


def board_of(*, agent: Agent, since: datetime, now: datetime, shop: int | None, blueprint: int | None) -> Board:
    """Return the board of an agent's shops, or of one of them."""
    shops = agent.shop_ids() & {shop} if shop else agent.shop_ids()
    names = Names()
    found = reading.figures(shops=shops, since=since, until=now, blueprint=blueprint)
    open_now, late_now = reading.standing(shops=shops, departments=names.departments, now=now)
    rows = [_row(one, names) for one in found]
    rows.sort(key=lambda row: row.figures.lasted, reverse=True)
    worst = rules.sticking(found)
    held = rules.by_department(found, open_now={k: v for k, v in open_now.items() if v}, late_now=late_now)
    return Board(
        stages=rows,
        sticking=[_row(one, names) for one in worst],
        departments=[(names.owner(one.department, ""), one) for one in held],
        shares=_shares(found, names),
        owed=[_owed(one, names) for one in reading.owed(shops=shops, now=now)],
        stays=sum(one.stays for one in found),
        late=sum(one.late for one in found),
        again=sum(one.again for one in found),
    )


def _row(one: StageFigures, names: Names) -> StageRow:
    return StageRow(
        figures=one,
        process=names.process(one.blueprint),
        name=names.stage_now(one.blueprint, one.stage),
        owner=names.owner(one.department, one.outside),
        beyond=timedelta(seconds=rules.beyond(one)),
        lasted=timedelta(seconds=one.lasted // one.stays),
    )


def _owed(one: Owed, names: Names) -> OwedRow:
    return OwedRow(one, names.stage(one.stage, version=one.version), names.owner(one.department, one.outside))


def _shares(found: Iterable[StageFigures], names: Names) -> list[Share]:
    seconds: Mapping[str, int] = rules.shares(found)
    whole = sum(seconds.values())
    return [
        Share(_bucket(key, names), timedelta(seconds=value), 100 * value / whole, not key.startswith("department:"))
        for key, value in seconds.items()
        if value
    ]


def _bucket(key: str, names: Names) -> str:
    if key == "waiting":
        return gettext("Waiting for others within stages")
    if key.startswith("department:"):
        return names.owner(int(key.partition(":")[2]) or None, "")
    return party_words(key)
