"""A WooCommerce shop that is busy, broken or does not let us in, and the test of its settings."""

from dataclasses import replace

import pytest

from balcao.plugins.commerce.woocommerce.adapter import WooCommerce
from balcao.plugins.commerce.woocommerce.tests.server import HOOK_SECRET, KEY, SECRET, Shop, link_to
from balcao.ports.commerce import AddNote, CommerceError, Link, Refund


def test_a_busy_shop_says_when_to_come_back(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    shop.busy = 1
    with pytest.raises(CommerceError) as raised:
        adapter.order("1", link)
    assert (raised.value.code, raised.value.retry_after, raised.value.uncertain) == ("rate", 7.0, False)


def test_a_key_that_may_only_read_is_a_missing_permission(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = adapter.order(str(shop.state.bring()["id"]), link)
    shop.may_write = False
    with pytest.raises(CommerceError) as raised:
        adapter.perform(Refund("late", amount=100), order, link, key="late")
    assert (raised.value.code, raised.value.permanent, raised.value.uncertain) == ("scope", True, False)


def test_a_wrong_key_is_a_refused_login_that_does_not_tell_it(adapter: WooCommerce, shop: Shop) -> None:
    with pytest.raises(CommerceError) as raised:
        adapter.order("1", link_to(shop, consumer_secret="guess"))
    assert raised.value.code == "auth"
    assert "guess" not in str(raised.value)


def test_a_page_of_the_shop_instead_of_an_answer_leaves_a_change_uncertain(
    adapter: WooCommerce, link: Link, shop: Shop
) -> None:
    order = adapter.order(str(shop.state.bring()["id"]), link)
    shop.fails_before = "POST /orders/{id}/notes"
    with pytest.raises(CommerceError) as raised:
        adapter.perform(AddNote("x"), order, link, key="note")
    assert raised.value.uncertain


def test_over_http_no_key_travels(adapter: WooCommerce, shop: Shop) -> None:
    with pytest.raises(CommerceError, match="https") as raised:
        adapter.order("1", link_to(shop, address="http://shop.example"))
    assert (raised.value.code, raised.value.permanent) == ("tls", True)


def test_the_settings_tell_no_secret(shop: Shop) -> None:
    assert not [secret for secret in (SECRET, HOOK_SECRET) if secret in repr(link_to(shop))]
    assert KEY in repr(link_to(shop))


# --- The test of the settings -----------------------------------------------------------------------------------------


def test_good_settings_pass(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    assert all(is_fine for _, is_fine, _ in adapter.check(link))
    assert not shop.state.orders


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"consumer_key": "ck_wrong"}, "refuses the login"),
        ({"address": "http://127.0.0.1:1"}, "does not answer"),
        ({"address": "https://no-such-shop.invalid"}, "no server of this name"),
        ({"address": "http://shop.example"}, "with https"),
        ({"address": "shop.example"}, "no address"),
    ],
)
def test_what_is_wrong_from_the_start_is_named(
    adapter: WooCommerce, shop: Shop, settings: dict[str, str], words: str
) -> None:
    ((_, is_fine, hint),) = adapter.check(link_to(shop, **settings))
    assert not is_fine
    assert words in hint


def test_an_address_without_woocommerce_is_named(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    shop.has_api = False
    ((_, _, hint),) = adapter.check(link)
    assert "no WooCommerce" in hint
    ((_, _, hint),) = adapter.check(link_to(shop, address=shop.address.removesuffix("/loja")))
    assert "no WooCommerce" in hint


def test_a_missing_permission_a_clock_and_a_secret_are_named(adapter: WooCommerce, shop: Shop) -> None:
    shop.may_write, shop.clock_is_off = False, True
    wrong = {what for what, is_fine, _ in adapter.check(link_to(shop, webhook_secret="")) if not is_fine}
    assert wrong == {"The key may write", "The clocks of both are the same", "Webhooks can be checked"}


def test_another_currency_is_named(adapter: WooCommerce, link: Link) -> None:
    hints = [hint for _, is_fine, hint in adapter.check(replace(link, currency="TRY")) if not is_fine]
    assert any(hint.endswith("BRL") for hint in hints)
