"""The words of processes that run: where one stands, what is known of it, who wants it moved and what comes of that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from balcao.processes.types.design import Actor, Effect, Transition


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
