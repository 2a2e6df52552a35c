"""Joining customers and taking it back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from pytest_django import DjangoAssertNumQueries

from balcao.customers import actions, queries, rules
from balcao.customers.models import Customer, Identity, Link, NotSame
from balcao.customers.types import IdentityKind, ProofSource, Refusal, Refused
from balcao.journal.models import Entry
from balcao.ports.channel import Party
from balcao.staff.models import Agent

Meet = Callable[..., Identity]

PHONE = IdentityKind.PHONE
PROVEN = ProofSource.MAIL_AUTHENTICATION


def owner(identity: Identity) -> int:
    return Identity.objects.values_list("customer_id", flat=True).get(pk=identity.pk)


@pytest.fixture
def join(elif_: Agent, now: datetime) -> Callable[..., Link]:
    """Merge the customers of two identities as they are now."""

    def join(kept: Identity, absorbed: Identity, *, at: datetime = now, **more: bool) -> Link:
        kept.refresh_from_db()
        absorbed.refresh_from_db()
        return actions.merge(
            kept=kept.customer, absorbed=absorbed.customer, agent=elif_, evidence={"reasons": ["x"]}, now=at, **more
        )

    return join


def test_merging_makes_one_customer_and_copies_nothing(meet: Meet, join: Callable[..., Link], elif_: Agent) -> None:
    ana, same = meet("ana@example.com", "Ana"), meet("ana@example.org", "Ana S.")

    link = join(same, ana)

    assert owner(ana) == owner(same) == same.home_id
    assert (link.rule, link.agent, link.evidence) == ("agent_merged", elif_, {"reasons": ["x"]})
    ana.home.refresh_from_db()
    assert ana.home.name == "Ana"
    entry = Entry.objects.get(name="customer.merged")
    assert {subject.subject_id for subject in entry.subjects.all()} == {ana.home_id, same.home_id}


def test_undoing_gives_back_both(meet: Meet, join: Callable[..., Link], elif_: Agent, now: datetime) -> None:
    ana, bia = meet("ana@example.com"), meet("bia@example.com")
    link = join(ana, bia)

    undone = actions.undo_merge(link=link, agent=elif_, now=now)

    assert (owner(ana), owner(bia)) == (ana.home_id, bia.home_id)
    assert undone.still_joined == ()
    assert not NotSame.objects.exists()
    entry = Entry.objects.get(name="customer.merge.undone")
    assert {subject.subject_id for subject in entry.subjects.all()} == {ana.home_id, bia.home_id}


def test_a_merge_is_undone_once(meet: Meet, join: Callable[..., Link], elif_: Agent, now: datetime) -> None:
    link = join(meet("ana@example.com"), meet("bia@example.com"))
    actions.undo_merge(link=link, agent=elif_, now=now)

    with pytest.raises(Refused) as refused:
        actions.undo_merge(link=link, agent=elif_, now=now)
    assert refused.value.code == Refusal.UNDONE_ALREADY


def test_merges_are_undone_in_another_order_than_they_were_made(
    meet: Meet, join: Callable[..., Link], elif_: Agent, now: datetime
) -> None:
    ana, bia, caio = meet("ana@example.com"), meet("bia@example.com"), meet("caio@example.com")
    first, second = join(bia, caio), join(ana, bia)
    assert owner(caio) == ana.home_id

    actions.undo_merge(link=first, agent=elif_, now=now)
    assert (owner(bia), owner(caio)) == (ana.home_id, caio.home_id)

    actions.undo_merge(link=second, agent=elif_, now=now)
    assert [owner(one) for one in (ana, bia, caio)] == [one.home_id for one in (ana, bia, caio)]


@pytest.fixture
def spellings(meet: Meet, now: datetime) -> tuple[Identity, Identity]:
    """Return one Brazilian mobile twice: as a provider without the ninth digit wrote it, and as people do."""
    phone = meet("+55 11 98765-4321", kind=PHONE)
    home = Customer.objects.create(created_at=now)
    whatsapp = Identity.objects.create(
        kind=PHONE, value="+551187654321", match_key=phone.match_key, customer=home, home=home, created_at=now
    )
    return whatsapp, phone


def prove(identity: Identity, now: datetime) -> Identity:
    return actions.mark_proven(identity=Identity.objects.get(pk=identity.pk), source=ProofSource.AGENT, now=now)


def test_a_link_that_still_joins_them_is_named(
    spellings: tuple[Identity, Identity], join: Callable[..., Link], elif_: Agent, now: datetime
) -> None:
    old, new = spellings
    merged = join(old, new)
    prove(old, now)
    prove(new, now)

    undone = actions.undo_merge(link=merged, agent=elif_, now=now)

    assert [link.rule for link in undone.still_joined] == ["same_account"]
    assert owner(old) == owner(new) == old.home_id


def test_one_customer_is_not_merged_with_itself(meet: Meet, join: Callable[..., Link]) -> None:
    ana, same = meet("ana@example.com"), meet("ana@example.org")
    join(ana, same)

    with pytest.raises(Refused) as refused:
        join(ana, same)
    assert refused.value.code == Refusal.ONE_ALREADY


def test_two_people_are_not_merged(meet: Meet, join: Callable[..., Link], elif_: Agent, now: datetime) -> None:
    ana, bia, other = meet("ana@example.com"), meet("bia@example.com"), meet("bia@example.org")
    actions.declare_not_same(one=bia, other=ana, agent=elif_, now=now)
    actions.declare_not_same(one=ana, other=bia, agent=elif_, now=now)
    join(bia, other)

    with pytest.raises(Refused) as refused:
        join(ana, other)

    assert refused.value.code == Refusal.NOT_SAME
    assert NotSame.objects.count() == Entry.objects.filter(name="customer.not_same.declared").count() == 1


def test_one_customer_is_not_called_two(meet: Meet, join: Callable[..., Link], elif_: Agent, now: datetime) -> None:
    ana, bia = meet("ana@example.com"), meet("bia@example.com")
    join(ana, bia)

    with pytest.raises(Refused) as refused:
        actions.declare_not_same(one=ana, other=bia, agent=elif_, now=now)
    assert refused.value.code == Refusal.ONE_ALREADY


def test_the_fourth_merge_of_a_day_waits_for_a_second_look(
    meet: Meet, join: Callable[..., Link], now: datetime
) -> None:
    ana, *others = [meet(f"ana{n}@example.com") for n in range(5)]
    for other in others[:3]:
        join(ana, other)

    with pytest.raises(Refused) as refused:
        join(ana, others[3])
    assert (refused.value.code, refused.value.values) == (Refusal.GROWING, {"limit": 3})
    assert "3 times" in str(refused.value)

    join(ana, others[3], is_checked=True)
    assert owner(others[3]) == ana.home_id


def test_four_merges_on_two_days_are_fine(meet: Meet, join: Callable[..., Link], now: datetime) -> None:
    ana, *others = [meet(f"ana{n}@example.com") for n in range(5)]
    for days, other in enumerate(others):
        join(ana, other, at=now + timedelta(days=days / 2))

    assert {owner(other) for other in others} == {ana.home_id}


# --- Unasked ---------------------------------------------------------------------------------------------------------


def test_a_phone_proven_in_two_spellings_joins_by_itself_and_an_agent_parts_it_for_good(
    spellings: tuple[Identity, Identity], elif_: Agent, now: datetime
) -> None:
    old, new = spellings
    prove(old, now)
    assert owner(old) != owner(new)

    proven = prove(new, now)

    link = Link.objects.get()
    assert (link.rule, link.agent) == ("same_account", None)
    assert proven.customer_id == owner(old) == old.home_id

    actions.undo_merge(link=link, agent=elif_, now=now)
    later = now + timedelta(days=200)
    prove(old, later)
    prove(new, later)
    assert owner(old) != owner(new)


def test_a_message_that_proves_a_phone_joins_it(
    meet: Meet, spellings: tuple[Identity, Identity], now: datetime
) -> None:
    old, new = spellings
    prove(old, now)

    assert meet(new.value, kind=PHONE, proven=PROVEN).customer_id == owner(old) == owner(new)


def test_a_phone_of_two_people_does_not_join_by_itself(
    spellings: tuple[Identity, Identity], elif_: Agent, now: datetime
) -> None:
    old, new = spellings
    actions.declare_not_same(one=old, other=new, agent=elif_, now=now)

    prove(old, now)
    prove(new, now)

    assert owner(old) != owner(new)


# --- Any order -------------------------------------------------------------------------------------------------------


class Merging(RuleBasedStateMachine):
    """Merge, add, declare and undo at random beside a model that knows only which links hold."""

    def __init__(self) -> None:
        super().__init__()
        self.rolled_back = transaction.atomic()
        self.rolled_back.__enter__()
        self.now = datetime.fromisoformat("2026-03-02T10:00:00+00:00")
        self.agent = Agent.objects.create(email=f"elif{Agent.objects.count()}@shop.example", name="Elif")
        self.born = 0
        self.active: list[Link] = []
        self.apart: set[frozenset[int]] = set()
        self.snapshots: dict[frozenset[int], dict[int, int]] = {}

    def owners(self) -> dict[int, int]:
        return dict(Identity.objects.values_list("pk", "customer_id"))

    def pick(self, number: int) -> Identity:
        found = list(Identity.objects.select_related("customer").order_by("pk"))
        return found[number % len(found)]

    def party(self) -> Party:
        self.born += 1
        return Party(IdentityKind.EMAIL, f"person{self.born}@example.com", f"Person {self.born}")

    @precondition(lambda self: self.born < 7)
    @rule()
    def somebody_writes(self) -> None:
        actions.identify(party=self.party(), scope="", region="", language="en", proven=None, now=self.now)

    @precondition(lambda self: self.born)
    @rule(number=st.integers(0, 9))
    def an_address_is_added(self, number: int) -> None:
        self.now += timedelta(days=2)
        customer = self.pick(number).customer
        try:
            added = actions.add_identity(
                customer=customer, party=self.party(), region="", agent=self.agent, now=self.now
            )
        except Refused as refused:
            assert refused.code == Refusal.MANY_EMAILS  # noqa: PT017 - other refusals are faults
            return
        self.active.append(Link.objects.get(identity_b=added, revoked_at=None))

    @precondition(lambda self: self.born)
    @rule(kept=st.integers(0, 9), absorbed=st.integers(0, 9))
    def two_are_merged(self, kept: int, absorbed: int) -> None:
        self.now += timedelta(days=2)
        one, other = self.pick(kept), self.pick(absorbed)
        before = self.owners()
        sides = [{k for k, v in before.items() if v == each.customer_id} for each in (one, other)]
        try:
            link = actions.merge(
                kept=one.customer, absorbed=other.customer, agent=self.agent, evidence={}, now=self.now
            )
        except Refused as refused:
            assert self.owners() == before
            is_one = one.customer == other.customer
            is_apart = any(frozenset((a, b)) in self.apart for a in sides[0] for b in sides[1])
            is_big = len(sides[0] | sides[1]) > rules.MOST_EMAILS
            expected = {Refusal.ONE_ALREADY: is_one, Refusal.NOT_SAME: is_apart, Refusal.MANY_EMAILS: is_big}
            assert expected[refused.code]  # noqa: PT017 - the reason must be true
            return
        self.active.append(link)
        after = self.owners()
        assert {after[each] for each in sides[0] | sides[1]} == {one.customer_id}

    @precondition(lambda self: self.born)
    @rule(one=st.integers(0, 9), other=st.integers(0, 9))
    def two_people_are_declared(self, one: int, other: int) -> None:
        first, second = self.pick(one), self.pick(other)
        if first.customer_id != second.customer_id:
            actions.declare_not_same(one=first, other=second, agent=self.agent, now=self.now)
            self.apart.add(frozenset((first.pk, second.pk)))

    @precondition(lambda self: self.active)
    @rule(number=st.integers(0, 20))
    def a_merge_is_undone(self, number: int) -> None:
        link = self.active.pop(number % len(self.active))
        actions.undo_merge(link=link, agent=self.agent, now=self.now)

    @invariant()
    def the_same_links_mean_the_same_customers(self) -> None:
        owners = self.owners()
        state = frozenset(link.pk for link in self.active) | {-pk for pk in owners}
        assert self.snapshots.setdefault(state, owners) == owners
        for link in self.active:
            assert owners[link.identity_a_id] == owners[link.identity_b_id]

    def teardown(self) -> None:
        try:
            while self.active:
                self.a_merge_is_undone(self.born * 7)
                self.the_same_links_mean_the_same_customers()
            assert all(one.customer_id == one.home_id for one in Identity.objects.all())
        finally:
            transaction.set_rollback(True)
            self.rolled_back.__exit__(None, None, None)


@pytest.mark.usefixtures("db")
def test_any_order_of_merges_and_undos_gives_back_what_was() -> None:
    run_state_machine_as_test(
        Merging,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )


def test_a_component_is_read_in_two_queries(
    meet: Meet, join: Callable[..., Link], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ana, same = meet("ana@example.com"), meet("ana@example.org")
    join(ana, same)
    absorbed = same.home

    with django_assert_num_queries(2):
        side = queries.component(absorbed)
        assert (side.customer_id, side.representative, len(side.facts)) == (ana.home_id, ana, 2)
