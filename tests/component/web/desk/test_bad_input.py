"""Whatever stands in an address or a form, the desk answers."""

from collections.abc import Callable

import pytest
from django.test import Client

from balcao.automation.actions import save_macro
from balcao.automation.types import Deed, Step
from balcao.customers.models import Customer
from balcao.journal.types import SYSTEM
from balcao.shops.models import Shop
from balcao.staff.actions import set_active
from balcao.staff.models import Agent
from balcao.testing.factories import make_channel, make_shop
from balcao.testing.factories.desk import LONG_AGO
from balcao.tickets.models import Message, Ticket

HUGE = "9" * 30
NUMBERS = ["²", "٣", HUGE, "-1", "1e3", "x"]


@pytest.mark.parametrize("value", NUMBERS)
def test_a_strange_number_in_an_address_is_no_fault(desk: Client, arrive: Callable[..., Message], value: str) -> None:
    number = arrive().ticket.number

    for address in (
        f"/tickets/{number}/?in=team-{value}",
        f"/tickets/{number}/?in=saved-{value}",
        f"/tickets/{number}/compose/?write=forward&message={value}",
        f"/tickets/{number}/compose/?write=reply&conversation={value}",
        f"/search/?q=is:new&after={value}",
        f"/search/?q=plate&after={value}",
        f"/updates/?view=mine&changed={value}&shown={value},1",
    ):
        assert desk.get(address).status_code in (200, 404), address


@pytest.mark.parametrize("value", NUMBERS)
def test_a_strange_number_in_a_form_is_no_fault(desk: Client, arrive: Callable[..., Message], value: str) -> None:
    number = arrive().ticket.number

    for address, facts in (
        ("/bulk/", {"ticket": value, "deed": "solve"}),
        ("/bulk/", {"ticket": str(number), "deed": f"tag:{value}"}),
        ("/shop/", {"shop": value}),
        (f"/tickets/{number}/assign/", {"to": f"agent-{value}"}),
        (f"/tickets/{number}/tags/", {"tag": value}),
        (f"/tickets/{number}/split/", {"message": value}),
        (f"/tickets/{number}/note/", {"text": "Ok", "file": value}),
        (f"/tickets/{number}/reply/", {"text": "Ok", "file": value, "macro": value, "seen": value}),
        ("/log/", {"text": "Ok", "subject": "Ok", "name": "Ana", "ticket": value}),
    ):
        assert desk.post(address, facts).status_code in (302, 400, 404, 422), address


@pytest.mark.parametrize("key", ["gone", "a b", "team-", "x%0d%0aSet-Cookie:%20a=b", "%00", "saved-99"])
def test_a_view_that_is_none_is_no_fault(desk: Client, arrive: Callable[..., Message], key: str) -> None:
    number = arrive().ticket.number

    assert desk.get(f"/tickets/{number}/?in={key}").status_code == 200
    assert desk.get(f"/tickets/{number}/tags/?in={key}").status_code == 200
    assert desk.post(f"/tickets/{number}/take/?in={key}").status_code == 302
    sent = desk.post(f"/tickets/{number}/reply/?in={key}", {"text": "Oi!", "then": "send+next"})
    assert (sent.status_code, sent["Location"] in ("/", "/in/mine/")) == (302, True)


@pytest.mark.parametrize("moment", ["+99999999999d", "+²d", "0001-01-01", "9999-12-31T23:59", "2026-02-31", "x"])
def test_a_strange_moment_is_no_fault(desk: Client, arrive: Callable[..., Message], moment: str) -> None:
    ticket = arrive().ticket

    assert desk.post(f"/tickets/{ticket.number}/snooze/", {"until": moment}).status_code == 302

    ticket.refresh_from_db()
    assert ticket.snoozed_until is None


def test_an_answer_leaves_though_its_macro_is_refused(
    desk: Client, bia: Agent, caio: Agent, arrive: Callable[..., Message]
) -> None:
    ticket = arrive().ticket
    steps = [Step(Deed.ASSIGN, agent_id=caio.pk)]
    macro = save_macro(macro=None, name="Para Caio", texts={}, steps=steps, actor=SYSTEM, now=LONG_AGO)
    set_active(agent=caio, is_active=False, actor=SYSTEM, now=LONG_AGO)

    answer = desk.post(f"/tickets/{ticket.number}/reply/", {"text": "Oi!", "macro": macro.pk}, follow=True)

    assert answer.status_code == 200
    assert Message.objects.filter(ticket=ticket, direction="out").count() == 1
    assert "Para Caio" in answer.content.decode()


def test_two_visitors_are_two_people(desk: Client, arrive: Callable[..., Message]) -> None:
    arrive()
    for name in ("Maria", "Maria", "", ""):
        desk.post("/log/", {"text": "Veio à loja", "subject": "Troca", "name": name})

    assert Ticket.objects.count() == 5
    assert Customer.objects.count() == 5


def test_a_call_on_a_ticket_is_kept_with_its_shop(
    desk: Client, bia: Agent, shop: Shop, arrive: Callable[..., Message]
) -> None:
    ticket = arrive().ticket
    elsewhere = make_shop("canela")
    bia.shops.add(elsewhere)
    channel = make_channel(elsewhere)

    facts = {"text": "Ligou", "subject": "Prazo", "name": "Ana", "ticket": ticket.number, "channel": channel.pk}
    assert desk.post("/log/", facts).status_code == 302

    assert {message.channel.shop_id for message in Message.objects.filter(ticket=ticket)} == {shop.pk}
