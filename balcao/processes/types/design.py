"""The words of blueprints: stages, the ways between them, fields, tasks, what happens by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from balcao.deadlines.types import PauseReason

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
    AUTHORITY = "authority"  # an outside body that examines a complaint: authority, ombudsman, portal


def waited_for(reason: PauseReason, owner: str = "") -> Party:
    """Return who is waited for in a stage of this owner.

    The reasons are a closed list in which an outside body stands with the marketplace, which decides from outside, too.
    """
    if reason is PauseReason.MARKETPLACE and owner == Party.AUTHORITY:
        return Party.AUTHORITY
    return Party(reason.value.removeprefix("waiting_"))


def reason_for(party: Party) -> PauseReason:
    """Return why the clock stands while somebody outside has it."""
    return PauseReason.MARKETPLACE if party is Party.AUTHORITY else PauseReason(f"waiting_{party}")


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
    ADDRESS = "address"  # object: the parts of a `ports.commerce.Address` that are filled in


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
    MESSAGE = "message"  # template: the key of a macro, or STAGE_NEWS for the stage's own words
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
    limit: int = 0  # minor units of the shop's currency; needed above them, and for any amount in another currency


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
