"""Webhooks of Shopify: signed, for this shop, and harmless when they come twice or late.

Headers as in https://shopify.dev/docs/apps/build/webhooks/delivery-structure.
"""

import base64
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from balcao.plugins.commerce.shopify.adapter import Shopify
from balcao.plugins.commerce.shopify.config import ShopifyConfig
from balcao.plugins.commerce.shopify.hooks import heard
from balcao.ports.commerce import Heard, Link
from balcao.ports.hooks import Forbidden, HookRequest

CONFIG = ShopifyConfig(shop="ana.myshopify.com", client_secret="hush")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORDER = {"id": 450789469, "admin_graphql_api_id": "gid://shopify/Order/450789469", "updated_at": "2026-11-22"}


def a_hook(body: Any, topic: str = "orders/updated", *, secret: str = "hush", **headers: str) -> HookRequest:
    sent = json.dumps(body).encode()
    signed = base64.b64encode(hmac.digest(secret.encode(), sent, "sha256")).decode()
    named = {
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": signed,
        "x-shopify-shop-domain": "ana.myshopify.com",
        "x-shopify-triggered-at": NOW.isoformat(),
    }
    return HookRequest("POST", "/", {**named, **{k.replace("_", "-"): v for k, v in headers.items()}}, {}, sent)


@pytest.mark.parametrize(
    "topic, body, orders, products",
    [
        ("orders/updated", ORDER, ("gid://shopify/Order/450789469",), ()),
        ("orders/edited", {"order_edit": {"order_id": 5}}, (), ()),
        ("refunds/create", {"id": 9, "order_id": 450789469}, ("gid://shopify/Order/450789469",), ()),
        ("fulfillments/update", {"id": 9, "order_id": 3}, ("gid://shopify/Order/3",), ()),
        ("returns/request", {"id": 9, "order": {"admin_graphql_api_id": "gid://shopify/Order/4"}},
         ("gid://shopify/Order/4",), ()),
        ("products/update", {"id": 8}, (), ("gid://shopify/Product/8",)),
        ("products/delete", {"id": 8}, (), ("gid://shopify/Product/8",)),
        ("shop/update", {"id": 1}, (), ()),
        ("orders/updated", {"id": "no number"}, (), ()),
        ("orders/updated", ["no object"], (), ()),
    ],
)  # fmt: skip
def test_what_changed_is_read_anew(topic: str, body: Any, orders: tuple[str, ...], products: tuple[str, ...]) -> None:
    assert heard(a_hook(body, topic), CONFIG, now=NOW) == Heard(orders, products)


def test_twice_and_out_of_order_say_the_same() -> None:
    late = a_hook({**ORDER, "updated_at": "2026-11-21"})
    answers = [heard(request, CONFIG, now=NOW) for request in (a_hook(ORDER), late, a_hook(ORDER))]
    assert answers == [Heard(("gid://shopify/Order/450789469",))] * 3


@pytest.mark.parametrize(
    "request_",
    [
        a_hook(ORDER, secret="guessed"),
        a_hook(ORDER, x_shopify_hmac_sha256=""),
        a_hook(ORDER, x_shopify_hmac_sha256="é"),
        replace(a_hook(ORDER), body=b'{"id": 1}'),
        a_hook(ORDER, x_shopify_shop_domain="mehmet.myshopify.com"),
        a_hook(ORDER, x_shopify_triggered_at=(NOW - timedelta(days=3)).isoformat()),
    ],
)
def test_what_shopify_did_not_sign_for_this_shop_lately_is_refused(request_: HookRequest) -> None:
    with pytest.raises(Forbidden):
        heard(request_, CONFIG, now=NOW)


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(Forbidden):
        Shopify().heard(a_hook(ORDER, secret=""), Link(replace(CONFIG, client_secret="")))
