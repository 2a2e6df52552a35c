"""Several changes to a ticket as one: all of them or none."""

from datetime import datetime
from typing import TypedDict

from django.db import transaction

from balcao.staff.models import Agent, Team
from balcao.tickets.actions import changing, classifying
from balcao.tickets.models import Tag, Ticket, Topic
from balcao.tickets.types import Kind, Priority, Status


class TicketChanges(TypedDict, total=False):
    """What changes; what is left out stays."""

    status: Status
    remind_at: datetime | None  # with a status
    assignee: Agent | None
    team: Team | None
    priority: Priority
    topic: Topic | None
    kind: Kind | None  # None: as its topic says
    tags: list[Tag]
    subject: str
    language: str
    snoozed_until: datetime | None


@transaction.atomic
def edit_ticket(*, ticket: Ticket, changes: TicketChanges, agent: Agent | None, now: datetime) -> None:
    """Make these changes to a ticket, each with its own entry in the journal; a refusal takes all of them back."""
    if "status" in changes:
        remind_at = changes.get("remind_at")
        changing.set_status(ticket=ticket, status=changes["status"], agent=agent, now=now, remind_at=remind_at)
    if "assignee" in changes or "team" in changes:
        assignee = changes.get("assignee", ticket.assignee)
        team = changes.get("team", ticket.team)
        changing.assign(ticket=ticket, assignee=assignee, team=team, agent=agent, now=now)
    if "priority" in changes:
        changing.set_priority(ticket=ticket, priority=changes["priority"], agent=agent, now=now)
    if "topic" in changes:
        classifying.set_topic(ticket=ticket, topic=changes["topic"], agent=agent, now=now)
    if "kind" in changes:
        classifying.set_kind(ticket=ticket, kind=changes["kind"], agent=agent, now=now)
    if "tags" in changes:
        changing.set_tags(ticket=ticket, tags=changes["tags"], agent=agent, now=now)
    if "subject" in changes:
        changing.set_subject(ticket=ticket, subject=changes["subject"], agent=agent, now=now)
    if "language" in changes:
        changing.set_language(ticket=ticket, language=changes["language"], agent=agent, now=now)
    if "snoozed_until" in changes:
        changing.snooze(ticket=ticket, until=changes["snoozed_until"], agent=agent, now=now)
