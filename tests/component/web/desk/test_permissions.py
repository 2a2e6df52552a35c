"""Who may do what: every address of the desk, tried by who may not."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, reverse

from balcao.staff.models import Agent
from balcao.tickets.models import Message
from balcao.web.desk import urls

# Pages that show nothing of a ticket or customer, or find none for a stranger by themselves.
_OWN = {"inbox", "view", "shop", "bulk", "bulk_menu", "updates", "keys", "search", "palette", "colleagues"} | {
    "notices",
    "notices_read", "saved_new", "saved_edit", "start", "log", "customers", "picture", "orders", "approvals",
    "board", "returns"
}  # fmt: skip
# These need a row of their own: tested with their deeds.
_BY_LINK = {"merge_undo", "split_undo", "customer_part", "customer_pin", "approve", "decline", "agree", "disagree"}


def addresses(message: Message) -> Iterator[tuple[str, str]]:
    identity = message.identity
    assert identity is not None
    values = {
        "number": message.ticket.number,
        "pk": message.pk,
        "kind": "refund",
        "job": 1,
        "key": "cancel",
        "photo": 1,
    }
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        name = str(pattern.name)
        if name in _OWN | _BY_LINK:
            continue
        given = {key: values[key] for key in pattern.pattern.converters}
        if str(pattern.pattern).startswith("customers/"):
            given["pk"] = identity.customer_id
        yield name, reverse(f"desk:{name}", kwargs=given)


def test_a_stranger_finds_nothing_of_another_shop(stranger: Client, arrive: Callable[..., Message]) -> None:
    message = arrive()

    for name, address in addresses(message):
        assert stranger.get(address).status_code in {404, 405}, name
        assert stranger.post(address).status_code in {404, 405}, name


def test_a_stranger_sees_no_row_and_finds_no_word(stranger: Client, arrive: Callable[..., Message]) -> None:
    message = arrive(subject="Secret plates")

    pages = [
        "/in/ours/",
        "/in/unassigned/",
        "/search/?q=is:new",
        f"/palette/?q=%23{message.ticket.number}",
        "/customers/?q=mar",
    ]
    parts = [f"/updates/?view=ours&changed={message.ticket_id}&shown={message.ticket_id}"]

    for address in [*pages, *parts]:
        page = stranger.get(address).content.decode()
        assert "Secret plates" not in page, address
        assert "ana@example.com" not in page, address


@pytest.mark.parametrize(
    "address",
    [
        "reply",
        "forward",
        "take",
        "assign",
        "status",
        "hide",
        "restore",
        "snooze",
        "priority",
        "tags",
        "subject",
        "merge",
        "split",
    ],
)
def test_a_light_agent_changes_nothing(address: str, light: Client, arrive: Callable[..., Message]) -> None:
    ticket = arrive().ticket

    answer = light.post(f"/tickets/{ticket.number}/{address}/", {"text": "x", "status": "spam", "priority": "high"})

    assert answer.status_code == 403


def test_a_light_agent_reads_and_notes(light: Client, arrive: Callable[..., Message]) -> None:
    ticket = arrive().ticket

    page = light.get(f"/tickets/{ticket.number}/").content.decode()
    light.post(f"/tickets/{ticket.number}/note/", {"text": "From the warehouse"})

    assert "They came in pieces." in page
    assert 'action="/tickets/' + str(ticket.number) + '/note/"' in page
    assert ticket.notes.get().text == "From the warehouse"


def test_a_light_agent_keeps_no_reply_draft(light: Client, arrive: Callable[..., Message]) -> None:
    ticket = arrive().ticket

    assert light.post(f"/tickets/{ticket.number}/draft/", {"mode": "reply", "text": "x"}).status_code == 403


def test_nothing_changes_without_the_forms_token(bia: Agent, arrive: Callable[..., Message]) -> None:
    ticket = arrive().ticket
    client = Client(enforce_csrf_checks=True)
    client.force_login(bia, backend=settings.AUTHENTICATION_BACKENDS[0])

    assert client.post(f"/tickets/{ticket.number}/take/").status_code == 403


def test_nothing_changes_by_looking(desk: Client, arrive: Callable[..., Message]) -> None:
    message = arrive()
    before = list(type(message.ticket).objects.values("status", "assignee", "priority", "snoozed_until", "subject"))

    for _name, address in addresses(message):
        desk.get(address)

    after = list(type(message.ticket).objects.values("status", "assignee", "priority", "snoozed_until", "subject"))
    assert after == before
