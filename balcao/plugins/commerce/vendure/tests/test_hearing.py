"""Calls of Balcão's plug-in inside Vendure."""

import hmac
import json

import pytest

from balcao.plugins.commerce.vendure.adapter import Vendure
from balcao.plugins.commerce.vendure.config import VendureConfig
from balcao.ports.commerce import Heard, Link
from balcao.ports.hooks import Forbidden, HookRequest

LINK = Link(VendureConfig("https://shop.example.com", "desk@example.com", hook_secret="s3cret"))


def call(body: bytes, *, secret: str = "s3cret") -> HookRequest:
    signature = hmac.digest(secret.encode(), body, "sha256").hex()
    return HookRequest("POST", "/hook", {"x-balcao-signature": signature}, {}, body)


def test_keys_are_heard_once() -> None:
    body = json.dumps({"orders": [1, "2", 1], "products": ["7"]}).encode()
    assert Vendure().heard(call(body), LINK) == Heard(("1", "2"), ("7",))


def test_a_call_that_is_not_signed_as_agreed_is_forbidden() -> None:
    for request in (
        call(b"{}", secret="wrong"),
        HookRequest("POST", "/hook", {}, {}, b"{}"),
        HookRequest("POST", "/hook", {"x-balcao-signature": "ç"}, {}, b"{}"),
    ):
        with pytest.raises(Forbidden):
            Vendure().heard(request, LINK)


def test_without_a_secret_nobody_is_heard() -> None:
    with pytest.raises(Forbidden):
        Vendure().heard(call(b"{}", secret=""), Link(VendureConfig("https://shop.example.com")))


@pytest.mark.parametrize("body", [b"", b"[1]", b"\xff"])
def test_what_cannot_be_understood_is_said_so(body: bytes) -> None:
    assert Vendure().heard(call(body), LINK).status == 400


def test_keys_of_another_shape_are_left_out() -> None:
    assert Vendure().heard(call(b'{"orders": "12", "products": [null, ""]}'), LINK) == Heard()
