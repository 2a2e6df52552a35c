"""Webhooks of WooCommerce: signed, of this shop, and harmless when they come twice or late.

Headers as in the REST API documentation, "Webhooks", "Delivery/Payload".
"""

import base64
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from balcao.plugins.commerce.woocommerce.adapter import WooCommerce
from balcao.plugins.commerce.woocommerce.config import WooCommerceConfig
from balcao.ports.commerce import Heard, Link
from balcao.ports.hooks import Forbidden, HookRequest

LINK = Link(WooCommerceConfig(address="https://www.shop.example/loja", webhook_secret="hush"))
ORDER = {"id": 727, "status": "processing", "date_modified_gmt": "2026-11-22T12:00:00"}


def a_hook(body: Any, resource: str = "order", *, secret: str = "hush", **headers: str) -> HookRequest:
    sent = json.dumps(body).encode()
    signed = base64.b64encode(hmac.digest(secret.encode(), sent, "sha256")).decode()
    named = {
        "x-wc-webhook-topic": f"{resource}.updated",
        "x-wc-webhook-resource": resource,
        "x-wc-webhook-signature": signed,
        "x-wc-webhook-source": "https://shop.example/loja/",
    }
    return HookRequest("POST", "/", {**named, **{k.replace("_", "-"): v for k, v in headers.items()}}, {}, sent)


@pytest.mark.parametrize(
    "resource, body, answer",
    [
        ("order", ORDER, Heard(orders=("727",))),
        ("order", {"id": 727}, Heard(orders=("727",))),  # as it comes when an order is deleted
        ("product", {"id": 5}, Heard(products=("5",))),
        ("product", {"id": 61, "parent_id": 6}, Heard(products=("6",))),
        ("customer", {"id": 7}, Heard()),
        ("order", {"id": True}, Heard()),
        ("order", [1], Heard()),
    ],
)
def test_what_changed_is_read_anew(resource: str, body: Any, answer: Heard) -> None:
    assert WooCommerce().heard(a_hook(body, resource), LINK) == answer


def test_twice_and_out_of_order_say_the_same() -> None:
    late = a_hook({**ORDER, "date_modified_gmt": "2026-11-21T12:00:00"})
    answers = [WooCommerce().heard(request, LINK) for request in (a_hook(ORDER), late, a_hook(ORDER))]
    assert answers == [Heard(orders=("727",))] * 3


def test_the_ping_of_a_new_webhook_is_welcome_without_a_signature() -> None:
    ping = HookRequest("POST", "/", {}, {}, b"webhook_id=12")
    assert WooCommerce().heard(ping, LINK) == Heard(status=200)


@pytest.mark.parametrize(
    "request_",
    [
        a_hook(ORDER, secret="guessed"),
        a_hook(ORDER, x_wc_webhook_signature=""),
        a_hook(ORDER, x_wc_webhook_signature="é"),
        replace(a_hook(ORDER), body=b'{"id": 1}'),
        replace(a_hook(ORDER), body=b"webhook_id=12&id=1"),
        a_hook(ORDER, x_wc_webhook_source="https://other.example/"),
    ],
)
def test_what_this_shop_did_not_sign_is_refused(request_: HookRequest) -> None:
    with pytest.raises(Forbidden):
        WooCommerce().heard(request_, LINK)


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(Forbidden):
        WooCommerce().heard(a_hook(ORDER, secret=""), replace(LINK, config=replace(LINK.config, webhook_secret="")))
