"""Who is one person: the pure part."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.customers import rules
from balcao.customers.types import Edge, Facts, IdentityKind, Reason, Refusal

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
EMAIL, PHONE, ACCOUNT = IdentityKind.EMAIL, IdentityKind.PHONE, IdentityKind.ACCOUNT


def email(id_: int, value: str, *, name: str = "", city: str = "", **more: object) -> Facts:
    words = frozenset(name.split())
    return Facts(id=id_, kind=EMAIL, value=value, match_key=value, name_words=words, city=city, **more)  # type: ignore[arg-type]


def phone(id_: int, value: str, *, key: str = "", **more: object) -> Facts:
    return Facts(id=id_, kind=PHONE, value=value, match_key=key or value, **more)  # type: ignore[arg-type]


# --- Components ------------------------------------------------------------------------------------------------------


def test_identities_without_links_are_each_a_person() -> None:
    assert rules.components([3, 1, 2], []) == [frozenset({1}), frozenset({2}), frozenset({3})]


def test_links_join_over_several_steps() -> None:
    edges = [Edge(1, kept=1, absorbed=2), Edge(2, kept=2, absorbed=3)]

    assert rules.components([1, 2, 3, 4], edges) == [frozenset({1, 2, 3}), frozenset({4})]


def test_the_kept_customer_stands_for_the_merged_one_even_when_it_is_younger() -> None:
    homes = {1: 101, 2: 102, 3: 103}
    edges = [Edge(1, kept=3, absorbed=1)]

    assert rules.owners(homes, edges) == {1: 103, 3: 103, 2: 102}


def test_a_ring_of_links_is_represented_by_its_lowest_identity() -> None:
    edges = [Edge(1, kept=2, absorbed=3), Edge(2, kept=3, absorbed=2)]

    assert rules.owners({2: 102, 3: 103}, edges) == {2: 102, 3: 102}


def test_the_way_between_two_identities_is_the_shortest_chain_of_links() -> None:
    chain = [Edge(1, kept=1, absorbed=2), Edge(2, kept=2, absorbed=3), Edge(3, kept=4, absorbed=3)]

    assert [edge.id for edge in rules.way_between(1, 4, chain)] == [1, 2, 3]
    assert [edge.id for edge in rules.way_between(1, 4, [*chain, Edge(4, kept=1, absorbed=4)])] == [4]
    assert rules.way_between(1, 5, chain) == ()


EDGES = st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)).filter(lambda ends: ends[0] != ends[1]), max_size=12)


@given(EDGES)
def test_every_identity_is_in_one_component_and_linked_ones_are_together(ends: list[tuple[int, int]]) -> None:
    edges = [Edge(n, kept=kept, absorbed=absorbed) for n, (kept, absorbed) in enumerate(ends)]

    found = rules.components(range(1, 9), edges)

    assert sorted(one for component in found for one in component) == list(range(1, 9))
    assert all(any({edge.kept, edge.absorbed} <= component for component in found) for edge in edges)
    for component in found:
        assert all(rules.way_between(min(component), other, edges) or other == min(component) for other in component)


@given(EDGES, st.randoms())
def test_merging_and_undoing_in_any_order_gives_back_the_very_owners(
    ends: list[tuple[int, int]], chance: Random
) -> None:
    homes = {n: 100 + n for n in range(1, 9)}
    made = [Edge(n, kept=kept, absorbed=absorbed) for n, (kept, absorbed) in enumerate(ends)]
    seen = {frozenset(made[:n]): rules.owners(homes, made[:n]) for n in range(len(made) + 1)}
    active = list(made)

    while active:
        active.remove(chance.choice(active))
        again = chance.sample(active, len(active))
        assert rules.owners(homes, again) == rules.owners(homes, active)
        assert rules.owners(homes, active) == seen.get(frozenset(active), rules.owners(homes, active))

    assert rules.owners(homes, active) == homes


# --- Merging unasked -------------------------------------------------------------------------------------------------


def test_two_spellings_of_a_phone_proven_on_both_sides_join_by_themselves() -> None:
    old, new = "+551187654321", "+5511987654321"
    one, other = phone(1, old, key="55118", proven_at=NOW), phone(2, new, key="55118", proven_at=NOW)

    assert rules.joins_by_itself(one, other, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"proven_at": None},
        {"proven_at": NOW - timedelta(days=181)},
        {"scope": "marketplace"},
        {"is_shared": True},
        {"key": "55119"},
    ],
)
def test_nothing_less_joins_by_itself(change: dict[str, object]) -> None:
    bruno = phone(1, "+5511987654321", key="55118", proven_at=NOW)
    somebody = phone(2, "+551187654321", **{"key": "55118", "proven_at": NOW, **change})  # type: ignore[arg-type]

    assert not rules.joins_by_itself(bruno, somebody, now=NOW)
    assert not rules.joins_by_itself(somebody, bruno, now=NOW)


def test_a_mail_address_stays_proven_while_a_silent_phone_expires() -> None:
    long_ago = NOW - timedelta(days=181)

    assert rules.is_proven(EMAIL, long_ago, now=NOW)
    assert not rules.is_proven(PHONE, long_ago, now=NOW)
    assert not rules.is_proven(EMAIL, None, now=NOW)


# --- What rules a merge out ------------------------------------------------------------------------------------------


def test_people_noted_as_two_contradict() -> None:
    ana, beatriz = [email(1, "ana@example.com"), email(4, "a@example.org")], [email(2, "bia@example.com")]

    assert rules.contradiction(ana, beatriz, not_same=[(2, 4)]) == Refusal.NOT_SAME
    assert rules.contradiction(ana, beatriz, not_same=[(1, 4)]) is None


def test_two_proven_accounts_of_one_shop_contradict_and_unproven_ones_do_not() -> None:
    def account(id_: int, value: str, scope: str = "loja", proven: datetime | None = NOW) -> Facts:
        return Facts(id=id_, kind=ACCOUNT, value=value, match_key=value, scope=scope, proven_at=proven)

    assert rules.contradiction([account(1, "17")], [account(2, "18")], not_same=[]) == Refusal.OTHER_ACCOUNTS
    assert rules.contradiction([account(1, "17")], [account(2, "18", proven=None)], not_same=[]) is None
    assert rules.contradiction([account(1, "17")], [account(2, "18", scope="outlet")], not_same=[]) is None


def test_a_person_with_seven_addresses_is_stopped() -> None:
    many = [email(n, f"ana{n}@example.com") for n in range(6)]

    assert rules.guard(many[:5], many[5:], joined=[], now=NOW) is None
    assert rules.guard(many, [email(9, "x@example.com")], joined=[], now=NOW) == (Refusal.MANY_EMAILS, 6)


def test_a_person_with_seven_phones_is_stopped() -> None:
    many = [phone(n, f"+55119876543{n}") for n in range(7)]

    assert rules.guard(many[:6], many[6:], joined=[], now=NOW) == (Refusal.MANY_PHONES, 6)


def test_a_fourth_merge_within_a_day_is_stopped() -> None:
    ana, bia = [email(1, "ana@example.com")], [email(2, "bia@example.com")]
    today = [NOW - timedelta(hours=n) for n in (1, 2, 3)]

    assert rules.guard(ana, bia, joined=today, now=NOW) == (Refusal.GROWING, 3)
    assert rules.guard(ana, bia, joined=[*today[:2], NOW - timedelta(hours=24)], now=NOW) is None


# --- Suggestions -----------------------------------------------------------------------------------------------------


def test_another_spelling_of_an_address_is_suggested_whatever_the_name() -> None:
    one = email(1, "ana.souza@gmail.com", hint_key="anasouza@gmail.com", name="ana souza")
    other = email(2, "anasouza@gmail.com", hint_key="anasouza@gmail.com", name="loja da ana")

    found = rules.score([one], [other])

    assert found.reasons == (Reason.ALIKE_ADDRESS,)
    assert rules.is_suggested(found)


def test_the_same_name_is_never_enough() -> None:
    one = email(1, "ana@example.com", name="ana souza", city="recife")
    other = email(2, "as@example.org", name="ana souza", city="recife")

    found = rules.score([one], [other])

    assert found.reasons == (Reason.SAME_NAME, Reason.SAME_CITY)
    assert not rules.is_suggested(found)


def test_the_same_name_and_local_part_at_two_providers_is_suggested() -> None:
    one = email(1, "mehmet.kaya@example.com", name="mehmet kaya")
    other = email(2, "mehmet.kaya@example.org", name="mehmet kaya")

    assert rules.is_suggested(rules.score([one], [other]))


def test_a_local_part_alone_or_a_short_one_is_not_suggested() -> None:
    kaya = email(1, "mehmet.kaya@example.com")

    assert not rules.is_suggested(rules.score([kaya], [email(2, "mehmet.kaya@example.org")]))
    assert not rules.is_suggested(
        rules.score([email(1, "ana@example.com", name="ana souza")], [email(2, "ana@example.org", name="ana souza")])
    )


def test_an_address_of_a_company_says_nothing() -> None:
    one = email(1, "contato@example.com", hint_key="x", name="ana souza", is_shared=True)
    other = email(2, "contato@example.org", hint_key="x", name="ana souza", is_shared=True)

    assert not rules.is_suggested(rules.score([one], [other]))


def test_another_spelling_with_another_name_weighs_less() -> None:
    one, other = phone(1, "+5511987654321", key="k"), phone(2, "+551187654321", key="k")
    elif_, ana = (
        phone(3, "+5511987654321", key="k", name_words=frozenset({"elif", "kaya"})),
        phone(4, "+551187654321", key="k", name_words=frozenset({"ana", "souza"})),
    )

    assert rules.score([elif_], [ana]).weight < rules.score([one], [other]).weight
    assert rules.score([elif_], [ana]).reasons == (Reason.SAME_ADDRESS, Reason.OTHER_NAME)


def test_a_channels_own_ids_do_not_match_across_channels() -> None:
    one = Facts(id=1, kind=IdentityKind.HANDLE, value="77", match_key="77", scope="telegram")
    other = Facts(id=2, kind=IdentityKind.HANDLE, value="77", match_key="77", scope="instagram")

    assert rules.score([one], [other]).reasons == ()


@given(st.lists(st.sampled_from(["ana souza", "bia lima", ""]), min_size=2, max_size=2))
def test_a_score_is_the_same_both_ways(names: list[str]) -> None:
    one, other = email(1, "ana.souza@a.com", name=names[0]), email(2, "ana.souza@b.com", name=names[1])

    assert rules.score([one], [other]) == rules.score([other], [one])


# --- Small ones ------------------------------------------------------------------------------------------------------


def test_three_temporary_failures_within_a_week_are_counted_from_the_first() -> None:
    count, since = rules.soft_bounces(count=0, first_at=None, now=NOW)
    count, since = rules.soft_bounces(count=count, first_at=since, now=NOW + timedelta(days=6))

    assert (count, since) == (2, NOW)
    assert rules.soft_bounces(count=count, first_at=since, now=NOW + timedelta(days=8)) == (1, NOW + timedelta(days=8))


def test_a_name_is_found_by_its_first_word_and_by_its_last() -> None:
    assert rules.name_keys("Ana Maria Çelik") == ("ana maria celik", "celik ana maria")
    assert rules.name_keys("Ana") == ("ana", "")


def test_pairs_have_the_lower_identity_first() -> None:
    assert rules.pairs([5, 1], [3]) == [(1, 3), (3, 5)]
