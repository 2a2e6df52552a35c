"""The words of promises: calendars, clocks, what happens to them and what is read off them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class ClockKind(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"  # the total promise to the customer
    STAGE = "stage"  # what a department owes in one visit of a stage
    LEGAL = "legal"  # a term of the law, counted in days


class PauseReason(StrEnum):
    """Whom a paused clock waits for: a closed list, so that nobody pauses for the sake of a figure."""

    CUSTOMER = "waiting_customer"
    CARRIER = "waiting_carrier"
    SUPPLIER = "waiting_supplier"
    MARKETPLACE = "waiting_marketplace"
    PAYMENT_PROVIDER = "waiting_payment_provider"


class EventType(StrEnum):
    """What may happen to a clock."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    SET_TARGET = "set_target"
    SET_CALENDAR = "set_calendar"
    FULFIL = "fulfil"
    REOPEN = "reopen"
    CANCEL = "cancel"
    BREACH = "breach"
    VOID = "void"


class ReopenMode(StrEnum):
    """What a reopened clock does with the time used before it was fulfilled."""

    RESUME = "resume"  # it stays used; the time in between does not count
    RESTART = "restart"  # a new cycle from nothing


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What falls due on a clock's way, each fired once."""

    WARN_50 = "warn_50"
    WARN_75 = "warn_75"
    WARN_90 = "warn_90"
    BREACH = "breach"
    OVERRUN = "overrun"  # as much time again: the manager hears of it
    AT_ONCE = "at_once"  # somebody said that it cannot wait
    LONG_PAUSE = "long_pause"  # paused for so long that somebody should look


@dataclass(frozen=True, slots=True)
class Shift:
    """One opening of a date, in seconds of wall time after its midnight; a night shift closes after 24 hours."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody works: a zone, seven days from Monday on, and dates that differ; equal by value."""

    zone: str
    weekly: tuple[tuple[Shift, ...], ...]
    overrides: tuple[tuple[date, tuple[Shift, ...]], ...] = ()
    # Calendars are keys of a cache that is asked some ten times for each clock.
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.zone, self.weekly, self.overrides)))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One fact in the life of a clock; what a type has no use for stays empty."""

    at: datetime
    type: EventType
    sequence: int = 0  # orders events of the same instant and type
    target_seconds: int | None = None  # of start and set_target
    calendar: str = ""  # of start and set_calendar: the key of a calendar version
    reason: str = ""  # of pause a PauseReason; of cancel and void words
    mode: ReopenMode | None = None  # of reopen; None: as long ago as the fulfilment says


@dataclass(frozen=True, slots=True)
class Reading:
    """How a clock stands at an instant; all spans are in seconds of open time."""

    state: ClockState
    cycle: int  # 1, and one more after each restart
    started_at: datetime  # of this cycle
    target: int
    calendar: str
    used: int
    due_at: datetime | None  # None while paused, when cancelled, and when it can never be due
    is_never_due: bool  # the calendar has no open minute in reach: somebody must mend it
    paused_at: datetime | None
    paused_for: PauseReason | None
    ended_at: datetime | None  # fulfilled or cancelled
    is_in_time: bool | None  # fulfilled_at <= due_at; None when it is not fulfilled
    breached_at: datetime | None  # the due instant that passed, unless it was voided

    @property
    def remaining(self) -> int:
        """Return what is left of the target; less than nothing when it is used up."""
        return self.target - self.used


@dataclass(frozen=True, slots=True)
class Fire:
    """A step and the instant from which it is due."""

    step: Step
    at: datetime


class Refusal(StrEnum):
    """Why a deed on a clock, calendar or target is refused; the faces translate each."""

    NEVER = "never"  # such a clock is not paused, or not reopened
    NOT_ALLOWED = "not_allowed"
    NO_REASON = "no_reason"
    NO_BREACH = "no_breach"
    KEY_TAKEN = "key_taken"
    TARGET_TAKEN = "target_taken"  # another target fits exactly the same
    UNCHANGED = "unchanged"


class ClockRefused(Exception):
    """A deed that is not possible, with its reason."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
