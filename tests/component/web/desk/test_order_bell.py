"""How notices of order actions read at the bell, and where they lead."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from balcao.journal.types import Subject, SubjectKind
from balcao.notices.actions import tell
from balcao.notices.models import NoticeKind
from balcao.staff.models import Agent

REFUND = {"kind": "refund", "order": "1001", "amount": 5_000, "currency": "BRL"}


def told(desk: Client, bia: Agent, about: NoticeKind, /, **facts: object) -> str:
    subject, now = Subject(SubjectKind.ORDER, 1), timezone.now() - timedelta(minutes=5)
    assert tell(agents=[bia], kind=about, subject=subject, facts=dict(facts), now=now)
    return desk.get("/notices/").content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_an_approval_leads_to_what_waits(desk: Client, bia: Agent) -> None:
    page = told(desk, bia, NoticeKind.APPROVAL, **REFUND, who="Caio", number=1001)

    assert "Caio asks for your approval: Refund of R$50.00, order 1001" in page
    assert 'href="/approvals/"' in page


def test_what_became_of_an_action_leads_to_its_ticket(desk: Client, bia: Agent) -> None:
    page = told(desk, bia, NoticeKind.ORDER, **REFUND, state="declined", number=1007)

    assert "Refund of R$50.00, order 1001: not approved" in page
    assert 'href="/tickets/1007/"' in page


def test_an_action_without_a_ticket_leads_to_the_orders(desk: Client, bia: Agent) -> None:
    assert 'href="/orders/"' in told(desk, bia, NoticeKind.ORDER, **REFUND, state="refused")


def test_a_late_shipment_leads_to_its_ticket(desk: Client, bia: Agent) -> None:
    page = told(desk, bia, NoticeKind.LATE, order="1001", number=1008)

    assert "The shipment of order 1001 is late or lost: 1008" in page
    assert 'href="/tickets/1008/"' in page
