"""Finding the customer behind an address."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from balcao.customers import actions
from balcao.customers.models import Customer, Identity, Link
from balcao.customers.types import IdentityKind, ProofSource, Refusal, Refused
from balcao.journal.models import Entry
from balcao.ports.channel import Party
from balcao.staff.models import Agent

Meet = Callable[..., Identity]

PROVEN = ProofSource.MAIL_AUTHENTICATION
PHONE = IdentityKind.PHONE


def test_a_stranger_becomes_a_customer(meet: Meet, now: datetime) -> None:
    ana = meet("Ana@Example.COM", "Ana Souza")

    assert ana.value == "ana@example.com"
    assert ana.customer == ana.home
    assert (ana.customer.name, ana.customer.language) == ("Ana Souza", "pt-br")
    assert not Entry.objects.exists(), "the message or deed that brought the writer is the fact"


def test_the_same_address_is_the_same_customer(meet: Meet) -> None:
    first, again = meet("ana@example.com", "Ana"), meet("ANA@example.com", "Ana")

    assert first == again
    assert Customer.objects.count() == 1


def test_a_known_writer_costs_one_query(meet: Meet, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    meet("ana@example.com", "Ana", proven=PROVEN)

    with django_assert_num_queries(1):
        found = meet("ana@example.com", "Ana", proven=PROVEN)
        assert found.customer.name == "Ana"


def test_a_known_writer_with_news_costs_two_queries(
    meet: Meet, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    meet("ana@example.com", "Ana")

    with django_assert_num_queries(2):
        found = meet("ana@example.com", "Ana Souza", proven=PROVEN, now=now + timedelta(days=2))

    found.refresh_from_db()
    assert (found.name, found.proven_at) == ("Ana Souza", now + timedelta(days=2))


def test_a_name_without_proof_does_not_replace_a_proven_one(meet: Meet) -> None:
    meet("ana@example.com", "Ana Souza", proven=PROVEN)

    assert meet("ana@example.com", "Suporte do Banco").name == "Ana Souza"
    assert meet("ana@example.com", "").name == "Ana Souza"


def test_a_name_on_the_card_is_the_agents(meet: Meet, elif_: Agent, now: datetime) -> None:
    ana = meet("ana@example.com", "anasz")
    actions.edit(customer=ana.customer, agent=elif_, now=now, name="Ana Souza")

    assert meet("ana@example.com", "A. Souza").shown_name == "Ana Souza"


def test_the_same_id_on_two_channels_is_two_people(meet: Meet) -> None:
    one = meet("77", kind=IdentityKind.HANDLE, scope="telegram")
    other = meet("77", kind=IdentityKind.HANDLE, scope="instagram")

    assert one.customer != other.customer


def test_everybody_at_the_counter_without_an_address_is_another_person(meet: Meet) -> None:
    assert meet("", "Bruno", kind=IdentityKind.WALK_IN) != meet("", "Bruno", kind=IdentityKind.WALK_IN)


@pytest.mark.parametrize(
    "value", ["", "x", "a@b@c", "ana\x00@example.com", "@", "é@ü.test", "y" * 400, "z" * 400 + "@e.test"]
)
def test_nobody_is_turned_away_for_an_odd_address(meet: Meet, value: str) -> None:
    assert meet(value) == meet(value)
    assert meet(value, kind=PHONE) == meet(value, kind=PHONE)


def test_overlong_addresses_stay_apart(meet: Meet) -> None:
    assert meet("y" * 400 + "1@e.test") != meet("y" * 400 + "2@e.test")


def test_many_at_once_make_one_customer(shared_database: None, now: datetime) -> None:
    found: list[int] = []
    counts: list[int] = []
    barrier = threading.Barrier(6)

    def write() -> None:
        try:
            barrier.wait()
            identity = actions.identify(
                party=Party(IdentityKind.EMAIL, "ana@example.com", "Ana"),
                scope="",
                region="BR",
                language="pt-br",
                proven=None,
                now=now,
            )
            found.append(identity.pk)
            counts.extend([Customer.objects.count(), Identity.objects.count()])
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 6
    assert len(set(found)) == 1
    assert set(counts) == {1}


# --- Phones ----------------------------------------------------------------------------------------------------------


def test_two_spellings_of_a_phone_are_one_identity(meet: Meet) -> None:
    assert meet("(11) 8765-4321", kind=PHONE) == meet("+55 11 98765-4321", kind=PHONE)
    assert meet("0532 123 45 67", kind=PHONE, region="TR").value == "+905321234567"


def test_phones_in_two_cities_are_two_people(meet: Meet) -> None:
    phone = meet("+55 11 98765-4321", "Bruno", kind=PHONE, proven=PROVEN)
    other = meet("+55 21 98765-4321", "Bruno", kind=PHONE, proven=PROVEN)

    assert other.customer != phone.customer


# --- Writing an address on a card -------------------------------------------------------------------------------------


def test_an_agent_adds_an_address_and_takes_it_off_again(meet: Meet, elif_: Agent, now: datetime) -> None:
    ana = meet("ana@example.com", "Ana")
    added = actions.add_identity(
        customer=ana.customer, party=Party(PHONE, "(11) 98765-4321"), region="BR", agent=elif_, now=now
    )
    assert added.value == "+5511987654321"
    assert added.customer == ana.customer

    actions.undo_merge(link=Link.objects.get(), agent=elif_, now=now)

    added.refresh_from_db()
    assert added.customer == added.home != ana.customer


def test_an_address_of_somebody_else_is_refused_and_moves_nothing(meet: Meet, elif_: Agent, now: datetime) -> None:
    ana, bia = meet("ana@example.com", "Ana"), meet("bia@example.com", "Bia")

    with pytest.raises(Refused) as refused:
        actions.add_identity(
            customer=ana.customer,
            party=Party(IdentityKind.EMAIL, "BIA@example.com"),
            region="BR",
            agent=elif_,
            now=now,
        )

    assert refused.value.code == Refusal.TAKEN
    assert refused.value.values == {"name": "Bia", "customer": bia.customer_id}
    bia.refresh_from_db()
    assert bia.customer == bia.home


def test_an_address_that_is_there_already_is_returned(meet: Meet, elif_: Agent, now: datetime) -> None:
    ana = meet("ana@example.com")
    party = Party(IdentityKind.EMAIL, "ana@example.com")

    assert actions.add_identity(customer=ana.customer, party=party, region="", agent=elif_, now=now) == ana
    assert not Link.objects.exists()


@pytest.mark.parametrize("party", [Party(IdentityKind.EMAIL, "ana"), Party(PHONE, "12"), Party(IdentityKind.EMAIL, "")])
def test_half_an_address_is_refused(meet: Meet, elif_: Agent, now: datetime, party: Party) -> None:
    ana = meet("ana@example.com")

    with pytest.raises(Refused) as refused:
        actions.add_identity(customer=ana.customer, party=party, region="BR", agent=elif_, now=now)

    assert refused.value.code == Refusal.UNREADABLE


@pytest.mark.parametrize(
    "kind,pattern,code",
    [(IdentityKind.EMAIL, "ana{}@example.com", Refusal.MANY_EMAILS), (PHONE, "+55119876543{:02}", Refusal.MANY_PHONES)],
)
def test_a_seventh_address_is_refused(
    meet: Meet, elif_: Agent, now: datetime, kind: IdentityKind, pattern: str, code: Refusal
) -> None:
    ana = meet(pattern.format(10), kind=kind)

    def add(number: int) -> None:
        party = Party(kind, pattern.format(number))
        actions.add_identity(customer=ana.customer, party=party, region="BR", agent=elif_, now=now)

    for number in range(11, 16):
        add(number)
    with pytest.raises(Refused) as refused:
        add(16)
    assert refused.value.code == code


# --- Proof, bounces, contacts ----------------------------------------------------------------------------------------


def test_the_third_temporary_failure_in_a_week_kills_an_address(meet: Meet, now: datetime) -> None:
    ana = meet("ana@example.com")

    assert not actions.mark_bounce(identity=ana, permanent=False, now=now)
    assert not actions.mark_bounce(identity=ana, permanent=False, now=now + timedelta(days=1))
    assert actions.mark_bounce(identity=ana, permanent=False, now=now + timedelta(days=2))
    assert Entry.objects.filter(name="customer.identity.undeliverable").count() == 1


def test_temporary_failures_far_apart_do_not(meet: Meet, now: datetime) -> None:
    ana = meet("ana@example.com")

    assert not any(
        actions.mark_bounce(identity=ana, permanent=False, now=now + timedelta(days=5 * n)) for n in range(4)
    )


def test_a_permanent_failure_kills_an_address_once_and_a_proven_mail_revives_it(meet: Meet, now: datetime) -> None:
    ana = meet("ana@example.com")

    assert actions.mark_bounce(identity=ana, permanent=True, now=now)
    assert actions.mark_bounce(identity=ana, permanent=True, now=now)
    assert Entry.objects.filter(name="customer.identity.undeliverable").count() == 1

    meet("ana@example.com", proven=PROVEN, now=now + timedelta(days=1))
    ana.refresh_from_db()
    assert ana.undeliverable_at is None


def test_proof_is_noted(meet: Meet, now: datetime) -> None:
    ana = meet("ana@example.com")

    actions.mark_proven(identity=ana, source=ProofSource.AGENT, now=now)

    ana.refresh_from_db()
    assert (ana.proven_at, ana.proven_by) == (now, "agent")
    assert Entry.objects.filter(name="customer.identity.proven").exists()


def test_tickets_and_contacts_are_counted_where_they_came_in(meet: Meet, now: datetime) -> None:
    ana = meet("ana@example.com")

    actions.count_ticket(identity=ana, at=now)
    actions.touch(identity=ana, at=now + timedelta(hours=1))

    assert (ana.ticket_count, ana.last_contact_at) == (1, now + timedelta(hours=1))
    ana.refresh_from_db()
    assert (ana.ticket_count, ana.last_contact_at) == (1, now + timedelta(hours=1))
