"""The card, the preview of a merge, possible duplicates, search."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from balcao.customers import actions, queries
from balcao.customers.models import Customer, Identity, Link
from balcao.customers.types import IdentityKind, Reason, Refusal
from balcao.journal.models import Entry
from balcao.staff.models import Agent

Meet = Callable[..., Identity]

PHONE = IdentityKind.PHONE


@pytest.fixture
def ana(meet: Meet, now: datetime) -> Identity:
    """Ana, who wrote from two addresses."""
    return meet("ana.souza@gmail.com", "Ana Souza")


def merge(kept: Identity, absorbed: Identity, agent: Agent, now: datetime) -> Link:
    return actions.merge(kept=kept.customer, absorbed=absorbed.customer, agent=agent, evidence={}, now=now)


def test_a_card_gathers_what_is_known(
    meet: Meet, ana: Identity, elif_: Agent, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    work = meet("ana@example.com", "Ana S.", language="en")
    actions.edit(customer=work.customer, agent=elif_, now=now, city="Recife")
    merge(ana, work, elif_, now)
    actions.count_ticket(identity=ana, at=now)
    actions.count_ticket(identity=work, at=now + timedelta(hours=1))
    actions.add_note(identity=ana, agent=elif_, text="Prefers letters", is_pinned=True, now=now)
    actions.add_note(identity=work, agent=elif_, text="Moved house", now=now + timedelta(hours=1))

    for customer_id in (ana.home_id, work.home_id):
        with django_assert_num_queries(2):
            card = queries.card(customer_id)

        assert card.customer == ana.home
        assert (card.name, card.city, card.language) == ("Ana Souza", "Recife", "pt-br")
        assert card.identities == (ana, work)
        assert [note.text for note in card.notes] == ["Prefers letters", "Moved house"]
        assert (card.ticket_count, card.last_contact_at) == (2, now + timedelta(hours=1))


def test_notes_follow_their_identity_back(meet: Meet, ana: Identity, elif_: Agent, now: datetime) -> None:
    work = meet("ana@example.com")
    link = merge(ana, work, elif_, now)
    note = actions.add_note(identity=work, agent=elif_, text="Moved house", now=now)
    actions.undo_merge(link=link, agent=elif_, now=now)

    assert queries.card(ana.home_id).notes == ()
    assert queries.card(work.home_id).notes == (note,)


def test_a_note_is_pinned_and_let_go(ana: Identity, elif_: Agent, now: datetime) -> None:
    note = actions.add_note(identity=ana, agent=elif_, text="Prefers letters", now=now)

    actions.pin_note(note=note, is_pinned=True, agent=elif_, now=now)
    assert queries.card(ana.home_id).notes[0].is_pinned

    actions.pin_note(note=note, is_pinned=False, agent=elif_, now=now)
    assert not queries.card(ana.home_id).notes[0].is_pinned


def test_a_person_without_a_name_is_called_by_the_address(meet: Meet) -> None:
    assert queries.card(meet("bruno@example.com").home_id).name == "bruno@example.com"


def test_a_customer_who_is_not_there_has_no_card(db: None) -> None:
    with pytest.raises(Customer.DoesNotExist):
        queries.card(404)


def test_editing_changes_what_is_given_and_nothing_else(ana: Identity, elif_: Agent, now: datetime) -> None:
    actions.edit(customer=ana.customer, agent=elif_, now=now, name=" Ana\nMaria Souza ", city="")

    ana.customer.refresh_from_db()
    assert (ana.customer.name, ana.customer.language) == ("Ana Maria Souza", "pt-br")
    assert queries.search_customers("maria") == []
    assert queries.search_customers("ana maria") == [ana]


def test_editing_a_merged_card_copies_nothing_from_the_absorbed_one(
    meet: Meet, ana: Identity, elif_: Agent, now: datetime
) -> None:
    work = meet("ana@example.com")
    actions.edit(customer=work.customer, agent=elif_, now=now, city="Recife")
    merge(ana, work, elif_, now)

    actions.edit(customer=work.home, agent=elif_, now=now, city="Recife", salutation="Dona")

    ana.home.refresh_from_db()
    work.home.refresh_from_db()
    assert (ana.home.city, ana.home.salutation) == ("", "Dona")
    assert (work.home.city, work.home.salutation) == ("Recife", "")


def test_overlong_words_are_cut(ana: Identity, elif_: Agent, now: datetime) -> None:
    assert len(actions.edit(customer=ana.customer, agent=elif_, now=now, salutation="x" * 99).salutation) == 40


def test_editing_nothing_leaves_no_entry(ana: Identity, elif_: Agent, now: datetime) -> None:
    actions.edit(customer=ana.customer, agent=elif_, now=now, name="Ana Souza")

    assert not Entry.objects.filter(name="customer.edited").exists()


def test_links_are_listed_with_their_ends(
    meet: Meet, ana: Identity, elif_: Agent, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    work = meet("ana@example.com")
    merge(ana, work, elif_, now)

    with django_assert_num_queries(2):
        [link] = queries.active_links(work.home)
        assert (link.identity_a.value, link.identity_b.value, link.agent) == (ana.value, work.value, elif_)
    assert queries.identities_of(work.home_id) == [ana, work]


# --- Preview ---------------------------------------------------------------------------------------------------------


def test_a_preview_shows_the_merged_card_and_what_differs(
    meet: Meet, ana: Identity, elif_: Agent, now: datetime
) -> None:
    work = meet("ana@example.com", "Ana S.")
    actions.count_ticket(identity=work, at=now)

    preview = queries.merge_preview(ana.customer, work.customer, now=now)

    assert preview.refused is None
    assert (preview.card.name, preview.card.ticket_count) == ("Ana Souza", 1)
    assert preview.card.identities == (ana, work)
    assert [(c.field, c.kept, c.absorbed) for c in preview.conflicts] == [("name", "Ana Souza", "Ana S.")]
    merge(ana, work, elif_, now)
    merged = queries.card(ana.home_id)
    assert (merged.name, merged.ticket_count, merged.identities) == (
        preview.card.name,
        preview.card.ticket_count,
        preview.card.identities,
    )


def test_a_preview_says_why_not(ana: Identity, now: datetime) -> None:
    preview = queries.merge_preview(ana.customer, ana.customer, now=now)

    assert preview.refused
    assert preview.refused.code == Refusal.ONE_ALREADY


# --- Possible duplicates ---------------------------------------------------------------------------------------------


def test_another_spelling_at_gmail_is_a_possible_duplicate(
    meet: Meet, ana: Identity, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    meet("bia@gmail.com", "Bia Lima")
    same = meet("anasouza+loja@gmail.com", "Ana")

    with django_assert_num_queries(5):
        [found] = queries.possible_duplicates(ana.customer)

    assert (found.customer, found.identity, found.mine) == (same.customer, same, ana)
    assert found.reasons == (Reason.ALIKE_ADDRESS,)
    assert [each.customer for each in queries.possible_duplicates(same.customer)] == [ana.customer]


def test_a_name_alone_is_none_and_a_name_with_the_local_part_is(meet: Meet, ana: Identity) -> None:
    meet("as77@example.com", "ANA SOUZA")
    assert queries.possible_duplicates(ana.customer) == []

    same = meet("ana.souza@example.com", "ana souza")
    assert [each.customer for each in queries.possible_duplicates(ana.customer)] == [same.customer]


def test_turkish_letters_make_no_other_name(meet: Meet) -> None:
    isik = meet("isik.kaya@example.com", "Işık Kaya")
    same = meet("isik.kaya@example.org", "IŞIK KAYA")

    assert [each.customer for each in queries.possible_duplicates(isik.customer)] == [same.customer]


def test_a_name_that_many_bear_tells_nothing(meet: Meet, ana: Identity) -> None:
    meet("ana.souza@example.com", "Ana Souza")
    for number in range(20):
        meet(f"someone{number}@example.com", "Ana Souza")

    assert queries.possible_duplicates(ana.customer) == []


def test_people_said_to_be_two_are_not_proposed_again(meet: Meet, ana: Identity, elif_: Agent, now: datetime) -> None:
    other = meet("anasouza@gmail.com")
    actions.declare_not_same(one=ana, other=other, agent=elif_, now=now)

    assert queries.possible_duplicates(ana.customer) == []


def test_addresses_of_a_role_are_not_proposed(meet: Meet) -> None:
    one = meet("contato@example.com", "Ana Souza")
    meet("contato@example.org", "Ana Souza")

    assert queries.possible_duplicates(one.customer) == []


def test_after_an_undo_it_is_proposed_again(meet: Meet, ana: Identity, elif_: Agent, now: datetime) -> None:
    other = meet("anasouza@gmail.com")
    link = merge(ana, other, elif_, now)
    assert queries.possible_duplicates(ana.customer) == []

    actions.undo_merge(link=link, agent=elif_, now=now)

    assert len(queries.possible_duplicates(ana.customer)) == 1


# --- Search ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["ana", "ANA SOU", "souza", "souza ana", "ana.sou", "Ana.Souza@gmail.com", " ána ", "(11) 98765", "+5511 98"],
)
def test_a_customer_is_found_by_the_beginning_of_a_name_or_address(
    meet: Meet, ana: Identity, elif_: Agent, now: datetime, text: str
) -> None:
    phone = meet("+5511987654321", kind=PHONE)
    merge(ana, phone, elif_, now)
    meet("bia@example.com", "Bia Lima")

    assert [found.customer_id for found in queries.search_customers(text, region="BR")] == [ana.customer_id]


@pytest.mark.parametrize("text", ["", "  ", "nana", "%", "_", "ana_souza", "99999", "@"])
def test_what_does_not_begin_like_it_is_not_found(ana: Identity, text: str) -> None:
    assert queries.search_customers(text) == []


def test_an_absorbed_customer_is_found_as_the_one_it_went_into(
    meet: Meet, ana: Identity, elif_: Agent, now: datetime
) -> None:
    maria = meet("maria@example.com", "Maria Prado")
    merge(ana, maria, elif_, now)

    assert [found.customer for found in queries.search_customers("prado")] == [ana.customer]


def test_search_is_bounded_and_costs_three_queries(
    meet: Meet, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        meet(f"ana{number:02}@example.com", f"Ana {number:02}")

    with django_assert_num_queries(3):
        found = queries.search_customers("ana", limit=5)

    assert len(found) == 5


def test_search_walks_an_index(ana: Identity) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the planner of PostgreSQL prefers to read so small a table whole")
    from balcao.kit.db import begins

    for rows in (
        Identity.objects.filter(begins("value", "ana")),
        Customer.objects.filter(begins("name_key", "ana") | begins("surname_key", "ana")),
    ):
        assert "USING INDEX" in rows.explain().replace("COVERING INDEX", "INDEX")
