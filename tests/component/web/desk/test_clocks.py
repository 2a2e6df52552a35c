"""How a due time came about, told on a page of its own."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from balcao.channels.models import Channel
from balcao.deadlines.models import Clock, Escalation
from balcao.journal.actions import seal
from balcao.journal.models import Entry
from balcao.pipeline import followers, timers
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, receive
from balcao.tickets.models import Ticket


@pytest.fixture
def ticket(channel: Channel, bia: Agent) -> Ticket:
    """Leave a question unanswered for twelve days."""
    now = timezone.now()
    taken = receive(channel, now=now - timedelta(days=12), id="one", subject="Prato")
    assert taken.message
    ticket = taken.message.ticket
    Ticket.objects.filter(pk=ticket.pk).update(assignee=bia)
    while seal() + followers.run_due(now=now) or timers.run_due(now=now):
        pass
    return ticket


def address(ticket: Ticket) -> str:
    return f"/tickets/{ticket.number}/clocks/"


def test_every_due_time_is_explained(desk: Client, ticket: Ticket) -> None:
    page = desk.get(address(ticket)).content.decode()
    assert "How this due time came about" in page
    assert "First answer" in page
    assert "Begins: 4 h by the calendar" in page
    assert "The time is used up: the promise is broken" in page
    assert "BR-D7962-4-V" in page
    assert "told Bia" in page


def test_the_pill_leads_there(desk: Client, ticket: Ticket) -> None:
    assert f'href="{address(ticket)}"' in desk.get(f"/tickets/{ticket.number}/").content.decode()


def test_a_ticket_of_another_shop_explains_nothing(
    ticket: Ticket, sign_in: Callable[[Agent], Client], shop: Shop
) -> None:
    from balcao.testing.factories import make_shop

    other = sign_in(make_agent("Kaan", shop=make_shop("bergamota")))
    assert other.get(address(ticket)).status_code == 404


def test_who_takes_it_up_says_so(desk: Client, ticket: Ticket, bia: Agent) -> None:
    clock = Clock.objects.get(kind="first_response")
    desk.post(f"{address(ticket)}{clock.pk}/answer/")
    assert Escalation.objects.get(clock=clock).answered_by == bia


def test_only_a_supervisor_forgives_and_says_why(
    desk: Client, ticket: Ticket, shop: Shop, sign_in: Callable[[Agent], Client]
) -> None:
    clock = Clock.objects.get(kind="first_response")
    void = f"{address(ticket)}{clock.pk}/void/"
    assert desk.post(void, {"reason": "Storm"}).status_code == 403
    assert "Forgive this breach" not in desk.get(address(ticket)).content.decode()

    boss = sign_in(make_agent("Sofia", shop=shop, role=Role.SUPERVISOR))
    assert "Forgive this breach" in boss.get(address(ticket)).content.decode()
    refused = boss.post(void, {"reason": ""}, follow=True).content.decode()
    assert "without a reason nothing is forgiven" in refused
    kept = boss.post(void, {"reason": "The mail server was down"}, follow=True).content.decode()
    assert "Forgiven: The mail server was down" in kept
    clock.refresh_from_db()
    assert clock.breached_at is None
    assert Entry.objects.filter(name="clock.breach.voided").exists()


def test_a_clock_of_another_ticket_is_not_found(desk: Client, ticket: Ticket) -> None:
    assert desk.post(f"{address(ticket)}999/answer/").status_code == 404


@pytest.mark.parametrize("language, words", [("pt-br", "Como se chegou a este prazo"), ("tr", "Bu süre nasıl oluştu")])
def test_it_is_told_in_the_agents_language(
    ticket: Ticket, shop: Shop, sign_in: Callable[[Agent], Client], language: str, words: str
) -> None:
    page = sign_in(make_agent("Ece", shop=shop, language=language)).get(address(ticket)).content.decode()
    assert words in page
