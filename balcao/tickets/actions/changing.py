"""Changing a ticket: who owns it, where it stands, how it is marked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from balcao.journal.actions import record
from balcao.journal.types import Actor, ActorKind, Subject, SubjectKind
from balcao.kit.redact import redact_cards
from balcao.staff.models import Agent, Team
from balcao.tickets import rules
from balcao.tickets.actions.holding import take_hold
from balcao.tickets.actions.merging import stand, standing_of
from balcao.tickets.actions.tallies import recounted
from balcao.tickets.models import Tag, Ticket
from balcao.tickets.types import ACTIVE, HIDDEN, Priority, Refusal, Status, TicketRefused


def _announce(
    name: str,
    ticket: Ticket,
    agent: Agent | None,
    *,
    now: datetime,
    facts: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
    about: Sequence[Subject] = (),
) -> None:
    record(
        name=name,
        at=now,
        actor=Actor(ActorKind.AGENT, agent.pk) if agent else Actor(ActorKind.SYSTEM),
        about=[Subject(SubjectKind.TICKET, ticket.pk), *about],
        shop_id=ticket.shop_id,
        facts={"ticket": ticket.pk, "number": ticket.number, **(facts or {})},
        personal=personal,
    )


def _check(ticket: Ticket) -> None:
    take_hold(ticket)
    if ticket.merged_into_id:
        raise TicketRefused(Refusal.MERGED)


@transaction.atomic
def assign(*, ticket: Ticket, assignee: Agent | None, team: Team | None, agent: Agent | None, now: datetime) -> None:
    """Give a ticket to an agent, a team, both or nobody."""
    _check(ticket)
    if assignee and not (assignee.is_active and assignee.sees_shop(ticket.shop_id)):
        raise TicketRefused(Refusal.NO_SUCH_AGENT)
    if (ticket.assignee_id, ticket.team_id) == (assignee and assignee.pk, team and team.pk):
        return
    before = {"assignee": ticket.assignee_id, "team": ticket.team_id}
    with recounted(ticket):
        ticket.assignee, ticket.team = assignee, team
    ticket.save(update_fields=["assignee", "team"])
    after = {"assignee": ticket.assignee_id, "team": ticket.team_id}
    about = [Subject(SubjectKind.AGENT, assignee.pk)] if assignee else []
    _announce("ticket.assigned", ticket, agent, now=now, facts={"before": before, "after": after}, about=about)


@transaction.atomic
def set_status(
    *, ticket: Ticket, status: Status, agent: Agent | None, now: datetime, remind_at: datetime | None = None
) -> None:
    """Move a ticket to a status; a waiting one may carry the date on which it comes back."""
    _check(ticket)
    if remind_at and remind_at <= now:
        raise TicketRefused(Refusal.IN_THE_PAST)
    before = ticket.status
    if before == status and ticket.remind_at == remind_at:
        return
    if ticket.is_held_open and status not in ACTIVE:
        raise TicketRefused(Refusal.HELD_OPEN)
    with recounted(ticket):
        if status in HIDDEN and before not in HIDDEN:
            ticket.status_before = before
        ticket.status = status
        ticket.remind_at = remind_at if status == Status.WAITING else None
        ticket.snoozed_until = ticket.snoozed_until if status in ACTIVE and before in ACTIVE else None
        ticket.solved_at = (ticket.solved_at or now) if status in (Status.SOLVED, Status.CLOSED) else None
        ticket.closed_at = now if status == Status.CLOSED else None
    ticket.save(
        update_fields=["status", "status_before", "queue", "remind_at", "snoozed_until", "solved_at", "closed_at"]
    )
    facts = {"before": before, "after": str(status), "remind_at": remind_at.isoformat() if remind_at else None}
    _announce("ticket.status.changed", ticket, agent, now=now, facts=facts)


@transaction.atomic
def undo_status(
    *, ticket: Ticket, before: rules.Standing, after: rules.Standing, agent: Agent | None, now: datetime
) -> None:
    """Put a ticket back to where it stood before a change of status, with its dates, unless it moved on since."""
    _check(ticket)
    if standing_of(ticket) != after:
        raise TicketRefused(Refusal.CHANGED_SINCE)
    stand(ticket, before)
    facts = {"before": after.status, "after": before.status, "remind_at": before.plain()["remind_at"]}
    _announce("ticket.status.changed", ticket, agent, now=now, facts=facts)


def restore(*, ticket: Ticket, agent: Agent, now: datetime) -> None:
    """Bring a ticket back from spam or trash to where it stood."""
    if ticket.status in HIDDEN:
        set_status(ticket=ticket, status=Status(ticket.status_before or Status.OPEN), agent=agent, now=now)


@transaction.atomic
def snooze(*, ticket: Ticket, until: datetime | None, agent: Agent | None, now: datetime) -> None:
    """Put an active ticket out of sight until a time, or (None) bring it back."""
    _check(ticket)
    if until and until <= now:
        raise TicketRefused(Refusal.IN_THE_PAST)
    if ticket.snoozed_until == until or ticket.status not in ACTIVE:
        return
    with recounted(ticket):
        ticket.snoozed_until = until
    ticket.save(update_fields=["snoozed_until", "queue"])
    name = "ticket.snoozed" if until else "ticket.woken"
    _announce(name, ticket, agent, now=now, facts={"until": until.isoformat() if until else None})


@transaction.atomic
def set_priority(*, ticket: Ticket, priority: Priority, agent: Agent | None, now: datetime) -> None:
    """Say how soon a ticket matters."""
    _check(ticket)
    if ticket.priority == priority:
        return
    facts = {"before": ticket.priority, "after": str(priority)}
    ticket.priority = priority
    ticket.save(update_fields=["priority"])
    _announce("ticket.priority.changed", ticket, agent, now=now, facts=facts)


@transaction.atomic
def set_subject(*, ticket: Ticket, subject: str, agent: Agent | None, now: datetime) -> None:
    """Rename a ticket for the shop's eyes; what customers see keeps the conversation's own subject."""
    _check(ticket)
    subject = redact_cards(" ".join(subject.split()))[:300]
    if not subject:
        raise TicketRefused(Refusal.EMPTY)
    if ticket.subject == subject:
        return
    personal = {"before": ticket.subject, "after": subject}
    ticket.subject = subject
    ticket.save(update_fields=["subject"])
    _announce("ticket.subject.changed", ticket, agent, now=now, personal=personal)


@transaction.atomic
def set_language(*, ticket: Ticket, language: str, agent: Agent | None, now: datetime) -> None:
    """Say in which language this ticket is written."""
    _check(ticket)
    if ticket.language == language:
        return
    facts = {"before": ticket.language, "after": language}
    ticket.language = language
    ticket.save(update_fields=["language"])
    _announce("ticket.language.changed", ticket, agent, now=now, facts=facts)


@transaction.atomic
def set_tags(*, ticket: Ticket, tags: Sequence[Tag], agent: Agent | None, now: datetime) -> None:
    """Give a ticket exactly these tags."""
    _check(ticket)
    before, after = set(ticket.tags.values_list("pk", flat=True)), {tag.pk for tag in tags}
    if before == after:
        return
    ticket.tags.set(tags)
    facts = {"added": sorted(after - before), "removed": sorted(before - after)}
    _announce("ticket.tags.changed", ticket, agent, now=now, facts=facts)


def add_tags(*, ticket: Ticket, tags: Sequence[Tag], agent: Agent | None, now: datetime) -> None:
    """Put tags on a ticket beside those it has."""
    set_tags(ticket=ticket, tags=[*ticket.tags.all(), *tags], agent=agent, now=now)
