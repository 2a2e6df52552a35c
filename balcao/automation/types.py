"""The words of macros."""

from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    """What one step of a macro does."""

    TAG = "tag"
    ASSIGN = "assign"
    STATUS = "status"
    PRIORITY = "priority"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the deed and what it needs (ids, or a word of the tickets module)."""

    do: Deed
    add: tuple[int, ...] = ()  # tags
    remove: tuple[int, ...] = ()
    agent_id: int | None = None
    to_me: bool = False
    team_id: int | None = None
    status: str = ""
    days: int | None = None  # with status "waiting": back after so many days
    priority: str = ""
    topic_id: int | None = None


class BadStep(ValueError):
    """A step of a macro cannot be read; the message says which and why."""


# --- Rules: when, if, then --------------------------------------------------------------------------------------------


class Aspect(StrEnum):
    """What of a ticket a condition looks at."""

    KIND = "kind"
    TOPIC = "topic"  # this one or one below it
    PRIORITY = "priority"
    STATUS = "status"
    CHANNEL = "channel"  # kind of channel
    LANGUAGE = "language"
    TAG = "tag"
    TEAM = "team"
    ASSIGNEE = "assignee"
    UNTOUCHED = "untouched"  # by the one whom it is assigned to, since it was
    SUBJECT = "subject"  # words in it
    WORDS = "words"  # words in it, or in what the customer wrote
    HAS_ORDER = "has_order"
    ORDER_TOTAL = "order_total"  # in minor units
    VERIFIED = "verified"
    IN_HOURS = "in_hours"
    BLUEPRINT = "blueprint"
    STAGE = "stage"  # "blueprint:stage"
    DEPARTMENT = "department"  # that owes the stage
    DUE_WITHIN = "due_within"  # minutes to the next promise
    BREACHED = "breached"
    AT_RISK = "at_risk"


class Relation(StrEnum):
    """How a condition compares what it sees with its values."""

    IS = "is"  # one of them
    IS_NOT = "is_not"  # none of them
    AT_LEAST = "at_least"
    BELOW = "below"


class Act(StrEnum):
    """What one step of a rule does."""

    KIND = "kind"
    TOPIC = "topic"
    PRIORITY = "priority"
    STATUS = "status"
    ASSIGN = "assign"
    TEAM = "team"
    TAG = "tag"
    UNTAG = "untag"
    NOTE = "note"
    TELL = "tell"
    URGE = "urge"  # up the ladder of the promises, from the lead on
    SEND = "send"  # the text of a macro
    PROCESS = "process"
    WEBHOOK = "webhook"


class Outcome(StrEnum):
    """What became of one run of a rule."""

    DONE = "done"
    FAILED = "failed"  # nothing of it was done
    STOPPED = "stopped"  # by the guard against circles


class Stop(StrEnum):
    """Why the guard stops a rule."""

    AGAIN = "again"  # it is part of what led to this
    DEEP = "deep"  # too many rules led to one another
    OFTEN = "often"  # too much happens to this ticket by itself


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; ids and amounts are written as texts."""

    aspect: Aspect
    relation: Relation
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all, or any, must hold; an empty one holds."""

    every: bool = True
    parts: tuple["Condition | Group", ...] = ()


@dataclass(frozen=True, slots=True)
class RuleStep:
    """One step of a rule: an id or a word as its value, a text, days until a waiting ticket comes back."""

    act: Act
    value: str = ""
    text: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a rule says: when it looks, on what conditions, what it does."""

    events: tuple[str, ...]
    minutes: int = 0  # so long after the newest of these events; 0: at once
    where: Group = Group()
    steps: tuple[RuleStep, ...] = ()
    stops: bool = False  # rules that stand after it are not asked


@dataclass(frozen=True, slots=True)
class Facts:
    """A ticket as rules see it. Ids are written as texts; sets hold all that is true of it."""

    ticket: int
    number: int
    shop: int
    currency: str = ""
    kind: str = ""
    topics: frozenset[str] = frozenset()  # its topic and all above it
    topic: str = ""
    priority: str = "normal"
    status: str = "new"
    channels: frozenset[str] = frozenset()
    language: str = ""
    tags: frozenset[str] = frozenset()
    team: str = ""
    assignee: str = ""
    is_untouched: bool | None = None  # by its assignee since they were given it; None: it was given to nobody
    subject: str = ""
    words: str = ""
    order_total: int | None = None  # the largest of its orders
    is_verified: bool = False
    is_in_hours: bool | None = None  # None: the shop has no calendar
    blueprint: str = ""
    stage: str = ""
    department: str = ""
    due_in: int | None = None  # minutes, below 0 when late; None: nothing runs
    is_breached: bool = False
    is_at_risk: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A condition, and whether it held."""

    condition: Condition
    holds: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rule holds for a ticket, with every condition that was looked at."""

    holds: bool
    looked_at: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A step that a rule wants done, and whether it would change anything."""

    step: RuleStep
    is_needed: bool


class BadRule(ValueError):
    """A stored rule cannot be read; the message says what and why."""
