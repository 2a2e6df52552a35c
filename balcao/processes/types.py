"""The words of processes: what a blueprint says, what a running one stands at, and what its time went to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from balcao.deadlines.types import Calendar, PauseReason, Shift

LANGUAGES = ("en", "pt-BR", "tr")  # every text of a blueprint is written in each of them
ANYWHERE = "*"  # as the only source of a transition: every stage that is no end
BUSINESS_DAY = 9 * 3600  # seconds that the defaults mean by "1 d"

Texts = Mapping[str, str]  # language -> words


class BlueprintKind(StrEnum):
    """What matter a blueprint is for; a shop's own ones are `other`."""

    RETURN = "return"
    EXCHANGE = "exchange"
    REFUND = "refund"
    CANCEL = "cancel"
    CHANGE = "address_payment_change"
    PARCEL = "late_or_lost_parcel"
    DAMAGED = "damaged_in_transport"
    CHARGEBACK = "chargeback"
    COMPLAINT = "complaint"
    PRIVACY = "privacy_request"
    OTHER = "other"


class Department(StrEnum):
    """The roles that departments play in the defaults; a shop says which of its departments plays each."""

    CS = "cs"  # customer service, the owner of the promise
    CS_LEAD = "cs_lead"
    LOG = "log"  # transport, the desk that speaks with carriers
    WH = "wh"  # warehouse
    QC = "qc"  # inspection
    FIN = "fin"  # finance
    FRD = "frd"  # fraud and risk
    CAT = "cat"  # catalogue and purchasing
    LEG = "leg"  # legal and privacy
    MGR = "mgr"  # management, ombudsman


class Party(StrEnum):
    """Somebody outside the shop who can own a stage or be waited for."""

    CUSTOMER = "customer"
    CARRIER = "carrier"
    SUPPLIER = "supplier"
    MARKETPLACE = "marketplace"
    PAYMENT_PROVIDER = "payment_provider"


def waited_for(reason: PauseReason) -> Party:
    """Return who is waited for."""
    return Party(reason.value.removeprefix("waiting_"))


class Unit(StrEnum):
    """In what time a limit counts."""

    BUSINESS = "business"  # open seconds of a calendar
    CALENDAR = "calendar"  # seconds as they pass, nights and holidays too


class FieldType(StrEnum):
    """What a field holds; the plain value it is kept as stands beside it."""

    TEXT = "text"  # str
    CHOICE = "choice"  # str, one of the keys of `choices`
    NUMBER = "number"  # int or float
    MONEY = "money"  # int, minor units of the order's currency
    DATE = "date"  # str, ISO 8601
    PHOTO = "photo"  # list of file ids
    YES_NO = "yes_no"  # bool
    DEPARTMENT = "department"  # str, a role key
    AGENT = "agent"  # int, an agent's id


class Actor(StrEnum):
    """Who takes a transition."""

    AGENT = "agent"
    CUSTOMER = "customer"  # on their page; an agent may do it in their name
    AUTOMATIC = "automatic"  # nobody: as soon as it is open


class Outcome(StrEnum):
    """How a process ended, for the reports."""

    DONE = "done"  # the customer got what they came for
    REFUSED = "refused"
    CANCELLED = "cancelled"  # the customer took it back
    EXPIRED = "expired"  # the customer did not do their part in time; can be opened again
    LOST = "lost"  # somebody outside decided against the shop


class EffectKind(StrEnum):
    """An automatic step. What its `arguments` hold stands beside it."""

    ORDER_ACTION = (
        "order_action"  # action: a `ports.commerce.ActionKind`; the others name the fields it takes values from
    )
    RETRY_ACTION = "retry_action"  # of: the key of the order action to carry out again, under its own idempotency key
    MESSAGE = "message"  # template: a key, STAGE_NEWS for the stage's own customer words
    WEBHOOK = "webhook"  # event: its name
    RETURN_LABEL = "return_label"  # none
    START = "start"  # blueprint: the key of one that begins on the same ticket
    NOTIFY = "notify"  # department: who must know at once


