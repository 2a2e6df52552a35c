"""A Shopify shop that is busy, broken or does not let us in."""

import pytest

from balcao.plugins.commerce.shopify.adapter import Shopify
from balcao.plugins.commerce.shopify.graphql import wait_for
from balcao.plugins.commerce.shopify.tests.server import SECRET, Shop, link_to
from balcao.ports.commerce import AddNote, CommerceError, Link


def test_a_full_bucket_says_when_to_come_back_and_nothing_happened(adapter: Shopify, link: Link, shop: Shop) -> None:
    ref = shop.state.bring()["id"]
    shop.throttles = 1

    with pytest.raises(CommerceError) as raised:
        adapter.order(ref, link)

    # 260 points are asked for, 60 are there, 100 come in a second.
    assert (raised.value.code, raised.value.retry_after, raised.value.uncertain) == ("rate", 2.0, False)
    assert adapter.order(ref, link)


def test_a_change_that_was_throttled_is_certain_not_to_have_happened(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = adapter.order(shop.state.bring()["id"], link)
    shop.throttles = 1
    with pytest.raises(CommerceError) as raised:
        adapter.perform(AddNote("x"), order, link, key="note")
    assert not raised.value.uncertain


def test_the_wait_is_a_second_where_shopify_does_not_say() -> None:
    assert wait_for({}) == 1.0
    assert wait_for({"extensions": {"cost": {"throttleStatus": {"restoreRate": 0}}}}) == 1.0


def test_a_page_that_is_too_costly_is_asked_for_in_smaller_ones(adapter: Shopify, link: Link, shop: Shop) -> None:
    for _ in range(7):
        shop.state.bring()
    shop.most_cost = 60  # three orders of twenty lines

    seen, cursor, more = set[str](), {}, True
    while more:
        page = adapter.changes(cursor, link)
        seen |= {order.ref for order in page.orders}
        cursor, more = dict(page.cursor), page.more

    assert len(seen) == 7


def test_a_missing_permission_is_named(adapter: Shopify, link: Link, shop: Shop) -> None:
    shop.denies = "returns"
    with pytest.raises(CommerceError, match="returns") as raised:
        adapter.order(shop.state.bring()["id"], link)
    assert (raised.value.code, raised.value.permanent) == ("scope", True)


def test_a_wrong_token_is_a_refused_login(adapter: Shopify, shop: Shop) -> None:
    with pytest.raises(CommerceError) as raised:
        adapter.order("gid://shopify/Order/1", link_to(shop, access_token="wrong"))
    assert raised.value.code == "auth"


def test_a_token_is_fetched_for_id_and_secret_and_again_when_it_was_taken_back(adapter: Shopify, shop: Shop) -> None:
    link, ref = link_to(shop, access_token=""), shop.state.bring()["id"]
    assert adapter.order(ref, link)
    shop.tokens.clear()

    assert adapter.order(ref, link)
    assert len(shop.tokens) == 1


def test_a_wrong_secret_is_a_refused_login_that_does_not_tell_it(adapter: Shopify, shop: Shop) -> None:
    with pytest.raises(CommerceError) as raised:
        adapter.order("gid://shopify/Order/1", link_to(shop, access_token="", client_secret="guess"))
    assert raised.value.code == "auth"
    assert "guess" not in str(raised.value)


def test_the_settings_tell_no_secret(shop: Shop) -> None:
    assert SECRET not in repr(link_to(shop).config)
    assert "shpat" not in repr(link_to(shop))
