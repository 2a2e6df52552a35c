"""A ticket's process as its page shows it: the track, the present stage with its ways, and what waits for somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import translation

from balcao.commerce.types import Denial
from balcao.deadlines.types import PauseReason
from balcao.processes import types
from balcao.processes.actions.moving import may_approve
from balcao.processes.models import Effect, Forward, Task
from balcao.processes.queries.permits import departments_of, may_work, may_work_on
from balcao.processes.queries.standing import promise_of_task
from balcao.processes.queries.tracks import Track, process_of_ticket
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.models import Ticket
from balcao.tickets.queries.ordering import orders_of_ticket
from balcao.tickets.queries.speaking import Speaking
from balcao.tickets.types import ACTIVE
from balcao.web.components.promises import DuePill, pause_words
from balcao.web.desk.orders import words as orders
from balcao.web.desk.orders.checks import Check, check_of
from balcao.web.desk.processes import times, trouble
from balcao.web.desk.processes.chips import Chip, chips_of, promised_words
from balcao.web.desk.processes.sheet import blocking
from balcao.web.desk.processes.words import (
    choice_words,
    outcome_words,
    owner_words,
    party_words,
    refusal_words,
    stage_or_key,
    task_words,
    text,
    way_or_key,
    why_words,
)

LEVEL_AT_LEAST, RETURN_KNOWN = "level_at_least", "return_known"  # guards that are mended with one press
_NO_RETURN = "no_return"
_REASONS = {types.BlueprintKind.DAMAGED: "damaged"}  # why things come back, where no field says it


@dataclass(frozen=True, slots=True)
class WayButton:
    """One way out of the present stage; `reason` is what stands against it."""

    key: str
    words: str
    address: str
    reason: str
    target: str
    actor: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task: whose it is, by when, and what came of it."""

    task: Task
    words: str
    department: str
    pill: DuePill | None
    can_do: bool
    is_mine: bool  # of a department of the agent's


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One way that waits for a second pair of eyes."""

    forward: Forward
    words: str
    target: str
    amount: str
    department: str
    reason: str
    is_own: bool
    can_decide: bool


@dataclass(frozen=True, slots=True)
class TroubleLine:
    """One automatic step at which somebody has to look."""

    effect: Effect
    words: str
    reason: str
    address: str = ""  # where it is mended; "": it is only tried again


class ProcessCard:
    """Read lazily: what is not drawn is not asked for."""

    def __init__(self, agent: Agent, ticket: Ticket, track: Track, *, now: datetime) -> None:
        self._agent = agent
        self._now = now
        self.ticket = ticket
        self.track = track

    @property
    def name(self) -> str:
        """Return what the process is called."""
        return text(self.track.blueprint.names)

    @property
    def is_running(self) -> bool:
        """Tell whether it goes on."""
        return self.track.is_running

    @property
    def outcome(self) -> str:
        """Return how it ended."""
        return outcome_words(self.track.process.outcome)

    @property
    def stage(self) -> str:
        """Return what the present stage is called."""
        return stage_or_key(self.track.blueprint, self.track.visit.stage)

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """Return the departments by the role that they play."""
        return {row.key: row.name for row in self.track.departments if row.key}

    @property
    def owner(self) -> str:
        """Return who has the present stage."""
        visit = self.track.visit
        if visit.department:
            return visit.department.name
        return party_words(visit.outside) if visit.outside else owner_words(self.track.stage.owner, self.roles)

    @property
    def assignee(self) -> str:
        """Return who of them does it."""
        return self.track.visit.assignee.name if self.track.visit.assignee else ""

    @property
    def why(self) -> str:
        """Return what was said when it came to the present stage, "" where nothing was."""
        return why_words(self.track.blueprint, self.track.visit)

    @property
    def is_mine(self) -> bool:
        """Tell whether the agent does the present stage."""
        return self.track.visit.assignee_id == self._agent.pk

    @cached_property
    def pill(self) -> DuePill | None:
        """Return the time left of the present stage."""
        return times.visit_pill(self.track.visit, now=self._now)

    def own_pill(self, due: DuePill | None) -> DuePill | None:
        """Return the time left of the present stage; None where the pill of the ticket says it already."""
        said = (due.due, due.state == "paused") if due else None
        return None if self.pill and (self.pill.due, self.pill.state == "paused") == said else self.pill

    @cached_property
    def chips(self) -> list[Chip]:
        """Return the track."""
        return chips_of(self.track, self.roles, now=self._now)

    @cached_property
    def promised(self) -> str:
        """Return the day until which the customer was promised the end, "" without one."""
        due = self.track.promised_at
        language = translation.get_language() or "en"
        return promised_words(due, now=self._now, language=language) if due else ""

    @cached_property
    def can_work(self) -> bool:
        """Tell whether the agent may do the present stage."""
        return may_work_on(self._agent, self.track.visit, shop_id=self.ticket.shop_id)

    @property
    def can_do_order_work(self) -> bool:
        """Tell whether the agent may have a step tried again, which may act on the order."""
        return self._agent.may(Permission.TICKET_EDIT)

    @cached_property
    def ways(self) -> list[WayButton]:
        """Return the ways out of the present stage."""
        return [self._way(opening) for opening in self._openings]

    @cached_property
    def _openings(self) -> list[types.Opening]:
        return self.track.openings(agent=self._agent.pk, now=self._now)

    @property
    def own_ways(self) -> list[WayButton]:
        """Return those that an agent takes."""
        return [way for way in self.ways if way.actor == types.Actor.AGENT]

    @property
    def other_ways(self) -> list[WayButton]:
        """Return those that the customer takes, or that are taken by themselves: an agent may take them by hand."""
        return [way for way in self.ways if way.actor != types.Actor.AGENT]

    @property
    def first_ways(self) -> list[WayButton]:
        """Return the ways that stand ready as buttons: those that are free; if none is, all that an agent takes."""
        own = self.own_ways
        return [way for way in own if not way.reason] or own

    @property
    def rest_ways(self) -> list[WayButton]:
        """Return the ways that a menu holds."""
        first = {way.key for way in self.first_ways}
        return [way for way in self.own_ways + self.other_ways if way.key not in first]

    def _way(self, opening: types.Opening) -> WayButton:
        way, track = opening.transition, self.track
        against = blocking(way, opening.refusals)
        reason = refusal_words(against[0], track.blueprint, self.roles, way=way.key) if against else ""
        address = reverse("desk:way", args=[self.ticket.number, track.visit.pk, way.key])
        target = stage_or_key(track.blueprint, way.target)
        return WayButton(way.key, text(way.names), address, reason, target, way.actor.value)

    @cached_property
    def tasks(self) -> list[TaskLine]:
        """Return the tasks beside the present stage."""
        return [self._task(task) for task in self.track.tasks]

    def _task(self, task: Task) -> TaskLine:
        can_do = may_work(self._agent, shop_id=self.ticket.shop_id, department_id=task.department_id)
        return TaskLine(
            task=task,
            words=task_words(self.track.blueprint, task.key, task.title),
            department=task.department.name if task.department else "",
            pill=times.pill_of(promise_of_task(task), now=self._now) if not task.done_at else None,
            can_do=can_do and task.done_at is None,
            is_mine=task.department_id in departments_of(self._agent),
        )

    @cached_property
    def asked(self) -> list[AskedLine]:
        """Return the ways that wait for a second pair of eyes."""
        return [self._asked(row) for row in self.track.asked]

    def _asked(self, row: Forward) -> AskedLine:
        return asked_line(row, self.track, self._agent, self.roles)

    @cached_property
    def troubles(self) -> list[TroubleLine]:
        """Return the automatic steps at which somebody has to look."""
        return [self._trouble(row) for row in self.track.failed]

    def _trouble(self, row: Effect) -> TroubleLine:
        address = self.wizard if row.code == _NO_RETURN else ""
        return TroubleLine(row, trouble.step_words(row), trouble.trouble_words(row), address)

    @cached_property
    def wizard(self) -> str:
        """Return where it is said what comes back, while nobody said it and the process asks for it; else ""."""
        if self.track.process.facts.get("return_known") or not self._agent.may(Permission.ORDER_ACT):
            return ""
        is_asked = any(RETURN_KNOWN in {one.detail for one in opening.refusals} for opening in self._openings)
        is_missed = any(row.code == _NO_RETURN for row in self.track.failed)
        if not (is_asked or is_missed):
            return ""
        order = self.track.process.order or next(iter(orders_of_ticket(self.ticket)), None)
        if order is None:
            return ""
        blueprint = self.track.blueprint
        reason = self.track.process.fields.get("reason") or _REASONS.get(blueprint.kind, "")
        query = urlencode({"blueprint": blueprint.key, "reason": reason})
        return f"{reverse('desk:return_new', args=[self.ticket.number, order.pk])}?{query}"

    @cached_property
    def proof(self) -> Check | None:
        """Return how the customer can show who they are, where something waits for that; None where nothing does."""
        order = self.track.process.order
        refused = {one.detail for opening in self._openings for one in opening.refusals}
        is_wanted = LEVEL_AT_LEAST in refused or any(row.code == Denial.LEVEL for row in self.track.failed)
        if order is None or not is_wanted:
            return None
        speaking = Speaking(self.ticket, order.account, order, now=self._now)
        return check_of(order, speaking.talk, speaking.level)

    @property
    def pauses(self) -> list[tuple[str, str]]:
        """Return whom a stage may wait for."""
        return [(reason.value, pause_words(reason)) for reason in PauseReason]

    @property
    def bounces(self) -> int:
        """Return how often work came back to the department that it came from."""
        return self.track.process.returns_to_sender

    @property
    def reworks(self) -> int:
        """Return how often a stage was gone through again."""
        return self.track.process.reworks


def asked_line(row: Forward, track: Track, agent: Agent, roles: Mapping[str, str]) -> AskedLine:
    """Return a way that waits for a second pair of eyes, as it is put before those who decide."""
    way = next((one for one in track.blueprint.transitions if one.key == row.transition), None)
    approval = way.approval if way else None
    amount = row.fields.get(approval.field, track.process.fields.get(approval.field)) if approval else None
    process = track.process
    currency = process.order.currency if process.order else process.shop.currency
    role = approval.role if approval else ""
    return AskedLine(
        forward=row,
        words=way_or_key(track.blueprint, row.transition),
        target=stage_or_key(track.blueprint, row.target),
        amount=orders.money(amount, currency) if isinstance(amount, int) else "",
        department=roles.get(role, role),
        reason=" · ".join(
            filter(None, [choice_words(way.reasons, row.reason) if way and row.reason else "", row.remark])
        ),
        is_own=row.agent_id == agent.pk,
        can_decide=row.agent_id != agent.pk and may_approve(agent, role),
    )


def may_begin(agent: Agent, ticket: Ticket) -> bool:
    """Tell whether an agent may start a process on a ticket; while one runs it is asked for nowhere."""
    is_open = ticket.status in ACTIVE and not ticket.merged_into_id
    return is_open and agent.may(Permission.TICKET_EDIT) and agent.may(Permission.STAGE_WORK)


def card_of(agent: Agent, ticket: Ticket, *, now: datetime) -> ProcessCard | None:
    """Return the process of a ticket as its page shows it; None where there was none."""
    process = process_of_ticket(ticket)
    if process is None:
        return None
    process.ticket = ticket
    return ProcessCard(agent, ticket, Track(process), now=now)