STAGE_NEWS = "stage_news"  # the template that tells the customer the stage's name, text and promised date


@dataclass(frozen=True, slots=True)
class Guard:
    """A named condition and its arguments; the names are those of `rules.guards.GUARDS`."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a field or one reason of a transition; `parent` makes it the second level below another."""

    key: str
    names: Texts
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One fact that a stage asks for; its value stands on the process, so later stages see it."""

    key: str
    names: Texts
    type: FieldType = FieldType.TEXT
    is_required: bool = False  # where a stage or a transition lists it
    choices: tuple[Choice, ...] = ()
    customer_may_fill: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """An automatic step that a stage wants when it is entered."""

    key: str  # unique in the blueprint; with the process, the idempotency key of what is done
    kind: EffectKind
    arguments: Mapping[str, str] = field(default_factory=dict)
    is_once: bool = True  # wanted once in the life of the process; else once for each visit


@dataclass(frozen=True, slots=True)
class Reminder:
    """Words sent to whom the stage waits for, after so many seconds in it (in the stage's own time)."""

    after_seconds: int
    texts: Texts


@dataclass(frozen=True, slots=True)
class Task:
    """A part of a stage's work that another department does at the same time."""

    key: str  # unique in the blueprint
    names: Texts
    department: str  # a role key
    limit_seconds: int
    unit: Unit = Unit.BUSINESS
    calendar: str = ""  # "": the department's
    is_obligatory: bool = True  # its stage is not left, and its process not closed, before it is done


@dataclass(frozen=True, slots=True)
class Stage:
    """One stay of the work with one owner."""

    key: str
    names: Texts
    owner: str = ""  # a role key (`Department` or a shop's own) or a `Party`; "" at an end
    limit_seconds: int = 0  # 0 at an end only
    unit: Unit = Unit.BUSINESS
    calendar: str = ""  # "": the owner department's, for a party the shop's
    customer_names: Texts = field(default_factory=dict)  # empty: the customer goes on seeing the stage before
    customer_texts: Texts = field(default_factory=dict)
    pauses: PauseReason | None = None  # who is waited for while it lasts
    pauses_total: bool = False  # whether that stops the total promise; waiting for the customer always does
    entry_fields: tuple[str, ...] = ()  # keys of fields; the required ones are filled before the stage is entered
    exit_fields: tuple[str, ...] = ()  # ... before it is left
    tasks: tuple[Task, ...] = ()
    effects: tuple[Effect, ...] = ()  # on entry
    reminders: tuple[Reminder, ...] = ()
    is_start: bool = False
    outcome: Outcome | None = None  # an end if set

    @property
    def is_end(self) -> bool:
        """Tell whether the process is over here."""
        return self.outcome is not None

    @property
    def stops_total(self) -> bool:
        """Tell whether the total promise stands while the stage lasts."""
        return self.pauses is PauseReason.CUSTOMER or (self.pauses is not None and self.pauses_total)


@dataclass(frozen=True, slots=True)
class Approval:
    """A second pair of eyes: an agent of the role, not the one who asks."""

    role: str  # a role key, as `fin` or `cs_lead`
    field: str = ""  # a money field; "": always needed
    limit: int = 0  # minor units; needed above them


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from one of some stages to another."""

    key: str
    sources: tuple[str, ...]  # stage keys, or ("*",)
    target: str
    names: Texts  # the words on the button
    actor: Actor = Actor.AGENT
    guards: tuple[Guard, ...] = ()  # all of them must hold
    fields: tuple[str, ...] = ()  # keys of fields asked for on this way alone; the required ones must be filled
    needs_reason: bool = False
    reasons: tuple[Choice, ...] = ()  # empty and needed: free words
    approval: Approval | None = None
    is_rework: bool = False  # goes back; every loop needs one such way
    most: int = 0  # times it may be taken in one process; 0: any number, which a rework may not say
    drops_work: bool = False  # leaves exit fields and tasks undone, as a cancel does


@dataclass(frozen=True, slots=True)
class Bound:
    """A law's own limit from the start to one of some stages; it never pauses, save for the customer's own stages."""

    key: str  # the rule's id, as BR-D7962-4-V
    until: tuple[str, ...]  # reached on entering the first of these
    limit_seconds: int
    unit: Unit = Unit.CALENDAR
    calendar: str = ""
    spares_customer: bool = False  # only if set is what the customer takes not counted


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A process as designed: stages, the ways between them, and the total promise to the customer."""

    key: str
    names: Texts
    kind: BlueprintKind
    total_seconds: int
    stages: tuple[Stage, ...]
    transitions: tuple[Transition, ...]
    total_unit: Unit = Unit.BUSINESS
    total_calendar: str = ""  # "": the shop's
    fields: tuple[Field, ...] = ()
    bounds: tuple[Bound, ...] = ()
    why: str = ""  # for the designer: what was weighed

    @property
    def start(self) -> Stage:
        """Return the stage where a process begins."""
        return next(stage for stage in self.stages if stage.is_start)

    def stage(self, key: str) -> Stage:
        """Return a stage by its key, or raise `KeyError`."""
        for stage in self.stages:
            if stage.key == key:
                return stage
        raise KeyError(key)

    def transition(self, key: str) -> Transition:
        """Return a transition by its key, or raise `KeyError`."""
        for transition in self.transitions:
            if transition.key == key:
                return transition
        raise KeyError(key)

    def field(self, key: str) -> Field:
        """Return a field by its key, or raise `KeyError`."""
        for one in self.fields:
            if one.key == key:
                return one
        raise KeyError(key)

    def ways_from(self, stage: str) -> tuple[Transition, ...]:
        """Return the transitions that leave a stage, in the order they are written."""
        if self.stage(stage).is_end:
            return tuple(way for way in self.transitions if stage in way.sources)
        return tuple(way for way in self.transitions if stage in way.sources or way.sources == (ANYWHERE,))


class FaultCode(StrEnum):
    """What is wrong with a blueprint; the console says it in the reader's language."""

    # Of the file: `rules.reading`.
    NOT_AN_OBJECT = "not_an_object"
    MISSING = "missing"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_WORD = "unknown_word"  # not one of the words that may stand here
    DUPLICATE = "duplicate"  # a key that another has
    NEGATIVE = "negative"
    BAD_KEY = "bad_key"  # keys are a-z, digits, _ and -, and begin with a letter
    # Of the path: `rules.checking`.
    NO_START = "no_start"
    SEVERAL_STARTS = "several_starts"
    NO_END = "no_end"
    UNREACHABLE = "unreachable"
    DEAD_END = "dead_end"  # no way from here leads to an end, or only such as go back
    LOOP = "loop"  # a loop without a rework in it
    UNBOUNDED = "unbounded"  # a rework that does not say how often
    LEAVES_END = "leaves_end"  # a way out of an end that is no rework
    TOO_MANY_LOOPS = "too_many_loops"  # more loops than can be weighed
    # Of its words and names.
    NO_TEXT = "no_text"  # a language is missing
    STILL_ASKS = "still_asks"  # the customer did their part, and goes on reading that they should
    UNKNOWN_STAGE = "unknown_stage"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_GUARD = "unknown_guard"
    UNKNOWN_ARGUMENT = "unknown_argument"
    UNKNOWN_DEPARTMENT = "unknown_department"
    UNKNOWN_CALENDAR = "unknown_calendar"
    UNKNOWN_ACTION = "unknown_action"  # of an order, or an effect to be tried again
    UNKNOWN_TEMPLATE = "unknown_template"
    UNKNOWN_BLUEPRINT = "unknown_blueprint"
    UNKNOWN_PARENT = "unknown_parent"  # of a choice or a reason
    NO_CHOICES = "no_choices"  # a choice field without any
    MONEY_TWICE = "money_twice"  # an order action that is not wanted once only
    # Of its limits.
    NO_TOTAL = "no_total"
    NO_LIMIT = "no_limit"  # a stage that may last for ever
    TASK_TOO_LONG = "task_too_long"  # a task with more time than its stage
    NEVER_DUE = "never_due"  # a calendar without open time
    DOES_NOT_FIT = "does_not_fit"  # the limits of a path are more than the total promise
    BREAKS_LAW = "breaks_law"  # ... or than a law's bound


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where ("stages.received.names") and what, with the words or numbers it speaks of."""

    where: str
    code: FaultCode
    detail: str = ""


class BlueprintRefused(ValueError):
    """A blueprint cannot be read or saved; `faults` has everything that is wrong with it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.code} {fault.detail}".rstrip() for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a guard may look at. What is not known counts against a transition, never for it."""

    now: datetime
    entered_at: datetime  # into the stage where the process stands
    fields: Mapping[str, object] = field(default_factory=dict)  # key -> plain value
    tasks: Mapping[str, bool] = field(default_factory=dict)  # key of each task begun -> whether done
    known: Mapping[str, object] = field(default_factory=dict)  # order, policy, risk: the names are in `rules.guards`
    effects: Mapping[str, bool | None] = field(default_factory=dict)  # key -> done well, failed, or None: under way
    approvals: Mapping[str, frozenset[tuple[str, int]]] = field(default_factory=dict)  # transition -> (role, agent)
    limit_passed: bool = False  # whether the stage's own clock has run out


