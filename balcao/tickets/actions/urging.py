"""Saying of a ticket that somebody has to look at it at once."""

from datetime import datetime

from django.db import transaction

from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Subject, SubjectKind
from balcao.tickets.models import Ticket


@transaction.atomic
def urge(*, ticket: Ticket, why: str, now: datetime) -> None:
    """Note that a ticket cannot wait, and why; its clock tells whoever has to take it up."""
    facts = {"ticket": ticket.pk, "number": ticket.number, "why": why[:200]}
    about = [Subject(SubjectKind.TICKET, ticket.pk)]
    record(name="ticket.urged", at=now, actor=SYSTEM, about=about, shop_id=ticket.shop_id, facts=facts)
