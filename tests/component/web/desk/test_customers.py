"""The customer's panel and page: card, notes, merge with preview and undo, two people."""

from collections.abc import Callable

import pytest
from django.test import Client

from balcao.customers.models import Customer, Link, NotSame
from balcao.tickets.models import Message


@pytest.fixture
def marina(arrive: Callable[..., Message]) -> Message:
    return arrive(name="Marina Souza", **{"from": "marina.souza@example.com"})


@pytest.fixture
def also_marina(arrive: Callable[..., Message]) -> Message:
    return arrive(name="Marina Souza", **{"from": "marina.souza@example.org"})


def customer_of(message: Message) -> Customer:
    message.refresh_from_db()
    assert message.identity is not None
    message.identity.refresh_from_db()
    return message.identity.customer


def test_the_panel_names_the_person_and_earlier_tickets(
    desk: Client, marina: Message, arrive: Callable[..., Message]
) -> None:
    later = arrive(subject="Something else", **{"from": "marina.souza@example.com"})

    page = desk.get(f"/tickets/{later.ticket.number}/").content.decode()

    panel = page.split('id="customer"')[1]
    assert "marina.souza@example.com" in panel
    assert f'href="/tickets/{marina.ticket.number}/"' in panel


def test_what_is_known_is_changed_and_noted(desk: Client, marina: Message) -> None:
    customer = customer_of(marina)

    desk.post(
        f"/customers/{customer.pk}/edit/", {"name": "Marina A. Souza", "city": "Recife", "time_zone": "America/Recife"}
    )
    desk.post(f"/customers/{customer.pk}/note/", {"text": "Prefers the phone"})

    page = desk.get(f"/customers/{customer.pk}/").content.decode()
    assert all(words in page for words in ("Marina A. Souza", "Recife", "Prefers the phone"))


def test_a_possible_duplicate_is_shown_a_moment_later(desk: Client, marina: Message, also_marina: Message) -> None:
    hints = desk.get(f"/customers/{customer_of(marina).pk}/hints/").content.decode()

    assert "Maybe the same person: 1 record" in hints


def test_merge_is_shown_first_then_done_then_undone(desk: Client, marina: Message, also_marina: Message) -> None:
    kept, other = customer_of(marina), customer_of(also_marina)

    preview = desk.get(f"/customers/{kept.pk}/merge/?with={other.pk}").content.decode()
    assert customer_of(also_marina) == other
    desk.post(f"/customers/{kept.pk}/merge/", {"with": other.pk, "sure": "1"})
    merged = customer_of(also_marina)
    desk.post(f"/links/{Link.objects.get().pk}/undo/")

    assert "One customer: Marina Souza, 2 addresses, 2 tickets" in preview
    assert merged == kept
    assert customer_of(also_marina) == other


def test_two_people_stay_two_people(desk: Client, marina: Message, also_marina: Message) -> None:
    one, other = customer_of(marina), customer_of(also_marina)

    desk.post(f"/customers/{one.pk}/two-people/", {"identity": [marina.identity_id, also_marina.identity_id]})
    page = desk.post(f"/customers/{one.pk}/merge/", {"with": other.pk, "sure": "1"}, follow=True).content.decode()

    assert NotSame.objects.count() == 1
    assert "two people" in page
    assert customer_of(also_marina) == other


def test_an_address_that_is_taken_is_refused_in_words(desk: Client, marina: Message, also_marina: Message) -> None:
    answer = desk.post(
        f"/customers/{customer_of(marina).pk}/address/", {"kind": "email", "value": "marina.souza@example.org"}
    )

    assert answer.status_code == 422
    assert "belongs to another customer" in answer.content.decode()


def test_the_page_of_one_who_was_absorbed_leads_to_the_one_kept(
    desk: Client, marina: Message, also_marina: Message
) -> None:
    kept, other = customer_of(marina), customer_of(also_marina)
    desk.post(f"/customers/{kept.pk}/merge/", {"with": other.pk, "sure": "1"})

    assert desk.get(f"/customers/{other.pk}/")["Location"] == f"/customers/{kept.pk}/"


def test_people_are_found_by_the_beginning_of_a_name(desk: Client, marina: Message) -> None:
    assert "marina.souza@example.com" in desk.get("/customers/?q=mari").content.decode()
    assert "Nobody found." in desk.get("/customers/?q=zz").content.decode()
