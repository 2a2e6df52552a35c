"""Telling people that time runs out: who must do what by when, and who above them when nobody answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from balcao.deadlines.actions.escalating import escalate
from balcao.deadlines.actions.hand import Hand, reading_of
from balcao.deadlines.models import Clock, Escalation
from balcao.deadlines.queries.targets import Promised
from balcao.deadlines.rules import ladder
from balcao.deadlines.rules.histories import last_said
from balcao.deadlines.rules.ladder import Rung
from balcao.deadlines.types import ClockKind, Fire, Step
from balcao.journal.models import Entry
from balcao.journal.types import Subject, SubjectKind
from balcao.notices.actions import tell
from balcao.notices.models import NoticeKind
from balcao.pipeline.late_words import AT_RISK
from balcao.pipeline.promises.batch import Batch
from balcao.processes.models import Task, Visit
from balcao.staff.models import Agent, Department
from balcao.staff.types import Role
from balcao.tickets.models import Ticket

_WARNINGS = (Step.WARN_75, Step.WARN_90)
_ROLES = {Rung.SUPERVISORS: Role.SUPERVISOR, Rung.ADMINS: Role.ADMIN}


@dataclass(slots=True)
class Crier:
    """Tells the right people, for a batch of clocks at once."""

    batch: Batch
    clocks: Sequence[Clock]
    now: datetime
    _assignees: dict[int, Agent | None] = field(default_factory=dict)
    _leads: dict[int, Agent | None] = field(default_factory=dict)
    _above: dict[tuple[int, Rung], list[Agent]] = field(default_factory=dict)

    def cry(self, clock: Clock, steps: Sequence[Step]) -> None:
        """Tell everybody whom the steps concern, once and of the highest: the others would only repeat it."""
        rungs = {step: rung for step in steps if (rung := ladder.rung_of(step)) is not None}
        if not rungs:
            return
        step = ladder.highest(list(rungs))
        found = [self._people(clock, rung) for rung in rungs.values()]
        agents = [agent for _, people in found for agent in people]
        if Step.BREACH in rungs:
            agents += self._on(clock, Rung.ASSIGNEE)
        name = ladder.name_of(Fire(step, self.now), reading_of(clock))
        due = clock.due_at if step in _WARNINGS else None
        self._ask(clock, step.value, name, max(rung for rung, _ in found), agents, due=due)

    def warn(self, clock: Clock, step: str) -> None:
        """Tell the lead of something that nobody has to take up yet."""
        ticket = self.batch.tickets.get(clock.ticket_id)
        _, agents = self._people(clock, Rung.LEAD)
        if ticket:
            self._tell(clock, ticket, agents, NoticeKind.DEADLINE, step, clock.due_at)

    def go_up(self, asked: Escalation) -> None:
        """Tell those above the ones who did not answer."""
        above = ladder.above(Rung(asked.rung))
        clock = next(clock for clock in self.clocks if clock.pk == asked.clock_id)
        if above is not None:
            rung, agents = self._people(clock, above)
            of, _, _ = asked.step.partition("+")
            self._ask(clock, ladder.UP, f"{of}+{int(rung)}", rung, agents, due=None)

    def _ask(
        self, clock: Clock, step: str, name: str, rung: Rung, people: Sequence[Agent], *, due: datetime | None
    ) -> None:
        agents = [agent for agent in dict.fromkeys(people) if self._sees(agent, clock)]
        ticket = self.batch.tickets.get(clock.ticket_id)
        asked = escalate(clock=clock, step=name, rung=rung, agents=agents, due=due, at=self.now)
        if ticket is None or not agents:
            return
        kind = NoticeKind.DEADLINE if step in _WARNINGS else NoticeKind.ESCALATION
        is_urged = f".{Step.AT_ONCE}." in name
        why = str(last_said(clock.events, "why") or "") if is_urged else ""
        self._tell(clock, ticket, agents, kind, step, due or asked.answer_by, is_urged=is_urged, why=why)

    def _tell(
        self,
        clock: Clock,
        ticket: Ticket,
        agents: Sequence[Agent],
        kind: NoticeKind,
        step: str,
        by: datetime | None,
        **more: Any,
    ) -> None:
        facts = {**self._facts(clock, ticket), "step": step, "by": by.isoformat() if by else "", **more}
        subject = Subject(SubjectKind.TICKET, ticket.pk)
        tell(
            agents=agents,
            kind=kind,
            subject=subject,
            facts=facts,
            now=self.now,
            shop_id=clock.shop_id,
            keeps_newest=True,
        )

    def _facts(self, clock: Clock, ticket: Ticket) -> dict[str, Any]:
        doer = self._doer(clock)
        who = doer.name if doer else clock.owner.name if clock.owner else ""
        return {"number": ticket.number, "who": who, "due_kind": clock.kind, "clock": clock.pk}

    # --- Who --------------------------------------------------------------------------------------------------------

    def _people(self, clock: Clock, rung: Rung) -> tuple[Rung, list[Agent]]:
        """Return whom a step tells: those of its rung, or of the first one above it where somebody is."""
        for one in Rung:
            if one >= rung and (found := [agent for agent in self._on(clock, one) if self._sees(agent, clock)]):
                return one, found
        return Rung.ADMINS, []

    def _sees(self, agent: Agent, clock: Clock) -> bool:
        return agent.is_active and agent.sees_shop(clock.shop_id)

    def _on(self, clock: Clock, rung: Rung) -> list[Agent]:
        if rung == Rung.ASSIGNEE:
            doer = self._doer(clock)
            return [doer] if doer else []
        if rung == Rung.LEAD:
            lead = self._lead(clock.owner)
            return [lead] if lead else []
        return self._of_role(clock.shop_id, rung)

    def _doer(self, clock: Clock) -> Agent | None:
        """Return who has to do it: whoever has the stage or the task, or else the ticket."""
        if not self._assignees:
            self._assignees = self._all_doers()
        return self._assignees.get(clock.pk)

    def _all_doers(self) -> dict[int, Agent | None]:
        of_tickets = {ticket.assignee_id for ticket in self.batch.tickets.values() if ticket.assignee_id}
        agents = Agent.objects.in_bulk(of_tickets)
        stages = [clock.pk for clock in self.clocks if clock.kind == ClockKind.STAGE]
        doers: dict[int, Agent | None] = {}
        for clock in self.clocks:
            ticket = self.batch.tickets.get(clock.ticket_id)
            is_ours = clock.kind != ClockKind.STAGE and ticket and ticket.assignee_id
            doers[clock.pk] = agents.get(ticket.assignee_id) if is_ours and ticket and ticket.assignee_id else None
        for rows in (Visit.objects.filter(clock__in=stages), Task.objects.filter(clock__in=stages)) if stages else ():
            for row in rows.select_related("assignee"):
                doers[row.clock_id or 0] = row.assignee
        return doers

    def _lead(self, department: Department | None) -> Agent | None:
        if department is None or department.lead_id is None:
            return None
        if department.pk not in self._leads:
            self._leads[department.pk] = department.lead
        return self._leads[department.pk]

    def _of_role(self, shop_id: int, rung: Rung) -> list[Agent]:
        if (shop_id, rung) not in self._above:
            here = Q(every_shop=True) | Q(shops=shop_id)
            rows = Agent.objects.filter(here, role=_ROLES[rung], is_active=True).distinct()
            self._above[shop_id, rung] = list(rows.order_by("pk"))
        return self._above[shop_id, rung]


# --- What will be late, although nothing is yet -----------------------------------------------------------------------


def tell_at_risk(entry: Entry, now: datetime) -> None:
    """Tell the lead of who owes a promise, or else the supervisors, that by the forecast it will not hold."""
    clock = Clock.objects.filter(pk=entry.facts["clock"], is_at_risk=True).select_related("owner__lead").first()
    ticket = Ticket.objects.filter(pk=clock.ticket_id).select_related("assignee").first() if clock else None
    if clock is None or ticket is None:
        return
    batch = Batch(tickets={ticket.pk: ticket}, hand=Hand([clock]), messages={}, promised=Promised([], {}), owner=None)
    Crier(batch, [clock], now).warn(clock, AT_RISK)
