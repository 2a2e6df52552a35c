"""Bazaar keeps to the scenario book, and to two things of its own."""

import hmac
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from bazaar import Bazaar, BazaarConfig
from erp import HOOK_SECRET, TOKEN, Erp, server

from balcao.ports.commerce import Commerce, Link, Order
from balcao.ports.hooks import Forbidden, HookRequest
from balcao.testing.contracts import CommerceContract


@pytest.fixture
def running() -> Iterator[ThreadingHTTPServer]:
    """Give an ERP of its own to each test."""
    house = server()
    thread = threading.Thread(target=house.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield house
    house.shutdown()
    house.server_close()
    thread.join()


@pytest.fixture
def erp(running: ThreadingHTTPServer) -> Erp:
    """Give what stands behind its door."""
    inside: Erp = running.RequestHandlerClass.erp  # type: ignore[attr-defined]  # set by `server`
    return inside


@pytest.fixture
def link(running: ThreadingHTTPServer) -> Link:
    """Give a connection as the set-up page would make it."""
    return Link(BazaarConfig(f"http://127.0.0.1:{running.server_port}", TOKEN, HOOK_SECRET))


class TestBazaar(CommerceContract):
    """The scenario book."""

    backend: ClassVar[type[Any]] = Bazaar

    @pytest.fixture
    def link(self, link: Link) -> Link:
        """Give the connection."""
        return link

    @pytest.fixture
    def pending(self, adapter: Commerce, erp: Erp, link: Link) -> Order:
        """Give an order that has not left."""
        return _read(adapter, erp.place(), link)

    @pytest.fixture
    def delivered(self, adapter: Commerce, erp: Erp, link: Link) -> Order:
        """Give one that arrived."""
        return _read(adapter, erp.place(status="delivered"), link)


def test_a_signed_call_names_the_order(link: Link) -> None:
    body = b'{"order_id": 1001}'
    headers = {"x-bazaar-signature": hmac.digest(HOOK_SECRET.encode(), body, "sha256").hex()}

    assert Bazaar().heard(HookRequest("POST", "/", headers, {}, body), link).orders == ("1001",)


def test_a_call_of_a_stranger_is_turned_away(link: Link) -> None:
    with pytest.raises(Forbidden):
        Bazaar().heard(HookRequest("POST", "/", {"x-bazaar-signature": "0"}, {}, b"{}"), link)


def _read(adapter: Commerce, number: str, link: Link) -> Order:
    order = adapter.order(number, link)
    assert order
    return order