@dataclass(frozen=True, slots=True)
class Course:
    """Where a process stands and how it came there; everything a move needs to be taken once only."""

    stage: str
    visit: int = 1  # number of the stay in the process, from 1
    taken: tuple[tuple[int, str], ...] = ()  # (visit, transition) in order
    wanted: frozenset[str] = frozenset()  # keys of effects that were wanted already

    def times(self, transition: str) -> int:
        """Return how often a transition was taken."""
        return sum(1 for _, key in self.taken if key == transition)


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants a transition taken from a visit. (visit, transition) is its idempotency key."""

    transition: str
    visit: int
    actor: Actor
    agent: int = 0  # who asks; 0: no agent
    reason: str = ""  # key of a reason, or free words


class RefusalCode(StrEnum):
    """Why a transition is not open; `web` says it in the reader's language."""

    NOT_FROM_HERE = "not_from_here"
    STALE = "stale"  # the visit it was asked from is over
    ACTOR = "actor"
    GUARD = "guard"  # detail: the guard's name
    FIELD = "field"  # detail: the key of a field to be filled
    TASK = "task"  # detail: the key of a task to be done
    REASON = "reason"  # none given, or one that is not on the list
    APPROVAL = "approval"  # detail: the role that must agree first
    TOO_OFTEN = "too_often"
    RUNNING = "running"  # another process runs on the ticket
    ASKED_ALREADY = "asked_already"  # a way out of the same visit waits for a second pair of eyes
    NO_SUCH_STAGE = "no_such_stage"  # the other version has no stage like the one where the process stands


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason against a transition."""

    code: RefusalCode
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """A transition of the present stage: open, or everything that stands against it."""

    transition: Transition
    refusals: tuple[Refusal, ...] = ()

    @property
    def is_open(self) -> bool:
        """Tell whether it may be taken now (a reason may still be asked for)."""
        return not self.refusals


class Answer(StrEnum):
    """What became of a request."""

    MOVED = "moved"
    REPEATED = "repeated"  # it had been taken from that visit already: nothing happens again
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Move:
    """What a request comes to: the course afterwards and the effects it wants."""

    answer: Answer
    course: Course
    effects: tuple[Effect, ...] = ()
    refusals: tuple[Refusal, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Step:
    """One stay of a simulated walk: how long it lasts (None: its whole limit) and the way out of it ("": none)."""

    transition: str = ""
    seconds: int | None = None  # in the stage's own time


@dataclass(frozen=True, slots=True)
class SimulatedVisit:
    """One stay of a virtual ticket."""

    stage: str
    entered_at: datetime
    due_at: datetime | None  # None at an end
    left_at: datetime | None  # None at an end, or if its calendar never opens
    is_late: bool
    total_due_at: datetime | None  # as it stands on leaving
    total_used_seconds: int = 0  # up to leaving, of the total's own time


@dataclass(frozen=True, slots=True)
class Simulation:
    """A virtual ticket's way through a blueprint."""

    visits: tuple[SimulatedVisit, ...]
    total_due_at: datetime | None  # None: never due
    ended_at: datetime | None  # None: the walk stops before an end
    total_used_seconds: int  # of the total's own time
    breached_at: datetime | None  # the due instant of the total, if that passed
    forecast_at: datetime | None  # when it would end if what is left took its whole limits


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may still come if every stage left takes its whole limit on the longest way."""

    ends_at: datetime | None  # None: a calendar never opens
    total_seconds: int  # of the total's own time; 0 for stages that stop it


class Bucket(StrEnum):
    """Whose time a second was, besides `department:<key>` and the parties' own names."""

    UNOWNED = "unowned"  # nobody had it
    SOLVED = "solved"  # between a solution and a reopening


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which somebody outside was waited for; until None: still."""

    reason: PauseReason
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """One visit as it happened, for the accounts; its tasks run inside it and are no stays."""

    number: int
    stage: str
    owner: str  # a department's key or a `Party`
    since: datetime
    until: datetime | None = None
    due_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    is_rework: bool = False  # entered by a transition that goes back


@dataclass(frozen=True, slots=True)
class Holding:
    """A time in which a department had the ticket outside of any stage."""

    department: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """All that the accounts of one ticket are made from."""

    opened_at: datetime
    ends_at: datetime  # closed, merged into another, or now
    stays: tuple[Stay, ...] = ()
    pauses: tuple[Pause, ...] = ()  # of the ticket itself, outside of stages
    holdings: tuple[Holding, ...] = ()
    solved: tuple[tuple[datetime, datetime | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A time that belongs to exactly one bucket."""

    since: datetime
    until: datetime
    bucket: str  # "department:<key>", a `Party` or a `Bucket`
    stage: str = ""
    department: str = ""  # the stage's owner department, also while somebody outside is waited for
    visit: int = 0

    @property
    def seconds(self) -> float:
        """Return its length."""
        return (self.until - self.since).total_seconds()


@dataclass(frozen=True, slots=True)
class Blame:
    """To whom a breach of the total is charged."""

    bucket: str
    stage: str = ""
    visit: int = 0
    seconds: int = 0  # what it took beyond its own limit before the total was due


@dataclass(frozen=True, slots=True)
class Bounce:
    """Work that came back at once: first -> between -> first."""

    first: str
    between: str
    visit: int  # of the coming back


class ProcessState(StrEnum):
    """Whether a process goes on."""

    RUNNING = "running"
    ENDED = "ended"


class ForwardState(StrEnum):
    """What became of a way that somebody wanted to go."""

    GONE = "gone"
    ASKED = "asked"  # waits for a second pair of eyes
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # the process went another way meanwhile


class EffectState(StrEnum):
    """How far an automatic step has come."""

    DUE = "due"
    DOING = "doing"  # in a worker's hands; one that comes back like this was begun by somebody who died
    WAITING = "waiting"  # asked for; its outcome is looked for again
    DONE = "done"
    FAILED = "failed"  # a person has to look
