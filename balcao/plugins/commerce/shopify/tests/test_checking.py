"""The test of the settings says exactly what is missing."""

from dataclasses import replace

from balcao.plugins.commerce.shopify.adapter import Shopify
from balcao.plugins.commerce.shopify.config import ShopifyConfig
from balcao.plugins.commerce.shopify.tests.server import Shop, link_to
from balcao.ports.commerce import Link


def test_good_settings_pass(adapter: Shopify, link: Link, shop: Shop) -> None:
    shop.state.scopes.append("write_gift_cards")
    assert all(is_fine for _, is_fine, _ in adapter.check(link))


def test_missing_permissions_are_named_one_by_one(adapter: Shopify, link: Link, shop: Shop) -> None:
    shop.state.scopes = ["write_orders", "read_returns"]
    wrong = {what: hint for what, is_fine, hint in adapter.check(link) if not is_fine}
    hint = wrong["The app may do what is needed"]
    assert "write_returns" in hint
    assert "write_gift_cards" in hint
    assert "read_orders" not in hint  # who may write may read
    assert "read_all_orders" in wrong["Orders older than 60 days can be read"]


def test_another_currency_is_named(adapter: Shopify, link: Link) -> None:
    hints = [hint for _, is_fine, hint in adapter.check(replace(link, currency="TRY")) if not is_fine]
    assert any(hint.endswith("BRL") for hint in hints)


def test_a_wrong_address_key_or_app_is_named_and_nothing_else_tried(adapter: Shopify, shop: Shop) -> None:
    for settings, words in (
        ({"access_token": "wrong"}, "refuses the login"),
        ({"access_token": "", "client_id": ""}, "client ID"),
        ({"shop": "127.0.0.1:1"}, "does not answer"),
        ({"shop": "no-such-shop.invalid"}, "no server of this name"),
    ):
        ((_, is_fine, hint),) = adapter.check(link_to(shop, **settings))
        assert not is_fine
        assert words in hint


def test_a_plain_server_behind_https_is_a_fault_of_the_certificate_or_line(adapter: Shopify, shop: Shop) -> None:
    ((_, is_fine, _hint),) = adapter.check(link_to(shop, shop=shop.address.replace("http://", "https://")))
    assert not is_fine


def test_the_address_is_https_unless_another_scheme_was_typed() -> None:
    assert ShopifyConfig(shop=" Ana.myshopify.com/ ").address == "https://Ana.myshopify.com"
    assert ShopifyConfig(shop="https://ana.myshopify.com").host == "ana.myshopify.com"
