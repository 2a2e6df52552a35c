"""Whether a promise can be kept: by which hours it counts, and what the worst path takes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from balcao.deadlines.types import Calendar, Shift
from balcao.processes.types.design import Unit
from balcao.processes.types.faults import Fault

ROUND_THE_CLOCK = Calendar("UTC", ((Shift(0, 24 * 3600),),) * 7)  # what limits in calendar time count by


@dataclass(frozen=True, slots=True)
class Hours:
    """The calendars that a blueprint's limits count by."""

    shop: Calendar
    departments: Mapping[str, Calendar] = field(default_factory=dict)  # by role key; the others keep the shop's hours
    named: Mapping[str, Calendar] = field(default_factory=dict)  # by the key that blueprints call them by

    def of(self, *, unit: Unit, calendar: str = "", owner: str = "") -> Calendar:
        """Return the calendar of a limit; one that is not known counts as the shop's."""
        if unit is Unit.CALENDAR:
            return ROUND_THE_CLOCK
        return self.named.get(calendar) or self.departments.get(owner) or self.shop


@dataclass(frozen=True, slots=True)
class Share:
    """What one stay in a stage takes of the total, at worst."""

    stage: str
    seconds: int  # of the total's own time; 0 while the total stands
    limit_seconds: int  # the stage's own limit, in its own time
    unit: Unit
    task: str = ""  # the parallel task that takes longest, if not the stage itself


class Advice(StrEnum):
    """What would make a path fit."""

    SHORTEN = "shorten"  # `seconds`: what the stage's limit would have to lose
    RAISE_TOTAL = "raise_total"  # `seconds`: what the total would have to be
    PAUSE_TOTAL = "pause_total"  # the stage waits for somebody outside; `seconds`: what that spares
    COUNT_ALIKE = "count_alike"  # the stage counts in another time than the total; `seconds`: what that spares
    LESS_REWORK = "less_rework"  # `stage`: where the loop begins; `seconds`: what one round costs


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One piece of advice on a path that does not fit."""

    advice: Advice
    stage: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether the worst path fits into a limit, and why (not)."""

    limit_seconds: int  # the total promise, or a law's bound
    worst_seconds: int | None  # in the limit's own time; None: never due
    path: tuple[Share, ...]
    bound: str = ""  # the law's rule id; "": the total promise
    starts_at: datetime | None = None  # a start from which it takes longest
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def fits(self) -> bool:
        """Tell whether the limit holds whatever happens."""
        return self.worst_seconds is not None and self.worst_seconds <= self.limit_seconds

    @property
    def spare_seconds(self) -> int | None:
        """Return what is left of the limit at worst; negative: the overrun."""
        return None if self.worst_seconds is None else self.limit_seconds - self.worst_seconds


@dataclass(frozen=True, slots=True)
class Report:
    """What the editor says of a blueprint: it may be saved if there is no fault."""

    faults: tuple[Fault, ...]
    total: Fit | None = None  # None: faults of the path come first
    bounds: tuple[Fit, ...] = ()
