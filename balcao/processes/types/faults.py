"""What may be wrong with a blueprint."""

from dataclasses import dataclass
from enum import StrEnum


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
