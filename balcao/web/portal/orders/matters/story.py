"""A matter as its customer reads it: where it stands in plain words, what was and is ahead, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import translation

from balcao.deadlines.models import Clock
from balcao.deadlines.types import ClockKind, ClockState, PauseReason
from balcao.processes.models import Process
from balcao.processes.queries.hours import hours_of
from balcao.processes.queries.standing import usual_path
from balcao.processes.queries.tracks import Leg, Track
from balcao.processes.rules.customers import expected_leavings
from balcao.processes.types import Party, Texts
from balcao.tickets.rules.topics import said_in
from balcao.web.portal.orders.matters import words

_MOST_AHEAD = 3  # steps that are drawn before the last one
_WORTH_HIDING = 2


def told(texts: Texts) -> str:
    """Return a blueprint's words in the language of the page."""
    return said_in(texts, [translation.get_language() or "en"])


@dataclass(frozen=True, slots=True)
class Step:
    """One stage as the customer sees it. Its moment: when it was done, or until when it will be."""

    name: str
    text: str
    state: str  # "done", "running", or "" for what is ahead
    at: datetime | None = None


class Matter:
    """A process as it is drawn for its customer; read lazily."""

    def __init__(self, process: Process, *, now: datetime) -> None:
        self.process = process
        self.now = now
        self.track = Track(process)

    @cached_property
    def steps(self) -> list[Step]:
        """Return the way: what was, what is and what is ahead, each stage that has words for the customer."""
        return _joined([step for leg in self.track.legs if (step := self._step(leg))])

    @cached_property
    def shown(self) -> list[tuple[int, Step | None]]:
        """Return the steps as they are drawn, each with its number; None stands for those in between, with how many."""
        ahead = [number for number, step in enumerate(self.steps) if not step.state]
        hidden = ahead[_MOST_AHEAD:-1]
        numbered = list(enumerate(self.steps, 1))
        if len(hidden) < _WORTH_HIDING:
            return list(numbered)
        return [*numbered[: hidden[0]], (len(hidden), None), *numbered[hidden[-1] + 1 :]]

    @cached_property
    def here(self) -> Step | None:
        """Return the stage where it stands, as the customer knows it."""
        return next((step for step in reversed(self.steps) if step.state), None)

    @cached_property
    def _total(self) -> Clock | None:
        rows = Clock.objects.filter(ticket_id=self.process.ticket_id, kind=ClockKind.RESOLUTION)
        return rows.order_by("-number").first()

    @property
    def is_over(self) -> bool:
        """Tell whether it has come to its end."""
        return not self.track.is_running

    @cached_property
    def is_waiting_for_them(self) -> bool:
        """Tell whether it is the customer's turn."""
        visit = self.track.visit
        return not self.is_over and (visit.outside == Party.CUSTOMER or visit.paused_for == PauseReason.CUSTOMER)

    @property
    def is_asked_in_words(self) -> bool:
        """Tell whether an agent waits for an answer of theirs, in a stage that is the shop's."""
        return self.is_waiting_for_them and self.track.visit.outside != Party.CUSTOMER

    @property
    def promised_at(self) -> datetime | None:
        """Return until when it was promised to be settled; None while nothing runs."""
        total = self._total
        is_running = total is not None and total.state == ClockState.RUNNING and not self.is_over
        return total.due_at if total and is_running else None

    @property
    def their_due_at(self) -> datetime | None:
        """Return until when they should do their part."""
        due_at = self.track.visit.due_at
        is_theirs = self.is_waiting_for_them and self.track.visit.outside == Party.CUSTOMER
        return due_at if is_theirs and due_at and due_at > self.now else None

    @property
    def broken_at(self) -> datetime | None:
        """Return the promised moment that has passed without being kept; None as long as it was kept."""
        total = self._total
        if total is None or total.is_voided:
            return None
        is_passed = not self.is_over and total.state == ClockState.RUNNING and total.due_at and total.due_at < self.now
        return total.breached_at or (total.due_at if is_passed else None)

    @property
    def is_late(self) -> bool:
        """Tell whether the promised moment is over and it still goes on."""
        return self.broken_at is not None and not self.is_over

    @property
    def chip(self) -> tuple[str, str, str] | None:
        """Return how it stands with the promise: tone, icon and words."""
        return words.chip(
            is_over=self.is_over,
            is_waiting=self.is_waiting_for_them,
            is_broken=self.broken_at is not None,
            is_at_risk=bool(self._total and self._total.is_at_risk),
            is_promised=self._total is not None,
        )

    @cached_property
    def expected(self) -> Mapping[str, datetime]:
        """Return until when the present stage and those ahead will be left, as far as that is for us to say."""
        visit = self.track.visit
        if self.is_over or self.is_waiting_for_them:
            return {}
        path = usual_path(self.process.version_id, visit.stage)
        first = visit.due_at if visit.due_at and visit.due_at > self.now else self.now
        hours = hours_of(self.process.shop, at=self.now)
        return expected_leavings(self.track.blueprint, path, leaves_first_at=first, hours=hours)

    @cached_property
    def takes_their_time(self) -> bool:
        """Tell whether something ahead is theirs to do: the promise waits for that."""
        ahead = (leg.stage for leg in self.track.legs if leg.visit is None)
        return not self.is_over and any(stage.pauses == PauseReason.CUSTOMER for stage in ahead)

    def _step(self, leg: Leg) -> Step | None:
        name = told(leg.stage.customer_names)
        if not name:
            return None
        text = told(leg.stage.customer_texts)
        if leg.visit is not None and (leg.is_done or leg.stage.is_end):
            return Step(name, text, "done", leg.visit.left_at or leg.visit.entered_at)
        if leg.is_running:
            return Step(name, text, "running", self._running_until(leg))
        return Step(name, text, "", self._ahead_until(leg))

    def _running_until(self, leg: Leg) -> datetime | None:
        due_at = leg.visit.due_at if leg.visit else None
        return self._by_promise(due_at) if due_at and due_at > self.now else None

    def _ahead_until(self, leg: Leg) -> datetime | None:
        if leg.stage.is_end:
            return self.promised_at if not self.is_late and leg.stage.key in self.expected else None
        return self._by_promise(self.expected.get(leg.stage.key))

    def _by_promise(self, moment: datetime | None) -> datetime | None:
        """Return a moment, or the promised one if that is sooner: no day beyond it is told."""
        promised = self.promised_at if not self.is_late else None
        return min(moment, promised) if moment and promised else moment


def _joined(steps: list[Step]) -> list[Step]:
    """Return the steps without those that say the same as the one before: the newer one stands."""
    kept: list[Step] = []
    for step in steps:
        if kept and kept[-1].name == step.name:
            kept.pop()
        kept.append(step)
    return kept
